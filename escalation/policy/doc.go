// Package policy joins what decides who acts on a finding and by when: the rubric
// that gives it a severity, the tree of routes, the calendars, the teams, and the
// chains that say who is told next when nobody acts.
//
// A [Policy] is compiled from one section of a playbook and checked as a whole: a
// route that names no chain, a chain whose clocks leave out a severity, a stage
// that tells nobody, a calendar that does not exist are problems with their
// place, found before the first finding is.
//
// [Policy.Assign] resolves a finding into a [Plan], which is plain data and goes
// into the evidence of the case. A case lives by its plan, so a later policy
// changes new cases only.
//
// A chain without a fallback does not load. Whoever writes it must say who hears
// of a case that all stages have let pass, because an escalation that ends in
// silence is the one failure that nobody notices.
//
// Holidays come from where they are published: feeds name iCalendar and JSON files
// beside the document, and [LoadFS] reads them. [Load] reads a document alone, with
// holidays that the program hands over.
package policy
