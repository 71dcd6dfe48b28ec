// Package statement signs what someone says about evidence: in-toto statements
// in DSSE envelopes.
//
// A checkpoint says what is in a log; it is signed by the log. A statement says
// who vouches for what: that this position was computed from these inputs, that
// this person approved that plan, that this file was acquired from that source and
// handed on. It is signed by whoever says it, is a payload like any other to the
// log, and can be shown and checked without it.
//
// The envelope is that of DSSE v1, and the statement that of in-toto attestation
// v1, so that other verifiers of either accept them. What is signed is the exact
// bytes of the payload under their type, never a re-encoding: nothing depends on
// one canonical form of JSON. Each predicate has a Go type here; a predicate of
// someone else's goes through as raw JSON.
//
// # Keys
//
// A [Signer] holds any crypto.Signer of an Ed25519 key: a file, a key management
// service, a PKCS #11 token. A verifier names the keys it accepts, and an envelope
// says by which of them it was signed; the key ID in an envelope is a hint only.
package statement
