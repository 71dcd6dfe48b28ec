package main

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/mapping"
	"github.com/trueup-dev/trueup/connectors/sdk"
	"github.com/trueup-dev/trueup/connectors/sheets/grid"
)

// matching are the tables that a rule reads: every one when it names none, else
// those whose sheet, file, or file and sheet parted by # are of that name. A * in a
// name stands for anything.
func (j *job) matching(rule mapping.Rule) []grid.Entry {
	var out []grid.Entry
	for _, e := range j.tables {
		file := filepath.Base(e.File)
		for _, name := range []string{e.Sheet, file, file + "#" + e.Sheet} {
			if ok, err := filepath.Match(strings.ToLower(rule.From), strings.ToLower(name)); rule.From == "" || ok && err == nil && name != "" {
				out = append(out, e)
				break
			}
		}
	}
	return out
}

// reading is one collection.
type reading struct {
	to     *sdk.Writer
	in     *mapping.Intake
	rows   int64
	broken int
}

// Collect reads the tables rule by rule, in the order of the mapping.
func (collector) Collect(ctx context.Context, req sdk.Request, to *sdk.Writer) error {
	j, err := open(req.Settings)
	if err != nil {
		return err
	}
	r := &reading{to: to, in: j.mapping.Intake(to)}
	for _, rule := range j.mapping.Rules() {
		if !to.Wants(rule.Kind) {
			continue
		}
		for _, entry := range j.matching(rule) {
			if err := r.table(ctx, j, rule, entry); err != nil {
				return err
			}
		}
	}
	to.Total(connectors.Total{Name: "rows in tables", Count: r.rows})
	r.in.Totals(to.Total)
	if r.broken > 0 {
		return nil
	}
	return to.Complete("", nil)
}

func (r *reading) table(ctx context.Context, j *job, rule mapping.Rule, entry grid.Entry) (err error) {
	g, err := entry.Open(j.options)
	if err != nil {
		return r.fault(err)
	}
	defer func() { err = errors.Join(err, g.Close()) }()
	rows, err := r.in.Table(rule, mapping.Table{Subject: g.Name(), Header: g.Header, Dates: g.Dates, Place: g.Place})
	if err != nil {
		return r.problem(connectors.Problem{Kind: connectors.BadData, Subject: g.Name(), Message: err.Error()})
	}
	if err := r.to.Progress(g.Name(), int(r.rows), 0); err != nil {
		return err
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		cells, line, err := g.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			if err := r.fault(err); err != nil {
				return err
			}
			continue
		}
		r.rows++
		problems, err := rows.Add(line, cells)
		for _, p := range problems {
			err = errors.Join(err, r.problem(p))
		}
		if err != nil {
			return err
		}
	}
}

// fault reports what a file has wrong; any other error ends the collection.
func (r *reading) fault(err error) error {
	var f *grid.Error
	if !errors.As(err, &f) {
		return err
	}
	return r.problem(connectors.Problem{Kind: connectors.BadData, Subject: f.File, Place: f.Place, Message: f.Err.Error()})
}

func (r *reading) problem(p connectors.Problem) error {
	r.broken++
	return r.to.Problem(p)
}
