package document

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Position is a place in a document. Line and column start at 1; the column
// counts characters, not bytes. Line 0 means the file as a whole.
type Position struct {
	File         string
	Line, Column int
}

// String renders the position as file:line:column.
func (p Position) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Problem is one mistake in a document, with the place where it stands.
type Problem struct {
	At      Position
	Message string
	// Source is the line of the document at the position, empty when there is
	// none.
	Source string
}

// Error renders the problem as compilers do: the position and the message, then
// the source line with a caret under the place.
func (p *Problem) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", p.At, p.Message)
	if p.Source != "" && p.At.Column > 0 {
		fmt.Fprintf(&b, "\n  %s\n  %s^", p.Source, indent(p.Source, p.At.Column-1))
	}
	return b.String()
}

// indent is as wide as the first n characters of line; tabs stay tabs, so that
// the caret stands under its character at any tab width.
func indent(line string, n int) string {
	var b strings.Builder
	for _, r := range line {
		if n == 0 {
			break
		}
		n--
		if r == '\t' {
			b.WriteByte('\t')
		} else {
			b.WriteByte(' ')
		}
	}
	b.WriteString(strings.Repeat(" ", n))
	return b.String()
}

// Problems are all mistakes of a document, in the order in which they stand.
// It unwraps to each of them.
type Problems []*Problem

// Error renders one problem after the other.
func (ps Problems) Error() string {
	s := make([]string, len(ps))
	for i, p := range ps {
		s[i] = p.Error()
	}
	return strings.Join(s, "\n")
}

// Unwrap gives errors.Is and errors.As every problem.
func (ps Problems) Unwrap() []error {
	errs := make([]error, len(ps))
	for i, p := range ps {
		errs[i] = p
	}
	return errs
}

// Err is the problems as an error, nil when there are none.
func (ps Problems) Err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// Collect gathers the problems within err, in order, so that a loader can join
// what several steps found. What is no problem becomes one at the position given.
func Collect(at Position, err error) Problems {
	if err == nil {
		return nil
	}
	var many Problems
	if errors.As(err, &many) {
		return many
	}
	var one *Problem
	if errors.As(err, &one) {
		return Problems{one}
	}
	return Problems{{At: at, Message: err.Error()}}
}

// Problem is a problem of this file at a position.
func (f *File) Problem(at Position, format string, args ...any) *Problem {
	p := &Problem{At: at, Message: fmt.Sprintf(format, args...)}
	if at.Line > 0 && at.Line <= len(f.lines) {
		p.Source = strings.TrimRight(f.lines[at.Line-1], "\r")
	}
	if !utf8.ValidString(p.Source) {
		p.Source = strings.ToValidUTF8(p.Source, "\uFFFD")
	}
	return p
}

func (f *File) problems(line, column int, msg string) Problems {
	return Problems{f.Problem(Position{f.name, line, column}, "%s", msg)}
}

func (f *File) position(n *yaml.Node) Position {
	return Position{File: f.name, Line: n.Line, Column: n.Column}
}

var yamlLine = regexp.MustCompile(`line (\d+)(?:, column (\d+))?:? ?`)

// syntax turns the error of the YAML reader, which names the line in its text,
// into a problem at that place.
func (f *File) syntax(err error) Problems {
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	line, column := 1, 1
	if m := yamlLine.FindStringSubmatch(msg); m != nil {
		line, _ = strconv.Atoi(m[1])
		if m[2] != "" {
			column, _ = strconv.Atoi(m[2])
		}
		msg = strings.Replace(msg, m[0], "", 1)
	}
	return f.problems(line, max(column, 1), "not YAML: "+strings.TrimSpace(msg))
}
