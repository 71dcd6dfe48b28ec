package document

import (
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Text is a string of a document that knows where it stands. Fields that hold
// an expression are of this type.
type Text struct {
	Value string

	file *File
	line int
	// column of the first character, or of the block's indicator.
	column int
	// indent is the number of characters before each line of a literal block,
	// -1 when lines of the value are not lines of the document.
	indent int
}

// Literal is a text that stands in Go source rather than in a document. The
// name takes the place of the file in problems.
func Literal(name, value string) Text {
	return Text{
		Value: value,
		file:  &File{name: name, lines: strings.Split(value, "\n")},
		line:  1, column: 1,
	}
}

// IsZero says whether the document left the text out.
func (t Text) IsZero() bool { return t.Value == "" && t.file == nil }

// At is where the text begins.
func (t Text) At() Position { return t.Position(1, 1) }

// Position is the place in the document of a line and a column of the value,
// both from 1. Where YAML folded lines together it is the place where the text
// begins.
func (t Text) Position(line, column int) Position {
	if t.file == nil {
		return Position{}
	}
	at := Position{File: t.file.name, Line: t.line, Column: t.column}
	switch {
	case t.indent < 0:
	case t.indent > 0:
		at.Line, at.Column = t.line+line, t.indent+column
	case line == 1:
		at.Column = t.column + column - 1
	default:
		at.Line, at.Column = t.line+line-1, column
	}
	return at
}

// Problem is a problem at a line and a column of the value.
func (t Text) Problem(line, column int, format string, args ...any) *Problem {
	f := t.file
	if f == nil {
		f = &File{}
	}
	return f.Problem(t.Position(line, column), format, args...)
}

func (f *File) text(n *yaml.Node) Text {
	t := Text{Value: n.Value, file: f, line: n.Line, column: n.Column}
	switch {
	case n.Style&yaml.LiteralStyle != 0:
		t.indent = f.blockIndent(n.Line)
	case n.Style&yaml.FoldedStyle != 0 || strings.Contains(n.Value, "\n") || !f.onOneLine(n):
		t.indent = -1
	case n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0:
		t.column++
	}
	return t
}

// blockIndent is the number of characters before the lines of the block whose
// indicator stands on the line given.
func (f *File) blockIndent(line int) int {
	for _, l := range f.lines[min(line, len(f.lines)):] {
		if trimmed := strings.TrimLeft(l, " "); strings.TrimSpace(trimmed) != "" {
			return len(l) - len(trimmed)
		}
	}
	return -1
}

// onOneLine says whether the value stands on its line as it is, without folding
// or escapes, so that its columns are the document's.
func (f *File) onOneLine(n *yaml.Node) bool {
	if n.Line < 1 || n.Line > len(f.lines) {
		return false
	}
	rest := f.lines[n.Line-1]
	for i := 1; i < n.Column && rest != ""; i++ {
		_, size := utf8.DecodeRuneInString(rest)
		rest = rest[size:]
	}
	rest = strings.TrimLeft(rest, `"'`)
	return strings.HasPrefix(rest, n.Value)
}

// Part is a piece of a one-line text, from a column of it (from 1, that of the
// character before the piece) on: a text of its own whose problems point to the
// same place.
func (t Text) Part(column int, value string) Text {
	part := t
	part.Value = value
	if t.indent == 0 {
		part.column = t.column + column
	} else {
		part.indent = -1
	}
	return part
}
