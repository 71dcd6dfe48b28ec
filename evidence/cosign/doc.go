// Package cosign holds what others than the log sign, and what is needed to rely
// on it offline: cosignatures of witnesses (C2SP tlog-cosignature), the policy
// that says which of them suffice (C2SP tlog-policy), and proofs that carry
// everything with them (C2SP tlog-proof).
//
// A witness keeps the last checkpoint of a log it has seen and cosigns the next
// only if that continues it. A log with a quorum of witnesses cannot show one
// history to the auditor and another to the supplier. Witnesses that the log's own
// owner runs detect, but do not prevent: a quorum should need witnesses of
// different owners, such as the auditor and internal audit.
//
// Nothing here does I/O; package witness speaks to witnesses.
//
// # Algorithms
//
// Keys and signatures carry an algorithm byte: 1 is the log's Ed25519, 4 is an
// Ed25519 cosignature. 6, an ML-DSA-44 cosignature, is recognised by name and
// refused, since neither the standard library nor a well-kept module can verify
// it yet.
package cosign
