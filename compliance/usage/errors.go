package usage

import (
	"errors"
	"fmt"
	"strings"
)

// Kinds of failure of [Read], for errors.Is.
var (
	// ErrUnknownFormat means that the text is of none of [Formats]; nothing was
	// read from it. Give the format, or another file.
	ErrUnknownFormat = errors.New("unknown format")
	// ErrNoAnswer means that the text is a client's report that its licence server
	// could not be reached: what is in use is unknown, not zero. Ask again.
	ErrNoAnswer = errors.New("the licence server did not answer")
	// ErrNoFeatures means that the format is known but no feature is named in the
	// text: ask the server with the option that lists them.
	ErrNoFeatures = errors.New("no feature in it")
	// ErrUnreadable means that the reader failed; the cause is wrapped too.
	ErrUnreadable = errors.New("cannot be read")
)

// Error is a failure to read one text, with the place and the way out.
type Error struct {
	Name    string // as given in Options; empty if none was
	Line    int    // 1-based; 0 where the whole text is meant
	Column  int    // in bytes, 1-based; 0 where the whole line is meant
	Problem string
	Fix     string // what to do; may be empty
	Err     error  // one of the kinds above, or wrapping one
}

// Error gives name:line:column: problem; fix.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("usage: ")
	if e.Name != "" {
		b.WriteString(e.Name + ": ")
	}
	if e.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", e.Line)
		if e.Column > 0 {
			fmt.Fprintf(&b, "column %d: ", e.Column)
		}
	}
	b.WriteString(e.Problem)
	if e.Fix != "" {
		b.WriteString("; " + e.Fix)
	}
	return b.String()
}

// Unwrap gives the kind.
func (e *Error) Unwrap() error { return e.Err }
