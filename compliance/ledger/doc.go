// Package ledger remembers what was known of entitlements, contracts and licensing,
// and when: so that a position can be computed as it was seen then, and as it is
// seen now, for the same day.
//
// # Three dates
//
// A position hangs on three dates. It is effective for an instant, for which terms
// are judged; it is computed from what was known at an instant, before corrections
// that came later; and under documents (metrics, catalog, rules) of some version. The
// first is [compliance.Input.AsOf], the second chooses what this package gives, and
// the digests of the third stand in [compliance.Result.Documents].
//
// # Statements
//
// A [Ledger] is a list of statements. Each says of one thing what holds from an
// effective date on, and bears the instant at which it was recorded. Nothing is ever
// changed or removed: a correction is a later statement for the same effective date,
// an amendment one for a later effective date, a withdrawal a statement that there
// is nothing. These are the two axes of bitemporal databases (valid time and
// transaction time; C. S. Jensen, R. T. Snodgrass et al., The Consensus Glossary of
// Temporal Database Concepts, 1998).
//
// # What is in force
//
// [Ledger.At] reads the ledger for two instants. Of the statements for one effective
// date, the one recorded last by then counts, unless it was superseded by then. Of
// the effective dates that have come, the latest that something is said of counts. So
// a correction of January's statement does not undo what was agreed for July.
//
// What is in force is not yet what applies: the term of an entitlement is judged by
// [compliance.Reconcile], which says of one that ended that it did.
//
// # What is left out
//
// Files (package connectors/entitlements reads them), and history of estates beyond
// choosing a snapshot: an estate has one instant, and a better reading of the same
// instant is a snapshot that was recorded later.
package ledger
