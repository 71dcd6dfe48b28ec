// Package closure says whether a plan has worked, and closes it.
//
// That a call returned proves nothing, and neither does a finding that is gone:
// its source may have failed. So [Verify] judges a later reconciliation. Every
// source that fed a position before the plan must have been read to its end since
// the last action on it; the criterion of each step, the plan's success condition
// and the very rule that fired are evaluated over the new position. What cannot be
// decided for want of a fresh source is unknown, and unknown is not done.
//
// The [Report] sets what was realised against what was planned, to the cent.
//
// [Close] makes the record that ends a case. It takes a report in which everything
// passed, the signature of each role that the playbook asks for, by different
// persons of whom none carried the plan out, and what was learned, tied to a cause.
//
// What is left out: closing with a remainder. What stays short is an exception,
// with an approver and an end, and belongs to package escalation.
package closure
