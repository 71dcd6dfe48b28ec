// Package verify checks an evidence log for someone who trusts neither the log
// nor whoever keeps it. It needs the folder and the log's public key, nothing
// else: it opens no network connection, has no part of the writer in it, and
// reads through an fs.FS, so that a zip file serves as well as a folder.
//
// # Three verdicts
//
// An intact log is not yet a complete one, and neither says where it came from.
// So a [Report] has three verdicts, and one never stands in for another:
//
//   - Integrity: every entry is what was appended, in its place; every file of
//     the folder is what the entries make it; the checkpoint's root is theirs; and
//     the log continues the checkpoint that was remembered from an earlier visit.
//   - Completeness: each run has a statement of how many entries of each kind it
//     consists of, and those are there, no fewer and no more.
//   - Provenance: the checkpoint is signed by the key, for its origin, and all
//     entries are under it.
//
// A failing verdict names what fails: an entry, the checkpoint, a file, a run.
//
// # What it cannot tell
//
// Whoever holds the key can write another log and sign it. Only someone else's
// memory shows that: keep the checkpoint of each visit and give it back as
// [Options].Remembered. And no check of a log shows that what was appended to it
// was true.
package verify
