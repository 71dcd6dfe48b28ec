// Package runner drives cases by the clock within one process.
//
// It holds no truth. Cases are replayed from a [Journal] when it starts; what is
// due, and what then happens, is decided by the pure functions of package
// escalation. Killed at any instant and started again, it finds what was due in
// the meantime, performs it once and in order, and sends messages that may have
// been sent before under the ids that they had, with the bytes that they had.
//
// The order of work is what makes this so: decide, append, and only then act.
// What was decided and not appended is decided anew with the same result; what
// was appended has happened; a message that left without a record leaves again.
// Delivery is therefore at least once, and a receiver drops what it has had by the
// id. Two runners over one journal do no harm: the journal takes the events that
// come first and refuses the other's with escalation.ErrSequence, upon which that
// one loads the case again.
//
// Another scheduler, such as a workflow engine, can take the runner's place: it
// needs Case.Next, Case.Perform and Case.Record, and nothing of this package.
package runner
