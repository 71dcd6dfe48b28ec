// Package postgres keeps an evidence log in PostgreSQL, where many processes can
// append to it.
//
// It is the log of package evidence in another place: the same entries, leaves,
// tree, signatures and proofs, and the same conformance suite (evidencetest). What
// checks the one checks the other. [Log.Export] writes the folder that package
// verify reads; serve.Handler shows the log over HTTP.
//
// # How many processes share it
//
// The state of the tree is one row, its size and its root, and whoever appends
// holds the lock of that row until its transaction ends. So entries have one order,
// without gaps, and a group is there whole or not at all. Each process gathers the
// appends of its callers into groups, and a group costs two round trips and one
// flush of the write-ahead log. Appending in one process is cheapest, since it
// knows the right edge of the tree already; in several, each reads at most 255
// hashes a level of it again.
//
// A follower ([Log.Follow]) waits on LISTEN and is told by the NOTIFY that commits
// with a group: it misses nothing and polls nothing.
//
// # Durability and faults
//
// An append returns when the database has committed. A database that runs with
// fsync off is refused by [Open], and a session with synchronous_commit off is
// turned on for the transaction. If the connection is lost while a group commits,
// it is not known whether it did: those callers get evidence.ErrFailed, and
// appending once more with the same idempotency keys finds what is there. Unlike
// the folder, the Log goes on.
//
// # Who is trusted
//
// Whoever may write to the tables can change them, and triggers only keep honest
// mistakes out. Before a checkpoint is signed, the tree is therefore shown to
// continue the checkpoint signed last, by the proof that an outsider would ask for,
// and a process remembers the newest checkpoint it has seen. Readings are checked
// against the tree. What an owner of both key and database can do, only witnesses
// show.
//
// Payloads reach the database, its write-ahead log and its backups as they are:
// what must be forgettable is sealed first (package seal).
package postgres
