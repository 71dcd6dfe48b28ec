// Package compliance computes the effective license position: what is owned,
// what is needed, how the one covers the other, and why.
//
// # The model
//
// An [Estate] is a snapshot of devices, users, installs, seats and usage, made by
// a [Builder] from facts in any order and from any number of sources. It is
// immutable, and it keeps what no source said apart from what one said was zero.
// An [Entitlement] is what was bought; a [Contract] is the agreement around it; a
// [Licensing] line says how a product is licensed and what a missing unit costs.
//
// # From titles to a position
//
// [Reconcile] recognises each distinct raw title once (package catalog), gathers
// for every product under management its consumers in the scope of the metric
// that it is licensed by (package metric), measures what each needs, and assigns
// the entitlements. The assignment is the cheapest lawful one: it leaves the
// least money at risk, and among equals uses up the least value. It is solved
// exactly, not by passes over a list of priorities.
//
// Where the terms offer several ways (a host's layers, a suite in place of its
// members, a replica under its primary's license), each is an option of the same
// problem, and the position says which was taken and what the others would have
// asked ([Choice]).
//
// Every consumer has an [Outcome]: what it needs and by which arithmetic, which
// entitlement covers it under which right, and why others may not. Every
// entitlement has a [Supply]. Nothing is dropped: titles that nobody recognised
// and products that nobody manages are in the [Result], ranked.
//
// # Law, allocation, preference
//
// Four things that tools tend to mix are kept apart. A restriction (entities,
// countries, environments) says who may use an entitlement, and never draws anyone
// to it. A [Pool] keeps a part of it for some. An [Allocation] decides who of those
// that may is served first. A priority only breaks ties between assignments that
// cost the same.
//
// # What is not known
//
// A missing fact makes a count an [Interval], and a position two assignments: of
// the best that can be and of the worst. A position is short if even the best is,
// compliant if even the worst is, and unknown between. A source that failed, or
// was never read, leaves the worst without bound for every position it may feed.
//
// # Counting without keeping
//
// An estate holds every install. Where only the numbers are wanted, a [Tally] takes
// devices one after another, counts those that are alike, and gives the same
// positions from a few thousand classes; a device that changes is taken out and put
// in again.
//
// # Findings
//
// Package rule judges a result by rules written in CEL and gives each deviation
// as a [Finding] with its facts. A finding has no severity: that is the company's
// to say (package escalation).
//
// # What is left out
//
// Discovery of machines, prices of publishers, rates of exchange: the caller
// gives them. Nothing here reads a clock, a file or a network.
package compliance
