// Package format holds the bytes of an evidence log: how one entry is encoded
// and hashed, how a group of entries lies in a segment file, and what files a
// log folder has. The writer (package evidence) and the checker (package
// verify) share it so that they cannot disagree, and nothing in it does I/O.
//
// # Entry
//
// All integers are big-endian. A record, version 1, is
//
//	version    1 byte, 0x01
//	algorithm  1 byte, 0x01 = SHA-256 commitments
//	kind       2-byte length, bytes
//	run        2-byte length, bytes
//	salt       16 bytes
//	key        2-byte length, bytes
//	payload    4-byte length, bytes
//
// The leaf of the Merkle tree is shorter: version, algorithm, kind, run and
// commitment = SHA-256(version, algorithm, salt, length and bytes of key,
// payload). A leaf therefore fits an entry bundle of tlog-tiles whatever the
// payload's size, and can be shown to a witness or a monitor without showing the
// payload. The salt stays with the payload, so that neither the commitment nor
// the leaf hash (which inclusion proofs of the neighbours reveal) lets anyone
// try guesses of a short payload. The leaf hash is that of RFC 6962.
//
// # Group
//
// What one commit made durable is one group:
//
//	magic      4 bytes, "tug1"
//	length     4 bytes, of the records
//	count      4 bytes
//	first      8 bytes, index of the first record
//	checksum   4 bytes, CRC-32C over the 20 bytes before it and the records
//	records    count times: 4-byte length, record
//
// The checksum tells a group that was cut off by a crash from one that was
// finished. It is no protection against an attacker: the tree is.
package format
