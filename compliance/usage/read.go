package usage

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"
)

// Options say how to read an input; the zero value detects the format and takes
// local times as UTC.
type Options struct {
	Name   string         // of the input, for errors
	Format Format         // FormatUnknown: found by content
	Zone   *time.Location // of the local times in the input; nil: UTC
	// At is when a status was taken, or the end of a log, for inputs that do not
	// say; what the input says goes before. Zero: not known.
	At      time.Time
	MaxLine int // bytes kept of a line; 0: 64 KiB
}

// Read reads the log or status output and measures each feature. The reader is
// read once and to its end; memory grows with the number of checkouts, not with
// the length of the text.
//
// A line that is not understood does not end the reading: it is counted and the
// first few are quoted in the report. The error is an [*Error] of one of the kinds
// above. A report comes with an error only for [ErrNoAnswer] and [ErrNoFeatures].
func Read(ctx context.Context, r io.Reader, o Options) (*Report, error) {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	lines := newLineReader(ctx, r, o.MaxLine)
	if o.Format == FormatUnknown {
		head, err := lines.peek()
		if err != nil {
			return nil, unreadable(o.Name, 0, err)
		}
		if o.Format = detect(string(head)); o.Format == FormatUnknown {
			return nil, &Error{Name: o.Name, Problem: "the format is not known",
				Fix: "what can be read is: " + knownFormats(), Err: ErrUnknownFormat}
		}
	}
	p := o.Format.parser()
	if p == nil {
		return nil, &Error{Name: o.Name, Problem: fmt.Sprintf("there is no format %d", int(o.Format)),
			Fix: "use one of usage.Formats", Err: ErrUnknownFormat}
	}
	in := &input{lineReader: lines, o: o, report: &Report{Format: o.Format, Zone: o.Zone}}
	for in.next() {
		if in.cut {
			in.unparsed(in.max, fmt.Sprintf("the line is longer than %d bytes", in.max))
			continue
		}
		p.line(in)
	}
	if in.err != nil {
		return nil, unreadable(o.Name, in.number, in.err)
	}
	in.report.Lines = in.number
	if in.ansi > 0 {
		in.note(repaired, 0, fmt.Sprintf("%d lines are not UTF-8 and were read as Windows-1252", in.ansi))
	}
	p.finish(in)
	return in.report, in.verdict()
}

func unreadable(name string, line int, err error) error {
	return &Error{Name: name, Line: line, Problem: err.Error(), Err: fmt.Errorf("%w: %w", ErrUnreadable, err)}
}

// parser reads one format line by line.
type parser interface {
	line(in *input)
	finish(in *input)
}

// input is the line at hand and what is known so far.
type input struct {
	*lineReader
	o       Options
	report  *Report
	failure *Error // what the tool said when its server did not answer
}

// quoted is how many lines that are not understood a report quotes.
const quoted = 5

// unparsed counts the line at hand as not understood from the byte at offset on.
func (in *input) unparsed(offset int, problem string) {
	r := in.report
	r.UnparsedLines++
	if len(r.Unparsed) < quoted {
		r.Unparsed = append(r.Unparsed, Unparsed{
			Line: in.number, Column: offset + 1, Problem: problem, Text: shorten(in.text),
		})
	}
}

func shorten(s string) string {
	const most = 160
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

func (in *input) note(doubtful bool, line int, what string) {
	in.report.Notes = addNote(in.report.Notes, doubtful, line, what)
}

// noAnswer keeps the first message that says the server could not be asked.
func (in *input) noAnswer() {
	if in.failure == nil {
		in.failure = &Error{Name: in.o.Name, Line: in.number,
			Problem: "the licence server did not answer: " + shorten(strings.TrimSpace(in.text)),
			Fix:     "ask the server again; until then what is in use is unknown",
			Err:     ErrNoAnswer}
	}
}

func (in *input) verdict() error {
	switch {
	case len(in.report.Features) > 0:
		if in.failure != nil {
			in.note(doubtful, in.failure.Line, "a licence server did not answer: unless it is one of a redundant group, its features are missing here")
		}
		return nil
	case in.failure != nil:
		return in.failure
	}
	return &Error{Name: in.o.Name, Problem: fmt.Sprintf("the %s names no feature", in.report.Format),
		Fix: "take the output of " + in.report.Format.command(), Err: ErrNoFeatures}
}
