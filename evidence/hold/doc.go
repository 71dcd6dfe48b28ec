// Package hold keeps legal holds in the log itself: for which matter what must be
// kept, since when, by whose word, and until who released it.
//
// A hold names data subjects, or entries by their kind, run and period, or both. It
// is an entry of the log, and so is its release; the holds that count are a fold over
// these entries and over nothing else, so that whoever has the log knows what was held
// at any time, and no file beside it can be lost or edited.
//
// # One answer
//
// Two things can take evidence away: the erasure of a subject's key (package seal) and
// the pruning of a log from its beginning (package retention). Both ask the same
// [Book], and both go by one rule: a subject is held by every hold that names it, and
// by every hold of entries that covers an entry about it; an entry is held by what
// covers it, and by what names a subject that it is about. A hold of one subject does
// not hold the others that an entry is about.
//
// A subject is named by a [Pseudonym], a keyed hash that seal.Keyring.Pseudonym makes:
// a log is for ever, and a name in it could not be erased. Whoever destroys the key of
// that hash makes the holds of the past say nothing of anyone.
//
// # Doubt holds
//
// An entry whose time nobody knows fits every period. A log that does not begin where
// it should, that has a gap or ends before its length gives no holds but
// [ErrTruncated]: the hold that matters may be in what is missing. So does an entry of
// these kinds that cannot be read. Nothing is erased or pruned then.
//
// # Who is first
//
// Reading the holds and acting on them is one turn of the Book, in which no hold can be
// placed: by a lock within the process, and where the log is shared by several, by
// its own (postgres.Log.Exclusive). A hold is before the erasure, or finds that it came
// too late; it is never placed and passed over.
package hold
