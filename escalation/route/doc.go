// Package route decides who a finding goes to.
//
// # The tree
//
// Routes form a named tree, as in Prometheus' Alertmanager. A finding enters at
// the root, which takes everything, and goes down to the first child that matches,
// or to several where a child says continue. Where no child matches the parent
// answers, so that no finding is ever without a route. What a child leaves out
// (owner, participants, chain, grouping) it has from its parent.
//
// A route matches by equality of fields, by severity ("high or more") and by a
// CEL expression over the finding, all of which must hold. A field that the
// finding does not have never matches, whatever it is compared with.
//
// # What is checked when it loads
//
// [New] refuses names given twice, fields that do not exist, routes that can
// never be reached because of an earlier sibling or an ancestor, and a tree
// without owner or chain at the root. Each problem has its place.
//
// # Speed
//
// Children that match by equality are found by one look-up a field, not by going
// through them. An expression that reads a single field is evaluated once for
// each value of it and remembered, so that a pattern over product names costs a
// look-up too. [Routes.Append] then allocates nothing.
//
// # What is left out
//
// Time. A route is fixed when a case opens; a calendar delays what is delivered,
// never where it goes, since a case must not change hands at midnight.
package route
