package evidence

import "errors"

// Errors to tell apart with errors.Is. Each is wrapped by an error that names the
// file, the entry or the field.
var (
	// ErrInvalid: the entry or the option breaks a documented limit. Change it;
	// trying again cannot help.
	ErrInvalid = errors.New("evidence: invalid")

	// ErrLocked: another process, or another Log in this one, has the folder
	// open. Wait for it to close; two writers would fork the log.
	ErrLocked = errors.New("evidence: folder is in use")

	// ErrNotFound: the log has no such entry, or never had that size.
	ErrNotFound = errors.New("evidence: no such entry")

	// ErrCorrupt: the folder is not what a Log wrote there. Nothing was changed.
	// Keep the folder, run the verifier to learn which part fails, and restore a
	// copy.
	ErrCorrupt = errors.New("evidence: log is damaged")

	// ErrFailed: a write or a sync failed, so it is not known whether the entries
	// of that call would survive a crash. The Log takes no more entries. Mend
	// what the wrapped error says, open the folder again and append once more
	// with the same idempotency keys: what had been written is found, the rest is
	// appended.
	ErrFailed = errors.New("evidence: write failed, outcome unknown")

	// ErrClosed: the Log was closed.
	ErrClosed = errors.New("evidence: log is closed")
)
