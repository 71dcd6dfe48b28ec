// Package timestamp has a log's checkpoints stamped by a time-stamping authority of
// RFC 3161: someone whom courts know says that they existed at a time.
//
// An [Anchor] sends the digest of each published checkpoint to an authority and keeps
// checkpoint and answer beside each other in a folder, the answer under its own digest:
//
//	0000000000000017.checkpoint
//	0000000000000017.SHA256.tsr
//
// Both are in the forms that other programs read: openssl checks a stamp with
//
//	openssl ts -verify -data 0000000000000017.checkpoint -in 0000000000000017.SHA256.tsr -CAfile roots.pem
//
// [Verify] checks one stamp and [Read] a folder of them, offline, against the roots that
// their reader trusts.
//
// # What a stamp shows
//
// That the log was no shorter, and no other, at the time stated. Unlike a witness, an
// authority remembers nothing: it would stamp two logs of one origin alike. The Anchor
// does remember, as far as its folder goes, and refuses a second history.
//
// # What is checked
//
// The signature over the token and the token's digest of the checkpoint; that the
// certificate is the one which the token names (RFC 5816), is for time-stamping and for
// nothing else (RFC 3161 section 2.3), and leads to a root at the time of the stamp; and
// when asking, the nonce. Revocation is not looked up: a stamp outlives the lists of its
// day, and whoever must know asks the authority.
//
// It is a module of its own, since CMS, in which tokens are signed, is no part of the
// standard library.
package timestamp
