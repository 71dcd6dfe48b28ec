package connectors

import (
	"fmt"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/compliance"
)

// ErrorKind says what kind of failure an [Error] is, for a program to act on.
type ErrorKind uint8

// The kinds of failure. The comment of each says what to do.
const (
	ErrorInvalid ErrorKind = iota

	// Unpinned: the source names no checksum. Pin one, or allow unpinned
	// connectors while developing.
	Unpinned
	// ChecksumMismatch: the binary is not the one that was pinned. Find out who
	// changed it before pinning the new one.
	ChecksumMismatch
	// StartFailed: the binary could not be started at all. See the message for
	// its path, mode and architecture.
	StartFailed
	// BadHandshake: the process started and did not speak the protocol, for
	// example because it printed to standard output first.
	BadHandshake
	// VersionMismatch: host and connector share no version of the protocol. The
	// message says which side to upgrade.
	VersionMismatch
	// BadConfig: a setting is missing or wrong.
	BadConfig
	// AuthFailed: the source refused the credentials.
	AuthFailed
	// PermissionDenied: the credentials lack a right.
	PermissionDenied
	// Unavailable: the source could not be reached. Trying again may help.
	Unavailable
	// Throttled: the source asks to wait; see [Error.Retry].
	Throttled
	// BadData: part of the source could not be read, or counts do not agree.
	// What did arrive was delivered.
	BadData
	// BadCursor: the cursor is no longer good. Collect again without one.
	BadCursor
	// Unsupported: the connector or the sink cannot do what was asked.
	Unsupported
	// Internal: the connector has a defect, such as a panic.
	Internal
	// Hung: the connector said nothing for too long, or did not finish in time,
	// and was killed.
	Hung
	// Crashed: the process ended by itself before it was done.
	Crashed
	// Canceled: the host's context ended.
	Canceled
	// ProtocolViolated: the connector sent what the protocol does not allow.
	ProtocolViolated
	// OverBudget: the connector sent more than the host's limits allow.
	OverBudget
	// Leaked: a process could not be made to end within the time allowed.
	Leaked
	// NotKept: what was read could not be kept in the state folder, or what is
	// there cannot be read. See to the disk; removing the source's folder makes
	// it be read anew.
	NotKept
	// Uncertified: the host demands a certificate that the binary does not have.
	Uncertified
)

var errorKinds = [...]string{
	"invalid", "unpinned connector", "checksum mismatch", "start failed", "bad handshake", "version mismatch",
	"bad configuration", "authentication failed", "permission denied", "source unavailable", "throttled", "bad data",
	"bad cursor", "unsupported", "internal error", "hung", "crashed", "canceled", "protocol violated", "over budget", "leaked",
	"not kept", "uncertified",
}

// String is the kind in words.
func (k ErrorKind) String() string {
	if int(k) < len(errorKinds) {
		return errorKinds[k]
	}
	return errorKinds[ErrorInvalid]
}

// Error is a failure of one source. It works with errors.Is against an Error
// that has only the fields set that matter:
//
//	errors.Is(err, &connectors.Error{Kind: connectors.AuthFailed})
type Error struct {
	Source compliance.SourceID
	// Op is what was being done: start, configure, check, collect, stop.
	Op   string
	Kind ErrorKind
	// Err says what happened, without secrets.
	Err error
	// Output is the end of what the process wrote to standard error, with the
	// configured secrets struck out. It is not part of the message, because a
	// stranger wrote it.
	Output []string
	Retry  Retry
}

// Retry says when a source may be asked again. The zero value states nothing.
type Retry struct {
	// After is how long to wait, Until the instant to wait for.
	After time.Duration
	Until time.Time
	// Scope is what the wait applies to, empty for the whole source.
	Scope string
}

// Error is one line: who, what, which kind, why.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("connectors: ")
	if e.Source != "" {
		fmt.Fprintf(&b, "%s: ", e.Source)
	}
	if e.Op != "" {
		fmt.Fprintf(&b, "%s: ", e.Op)
	}
	b.WriteString(e.Kind.String())
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is an *Error whose set fields equal those of e.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	if !ok {
		return false
	}
	return (t.Source == "" || t.Source == e.Source) &&
		(t.Op == "" || t.Op == e.Op) &&
		(t.Kind == ErrorInvalid || t.Kind == e.Kind) &&
		t.Err == nil
}

// Temporary reports whether trying again, later, can help.
func (k ErrorKind) Temporary() bool {
	switch k {
	case Unavailable, Throttled, Hung, Crashed:
		return true
	}
	return false
}
