// Command trueup-connector-sql reads the facts of any product that keeps them in
// PostgreSQL, MySQL, MariaDB or SQLite: by queries, and a mapping of their columns.
//
// Queries run in one read-only transaction, so that several of them describe one
// state of the database, and rows are read as they come, so that a table of any size
// costs little memory. A query that would change something fails in the database.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/mapping"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

func main() { sdk.Serve(about(), collector{}) }

func about() connectors.Description {
	return connectors.Description{
		Name:    "sql",
		Version: "1.0.0",
		Summary: "reads queries of PostgreSQL, MySQL and SQLite by a mapping of their columns",
		Kinds:   connectors.Kinds(),
		Settings: []connectors.Setting{
			{Name: "driver", Required: true, Values: []string{"postgres", "mysql", "sqlite"}, Doc: "what the database is; mysql is also MariaDB"},
			{Name: "dsn", Required: true, Secret: true, Doc: "how to reach it, with its password: postgres://user:password@host/db, user:password@tcp(host)/db, or a file of SQLite"},
			{Name: "file", Doc: "file of the mapping, whose rows are from a query or a table each"},
			{Name: "mapping", Doc: "the mapping itself, in place of a file"},
		},
	}
}

type collector struct{}

// Check reports whether the database can be reached and every query answers.
func (collector) Check(ctx context.Context, s connectors.Settings) error {
	m, db, err := open(s)
	if err != nil {
		return err
	}
	tx, end, err := begin(ctx, db, s.Values["driver"])
	if err != nil {
		return errors.Join(err, db.Close())
	}
	in := m.Intake(nil)
	for _, rule := range m.Rules() {
		var rows *sql.Rows
		if rows, err = tx.QueryContext(ctx, queryOf(rule.From)); err != nil {
			err = failure(ctx, rule, err)
			break
		}
		if _, err = table(in, rule, rows); err != nil {
			err = &connectors.Error{Kind: connectors.BadConfig, Err: err}
		}
		if err = errors.Join(err, rows.Close()); err != nil {
			break
		}
	}
	return errors.Join(err, end(), db.Close())
}

// Collect runs the queries in the order of the mapping.
func (collector) Collect(ctx context.Context, req sdk.Request, to *sdk.Writer) (err error) {
	m, db, err := open(req.Settings)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	tx, end, err := begin(ctx, db, req.Settings.Values["driver"])
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	r := &reading{to: to, in: m.Intake(to)}
	for _, rule := range m.Rules() {
		if !to.Wants(rule.Kind) {
			continue
		}
		if err := r.query(ctx, tx, rule); err != nil {
			return err
		}
	}
	to.Total(connectors.Total{Name: "records of queries", Count: r.records})
	r.in.Totals(to.Total)
	if r.broken > 0 {
		return nil
	}
	return to.Complete("", nil)
}

// reading is one collection.
type reading struct {
	to      *sdk.Writer
	in      *mapping.Intake
	records int64
	broken  int
}

func (r *reading) query(ctx context.Context, tx *sql.Tx, rule mapping.Rule) (err error) {
	rows, err := tx.QueryContext(ctx, queryOf(rule.From))
	if err != nil {
		return failure(ctx, rule, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	if err := r.to.Progress(subject(rule), int(r.records), 0); err != nil {
		return err
	}
	to, err := table(r.in, rule, rows)
	if err != nil {
		return &connectors.Error{Kind: connectors.BadConfig, Err: err}
	}
	cells := newCells(rows)
	for record := 1; rows.Next(); record++ {
		texts, err := cells.scan(rows)
		if err != nil {
			return failure(ctx, rule, fmt.Errorf("record %d: %w", record, err))
		}
		r.records++
		problems, err := to.Add(record, texts)
		for _, p := range problems {
			r.broken++
			err = errors.Join(err, r.to.Problem(p))
		}
		if err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return failure(ctx, rule, err)
	}
	return nil
}
