// Package seal keeps personal and confidential fields readable to some, and makes
// them forgettable, in a log from which nothing can be taken away.
//
// A field is encrypted before it becomes part of a payload. Each data subject has
// a key pair of its own in a [Keyring]: anyone who writes evidence can seal for
// the subject with the public half, and the private half is kept encrypted to the
// roles that may read. Destroying the private half erases every field of that
// subject, in the log, in its copies and in its backups, and changes no byte of
// them: the log goes on verifying. One entry can hold fields of several subjects.
//
// All encryption is age (age-encryption.org): the file of a key opens with the age
// command and a role's identity, and a sealed field with the identity in it.
//
// # Erasure
//
// [Keyring.Erase] gives a [Receipt] to append to the log. It names no one: it has a
// commitment to the subject's name under a salt that is handed to the subject
// only, who can thereby show that the receipt is theirs. The names in the keyring
// are keyed hashes, and the identifier in a sealed field is random, so that what is
// left after an erasure does not confirm a guess of the name.
//
// A legal hold is an entry of the log (package hold), which names a subject by its
// [Keyring.Pseudonym]: a subject is held until every matter is released, and nothing
// erases a held subject.
//
// # Limits
//
// Erasure reaches as far as the keyring: keep it out of backups, or keep backups of
// it no longer than erasure may take, and remember that a file system with
// snapshots, or a flash disk, may keep what was overwritten. Whoever has read a
// field has read it. Lengths show; pad where they tell.
package seal
