package wire

import (
	"errors"
	"time"

	"github.com/trueup-dev/trueup/connectors"
)

// failureKinds pairs the protocol's kinds of failure with the contract's. Kinds
// that only a host can find (a crash, a checksum) have no number on the wire.
var failureKinds = map[FailureKind]connectors.ErrorKind{
	FailureKind_FAILURE_KIND_CONFIG:      connectors.BadConfig,
	FailureKind_FAILURE_KIND_AUTH:        connectors.AuthFailed,
	FailureKind_FAILURE_KIND_PERMISSION:  connectors.PermissionDenied,
	FailureKind_FAILURE_KIND_UNAVAILABLE: connectors.Unavailable,
	FailureKind_FAILURE_KIND_THROTTLED:   connectors.Throttled,
	FailureKind_FAILURE_KIND_DATA:        connectors.BadData,
	FailureKind_FAILURE_KIND_CURSOR:      connectors.BadCursor,
	FailureKind_FAILURE_KIND_UNSUPPORTED: connectors.Unsupported,
	FailureKind_FAILURE_KIND_INTERNAL:    connectors.Internal,
	FailureKind_FAILURE_KIND_CANCELED:    connectors.Canceled,
}

// ErrorKind is the contract's name of a kind of failure. A number that this
// version does not know is a defect of the connector.
func ErrorKind(k FailureKind) connectors.ErrorKind {
	if kind, ok := failureKinds[k]; ok {
		return kind
	}
	return connectors.Internal
}

// FailureKindOf is the reverse of [ErrorKind].
func FailureKindOf(k connectors.ErrorKind) FailureKind {
	for wire, kind := range failureKinds {
		if kind == k {
			return wire
		}
	}
	return FailureKind_FAILURE_KIND_INTERNAL
}

// FailureOf puts an error into a message. An error that is no
// [connectors.Error] is a defect of the connector.
func FailureOf(err error) *Failure {
	var e *connectors.Error
	if !errors.As(err, &e) {
		return &Failure{Kind: FailureKind_FAILURE_KIND_INTERNAL, Message: err.Error()}
	}
	f := &Failure{Kind: FailureKindOf(e.Kind), Message: e.Kind.String()}
	if e.Err != nil {
		f.Message = e.Err.Error()
	}
	if e.Retry != (connectors.Retry{}) {
		f.Retry = RetryOf(e.Retry)
	}
	return f
}

// ErrorOf reads what [FailureOf] wrote, and what connectors in other languages
// write.
func ErrorOf(f *Failure) *connectors.Error {
	text := f.GetMessage()
	if f.GetSubject() != "" {
		text = f.GetSubject() + ": " + text
	}
	return &connectors.Error{Kind: ErrorKind(f.GetKind()), Err: errors.New(text), Retry: RetryFrom(f.GetRetry())}
}

// RetryOf puts a wait into a message.
func RetryOf(r connectors.Retry) *Retry {
	return &Retry{AfterSeconds: int64(r.After / time.Second), Until: instant(r.Until), Scope: r.Scope}
}

// RetryFrom reads a wait.
func RetryFrom(r *Retry) connectors.Retry {
	out := connectors.Retry{After: time.Duration(max(0, r.GetAfterSeconds())) * time.Second, Scope: r.GetScope()}
	if r.GetUntil() > 0 {
		out.Until = time.Unix(r.GetUntil(), 0).UTC()
	}
	return out
}

// ProblemOf puts a problem into a message, ProblemFrom reads it.
func ProblemOf(p connectors.Problem) *Problem {
	return &Problem{Kind: FailureKindOf(p.Kind), Subject: p.Subject, Place: p.Place, Message: p.Message, Harmless: p.Harmless}
}

// ProblemFrom reads a problem.
func ProblemFrom(p *Problem) connectors.Problem {
	return connectors.Problem{Kind: ErrorKind(p.GetKind()), Subject: p.GetSubject(), Place: p.GetPlace(), Message: p.GetMessage(), Harmless: p.GetHarmless()}
}
