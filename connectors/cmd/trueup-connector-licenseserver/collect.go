package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/usage"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

// reading is one collection.
type reading struct {
	*job
	to     *sdk.Writer
	before marks
	after  marks
	given  int64
	broken int
}

// Collect reads the files, and of those that were read before what is new.
func (collector) Collect(ctx context.Context, req sdk.Request, to *sdk.Writer) error {
	j, err := open(req.Settings)
	if err != nil {
		return err
	}
	before, err := parseCursor(req.Cursor)
	if err != nil {
		return err
	}
	r := &reading{job: j, to: to, before: before, after: marks{}}
	for i, path := range j.files {
		if err := to.Progress(path, i, len(j.files)); err != nil {
			return err
		}
		if err := r.file(ctx, path); err != nil {
			return err
		}
	}
	to.Total(connectors.Total{Name: "peaks", Kind: connectors.Usage, Count: r.given})
	cursor, err := r.after.encode()
	if err != nil {
		return err
	}
	if r.broken > 0 || len(req.Cursor) > 0 {
		return to.Checkpoint(cursor)
	}
	return to.Complete("", cursor)
}

// largestFile bounds what is read into memory.
const largestFile = 4 << 30

func (r *reading) file(ctx context.Context, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return r.problem(path, "", err.Error())
	}
	if info.Size() > largestFile {
		return r.problem(path, "", fmt.Sprintf("the file has %d bytes, more than the %d that are read; rotate it", info.Size(), int64(largestFile)))
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return r.problem(path, "", err.Error())
	}
	through, unchanged := r.before[path].since(data)
	if unchanged {
		r.after[path] = r.before[path]
		return nil
	}
	o := r.options
	o.Name = path
	report, err := usage.Read(ctx, bytes.NewReader(data), o)
	if err != nil {
		return r.unread(ctx, path, err)
	}
	if err := r.notes(path, report); err != nil {
		return err
	}
	for i := range report.Features {
		if err := r.feature(path, report, &report.Features[i], through); err != nil {
			return err
		}
	}
	end := report.Covers.To
	if report.Format != usage.FormatDebugLog {
		end = report.At
	}
	r.after[path] = mark{Size: int64(len(data)), Sum: sumOf(data), Through: end}
	return nil
}

// unread reports a file that cannot be read, and the others count.
func (r *reading) unread(ctx context.Context, path string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var e *usage.Error
	if !errors.As(err, &e) {
		return r.problem(path, "", err.Error())
	}
	place := ""
	if e.Line > 0 {
		place = fmt.Sprintf("line %d, column %d", e.Line, max(1, e.Column))
	}
	message := e.Problem
	if e.Fix != "" {
		message += "; " + e.Fix
	}
	return r.problem(path, place, message)
}

// notes reports lines that were not understood. Their text may name people, so only
// the place and the reason are passed on.
func (r *reading) notes(path string, report *usage.Report) error {
	for _, u := range report.Unparsed {
		if err := r.problem(path, fmt.Sprintf("line %d, column %d", u.Line, u.Column), u.Problem); err != nil {
			return err
		}
	}
	if more := report.UnparsedLines - len(report.Unparsed); more > 0 {
		return r.problem(path, "", fmt.Sprintf("%d more lines are not understood", more))
	}
	for _, n := range report.Notes {
		// A status that a server is missing from may lack what that server has; of a
		// log the bounds of each feature say what is in doubt.
		if n.Doubtful && report.Format != usage.FormatDebugLog {
			if err := r.problem(path, fmt.Sprintf("line %d", n.Line), n.What); err != nil {
				return err
			}
		}
	}
	if report.Undated {
		return r.problem(path, "", "the log names no date, so its days are not known; set at to the instant of its end")
	}
	return nil
}

func (r *reading) problem(path, place, message string) error {
	r.broken++
	return r.to.Problem(connectors.Problem{Kind: connectors.BadData, Subject: path, Place: place, Message: message})
}

func (r *reading) title(f *usage.Feature) catalog.Title {
	publisher := f.Vendor
	if publisher == "" {
		publisher = r.publisher
	}
	return catalog.Title{Publisher: publisher, Name: string(f.Name)}
}

func (r *reading) put(u compliance.Usage) error {
	r.given++
	return r.to.Usage(u)
}

// feature writes the peaks of one feature.
func (r *reading) feature(path string, report *usage.Report, f *usage.Feature, through time.Time) error {
	if report.Format != usage.FormatDebugLog {
		return r.status(path, report, f)
	}
	if report.Undated {
		return nil
	}
	timeline, err := f.Timeline()
	if err != nil {
		return r.problem(path, "feature "+string(f.Name), err.Error())
	}
	doubtful, seen := 0, false
	for _, w := range timeline.Windows(report.Covers, usage.Day) {
		// Days before a feature was first taken are left out: a log that is read in
		// parts could not say them of a feature that only a later part names.
		seen = seen || w.Peak.AtMost > 0
		if !seen || !w.To.After(through) {
			continue
		}
		u := compliance.Usage{Title: r.title(f), From: w.From.UTC(), To: w.To.UTC(), Peak: int(w.Peak.AtMost)}
		if w.Peak.AtMost > 0 {
			u.At = timeline.Peak(w.Span).Spans[0].From.UTC()
		}
		if w.Peak.AtLeast != w.Peak.AtMost {
			doubtful++
		}
		if err := r.put(u); err != nil {
			return err
		}
	}
	if doubtful == 0 {
		return nil
	}
	return r.to.Problem(connectors.Problem{Kind: connectors.BadData, Subject: path, Place: "feature " + string(f.Name), Harmless: true,
		Message: fmt.Sprintf("on %d days check-ins are missing, and the peak is the most that it can have been", doubtful)})
}

// status writes what was in use at the instant of a status output.
func (r *reading) status(path string, report *usage.Report, f *usage.Feature) error {
	switch {
	case f.InUse == nil:
		return nil
	case report.At.IsZero():
		return r.problem(path, "feature "+string(f.Name), "the output does not say when it was taken; set at")
	}
	at := report.At.UTC()
	return r.put(compliance.Usage{Title: r.title(f), From: at, To: at, Peak: int(*f.InUse), At: at})
}
