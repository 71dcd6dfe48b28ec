// Package remedy takes the plan of a run to its verified end: asked for, approved,
// carried out through connectors, seen in a later run, signed off and closed.
//
// # The log is all there is
//
// A [Desk] keeps nothing of its own. Whatever was asked, approved, tried, seen and
// signed is an entry of the evidence log, appended before its effect is visible, and
// the desk is the fold over these entries. So any process may go on where another
// stopped, and an outsider who holds the log can follow every step.
//
// # Once
//
// [NewJournal] is a journal of executions over the log. The log appends an entry under an
// idempotency key once; the key of an event is its place in the run. Of two processes
// that go on with the same run one gets the place and the other a conflict.
//
// # Hands
//
// What takes software away is the system that reported it: an action goes to the source
// of the row ([Hands]), dry or real, with its state before and after in the log. What no
// connector does, such as buying, is a task for a person; it stays open until the sources
// show it or someone who neither asked nor approved confirms it with a reference, and the
// next run must show it all the same.
//
// # Seen, not said
//
// [Desk.Settle] judges a later run: the criterion of every step, the plan's own
// condition, and the rule that fired, over positions whose sources were read since.
//
// # Stopped, kept, taken back
//
// Everyone the playbook knows may pause or cancel a case; who carries it out cannot wave
// that aside ([Desk.Resume]). Users object until their turn comes ([Desk.Object]). What was
// done is taken back by who did it, and counts as taken back when it is seen to be
// ([Desk.Compensate]). An account gives its vote to another for a time by an entry of the
// log ([Desk.Delegate]), which no vote can precede.
//
// # Learned
//
// [Desk.Indicators] says how long cases take, how many come again, and what was realised
// of what was planned; [Desk.Proposals] turns lessons into differences of the playbook that
// a person reviews. [Keep] leaves a run's estate for the root causes of later plans.
//
// What is left out: sending notices. That users were told is an entry that whoever
// sends them follows; an embedder gives its own [execution.Notifier].
package remedy
