//go:build duckdb

package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/internal/scale"
	"github.com/trueup-dev/trueup/internal/scale/rounds"
)

// held are the ways from what is in memory as numbers to counts. Loading is not
// measured.
func (b bench) held(per int) []rounds.Variant {
	return []rounds.Variant{
		{Name: "tally of the estate", Per: per, Run: b.heldTally},
		{Name: "duckdb, titles as integers", Per: per, Run: b.heldDuckdb},
	}
}

func (b bench) heldTally(measure func(func() error)) error {
	in, err := b.Input()
	if err != nil {
		return err
	}
	held, err := b.Held()
	if err != nil {
		return err
	}
	measure(func() error {
		tally, err := compliance.NewTally(scale.Snapshot, in)
		if err != nil {
			return err
		}
		if err := tally.AddEstate(held); err != nil {
			return err
		}
		_, err = tally.Reconcile(context.Background())
		return err
	})
	return nil
}

const (
	coded = `
SET threads TO 1;
CREATE TABLE installs (device INTEGER, title INTEGER);
CREATE TABLE devices (id INTEGER, entity INTEGER, cores INTEGER);
CREATE TABLE titles (id INTEGER, product INTEGER, per_core BOOLEAN);`

	codedUnits = `
WITH units AS (
  SELECT t.product, d.entity, sum(CASE WHEN t.per_core THEN d.cores ELSE 1 END) AS n
  FROM installs i JOIN titles t ON t.id = i.title JOIN devices d ON d.id = i.device
  WHERE t.product >= 0 GROUP BY t.product, d.entity)
SELECT product::VARCHAR, greatest(sum(n) - ?, 0) FROM units GROUP BY product ORDER BY product`

	codedUnknown = `
SELECT i.title::VARCHAR, count(*) FROM installs i JOIN titles t ON t.id = i.title
WHERE t.product < 0 GROUP BY i.title ORDER BY 2 DESC, 1`
)

func (b bench) heldDuckdb(measure func(func() error)) error {
	return with(func(ctx context.Context, db *sql.DB, conn driver.Conn) error {
		for _, statement := range split(coded) {
			if _, err := db.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		if err := b.loadCoded(conn); err != nil {
			return err
		}
		measure(func() error {
			if err := rows(ctx, db, codedUnits, b.Owned()); err != nil {
				return err
			}
			return rows(ctx, db, codedUnknown)
		})
		return nil
	})
}

func (b bench) loadCoded(conn driver.Conn) error {
	var tables [3]*duckdb.Appender
	for i, name := range []string{"installs", "devices", "titles"} {
		a, err := duckdb.NewAppenderFromConn(conn, "", name)
		if err != nil {
			return err
		}
		tables[i] = a
	}
	for t := range scale.Titles {
		product := int32(-1)
		if b.Product(t) != "" {
			product = int32(t)
		}
		if err := tables[2].AppendRow(int32(t), product, scale.PerCore(t)); err != nil {
			return err
		}
	}
	for d := range b.Devices {
		if err := tables[1].AppendRow(int32(d), int32(d%scale.Entities), int32(b.Cores(d, 0))); err != nil {
			return err
		}
		for k := range scale.Installs {
			if err := tables[0].AppendRow(int32(d), int32(b.Title(d, k, 0))); err != nil {
				return err
			}
		}
	}
	for _, t := range tables {
		if err := t.Close(); err != nil {
			return err
		}
	}
	return nil
}

// split parts statements.
func split(sql string) []string {
	return strings.Split(strings.TrimSuffix(strings.TrimSpace(sql), ";"), ";")
}
