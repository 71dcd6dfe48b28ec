// Package evidence keeps an append-only log that an outsider can check without
// trusting whoever keeps it.
//
// A [Log] is a folder. [Log.Append] adds an entry, a kind and a payload of bytes
// the log does not look into, and returns once the entry would survive a crash.
// [Log.Checkpoint] signs a Merkle tree over all entries. Package verify checks
// the folder with nothing but the public key and names what fails; a proof of one
// entry ([Log.ProveInclusion]), or that nothing before a remembered checkpoint
// was changed ([Log.ProveConsistency]), is a few hundred bytes.
//
// # What is in the folder
//
//	checkpoint        the signed checkpoint, a C2SP tlog-checkpoint
//	tile/0/000 …      hashes of the tree, as C2SP tlog-tiles lays them out
//	entries/0000… …   the entries, in groups, in files named for their first entry
//	keys/ …           an index of the idempotency keys, which can be rebuilt
//	lock              empty; held while a Log has the folder open
//
// Hashes are those of RFC 6962, signatures are Ed25519 in signed notes: any
// client of tlog-tiles can follow the log. The encoding of an entry is our own,
// length-prefixed, with a version byte and exactly one spelling; JSON has too many
// to be hashed. What the tree commits to is not the payload but a salted
// commitment to it, so that neither a leaf nor the hashes in a neighbour's proof
// lets anyone test a guess of a short payload.
//
// # Durability
//
// Appends that come while one is being written are written together, with one
// sync of one file, preallocated unless the group is large. Tiles and checkpoint
// are not part of that: they can be computed from the entries, and are when a
// checkpoint is published, which happens on request, on Close and every
// Options.CheckpointEvery entries. Opening reads the checkpoint, the right edge of
// its tiles and the entries after it, however long the log is. After a crash a
// group that was cut off is dropped; no append of it had returned.
//
// When a write or sync fails, the state of the file is unknown, and so it is said:
// the Log takes no more entries ([ErrFailed]), and whoever opens it anew and
// appends with the same idempotency keys gets each entry once.
//
// # Completeness
//
// A tree shows that nothing was changed or taken away, not that everything was put
// in. A [RunStatement] at the end of a run states the number of entries of each
// kind; the verifier compares.
//
// # What is left out
//
// No clock: an entry has the time its payload says, and witnesses put theirs on
// checkpoints. No reading by anything but index and order: folds over the log
// belong to whoever defines the payloads. No deletion: a payload that must be
// forgettable is encrypted before it comes here, and its key is destroyed. No
// protection against whoever holds the signing key and writes a second log: only
// someone else's memory of a checkpoint shows that.
package evidence
