// Package disclose shows an outsider chosen fields of chosen rows, proves them
// against the log, and shows nothing else.
//
// # Commit first
//
// [Commit] takes a [Table], such as the consumers of a product, and commits to every
// field by itself: a salt of 128 bits, the name and the value, encoded and hashed as
// a disclosure of RFC 9901 (SD-JWT). The [Commitment] holds hashes and the number of
// rows. It is appended to the log as an entry of kind [Kind]; from then on nothing
// in the table can change. The [Opening] holds the secret that the salts come from
// and the values; it is as confidential as the table.
//
// # Then show
//
// [Opening.Bundle] makes a bundle for one audience: chosen columns of chosen rows,
// totals of chosen columns, a header that says what the list is (package ipe), an
// expiry, and the proof that the commitment is in the log. It is signed as a whole.
// [Open] checks one, offline, with the public keys and a policy, and gives what it
// shows. A column that is not shown is absent: its hashes have salts of their own
// and cannot be guessed at. Every row has every column, so that a missing value
// cannot be told from a hidden one.
//
// # Totals
//
// Each column marked as a sum has a Merkle-sum tree over the rows: a node commits to
// the hashes and the sums of both children. Sums are exact decimals of a fixed scale
// that cannot be negative and cannot overflow. A total with one row's path proves
// that the row is counted in it. With Leaves, the bundle has the quantity of every
// row, without its fields, and the total is computed anew.
//
// Rows lie in the order of their salted hashes, which tells nothing. But a path
// shows the sums of the subtrees beside it, the last of which is a single row's
// quantity, of a row that nothing names.
//
// # Samples
//
// When a sample is asked for, its rows follow from the checkpoint that covers the
// commitment, and from a challenge of the auditor's if one is given: the rows were
// committed before, so neither the rows nor the choice can be fitted to the other.
// Without a challenge, whoever keeps the log can publish checkpoints until one suits
// them; witnesses see that, a challenge prevents it. [Detection] is the exact
// probability that such a sample meets at least one of so many deviations.
//
// # What is left out
//
// Range proofs and sums over hidden quantities: whoever sees a row's path sees its
// quantity. Encryption: a bundle is handed over as its audience asks, for example
// with age.
package disclose
