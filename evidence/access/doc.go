// Package access decides who may read which evidence, and writes down who did.
//
// A [Policy] has levels of confidentiality, from open to closed, and rules in CEL
// over who asks, for what, and when:
//
//	"auditor" in principal.roles && resource.at >= timestamp("2026-01-01T00:00:00Z")
//
// Whoever a rule allows, and whose clearance reaches the level of the entry, may do
// what the rule names. Outsiders have no roles: they get a [Grant], an entry of the
// log that names framework, period, scope, purpose and, without exception, an
// expiry. A grant lists the actions it gives; an action that is invented later is not
// among them. It is revoked by another entry. What cannot be decided, because a fact
// is unknown or an expression fails, is denied.
//
// # The reader
//
// A [Reader] is the way to the entries. Every reading of an entry at or above the
// policy's recorded level, and every export, is an entry itself, durable before the
// payload is handed out: if it cannot be written, nothing is shown. So is every
// denial. What is denied is answered like what does not exist: the same error, the
// same record, the same work, so that neither the text nor the time tells which it
// was.
//
// # What is left out
//
// Authentication: the principal is as the embedding program says. Protection of the
// folder or the database from whoever can open it: payloads that must withstand that
// are sealed (package seal).
package access
