// Package escalation keeps a case about a finding until somebody has mended it:
// who owns it, who is told, by when, and who is told next when nothing happens.
//
// # A case is a fold over its events
//
// Nothing of a case is stored but its [Event] list, which the caller appends to
// the evidence log. [Replay] folds events into a [Case]; deleting every case and
// replaying gives the same cases. Commands such as [Case.Acknowledge] change
// nothing: they check and return the events that would. The caller appends those,
// and what was appended has happened.
//
// # Clocks are data
//
// There are no timers in memory. Every event that starts a clock carries the
// instants at which it ends, computed once on the plan's calendar, and
// [Case.Next] says, as a pure function of the case and an instant, what is due.
// A process that was down for a week finds exactly what it missed, in order;
// [Case.Perform] turns each due action into events. Whoever drives this (the
// embedded runner of package runner, or a workflow engine) holds no state.
//
// # Nothing ends in silence
//
// A stage whose people are all away is passed over at once and leaves an
// Uncovered event. An acknowledgement has a lease: when it ends without further
// work the same stage begins again. When all stages have passed, the fallback is
// told and the case is Exhausted, which is an event too. A message that could not
// be delivered is tried again with the same delivery id and at last leaves a dead
// letter. [Alarm] turns each of these into a finding of its own.
//
// # Suppliers
//
// A supplier is never on a case. What it asks is an event ([Case.Ask]), so are the
// drafts of an answer, and the one message that it is ever sent is an answer that
// somebody other than its writers has released ([Case.Release]). Its period runs on
// by itself, whatever becomes of the case. See package inquiry.
//
// # Packages
//
// The severity comes from package rubric, the route from package route, time from
// package calendar, the states from package lifecycle, and package policy joins
// them into the plan that a case is opened with and lives by.
//
// # What is left out
//
// Who may do what. The caller asks package evidence's access rules before it
// issues a command; a case records who did it.
package escalation
