package connectors

import "strings"

// Problem is a part of a source that could not be read, while the rest could.
type Problem struct {
	Kind ErrorKind
	// Subject is the part: a file, a record, a page.
	Subject string
	// Place is where in it, such as "line 3, column 14".
	Place   string
	Message string
	// Harmless is true when nothing that counts is missing because of it.
	Harmless bool
}

// String is the problem on one line: subject, place, message.
func (p Problem) String() string {
	parts := make([]string, 0, 3)
	for _, part := range []string{p.Subject, p.Place, p.Message} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ": ")
}

// Total is a count or a sum that the source itself states.
type Total struct {
	// Name is what was counted, such as "software rows in files".
	Name string
	// Kind is the kind whose rows must be as many; [KindInvalid] compares
	// nothing and only informs.
	Kind  Kind
	Count int64
	// Sum is an exact sum as decimal text, empty when none is stated.
	Sum string
}
