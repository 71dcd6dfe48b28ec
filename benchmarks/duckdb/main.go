//go:build duckdb

package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"flag"
	"fmt"
	"os"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/internal/scale"
	"github.com/trueup-dev/trueup/internal/scale/rounds"
)

func main() {
	devices := flag.Int("devices", 100_000, "number of devices, of forty installs each")
	suite := flag.String("suite", "stream", "stream, files for the same from CSV, or held for what is in memory as numbers")
	variants := func() []rounds.Variant {
		b := bench{scale.New(*devices)}
		per := *devices * scale.Installs
		switch *suite {
		case "files":
			return b.files(per)
		case "held":
			return b.held(per)
		}
		return []rounds.Variant{
			{Name: "tally", Per: per, Run: b.tally},
			{Name: "duckdb, one thread", Per: per, Run: b.duckdb},
		}
	}
	if err := rounds.Main(os.Stdout, variants); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// bench is the estate that is counted.
type bench struct{ *scale.Estate }

func (b bench) tally(measure func(func() error)) error {
	in, err := b.Input()
	if err != nil {
		return err
	}
	measure(func() error {
		t, err := compliance.NewTally(scale.Snapshot, in)
		if err != nil {
			return err
		}
		err = b.Each(0, b.Devices, 0, func(_ int, d *compliance.Device, installs []compliance.Install) error {
			return t.Add(*d, installs)
		})
		if err != nil {
			return err
		}
		_, err = t.Reconcile(context.Background())
		return err
	})
	return nil
}

// schema are the tables: what is installed by raw name, the devices, and what the
// names of titles stand for.
const schema = `
SET threads TO 1;
CREATE TABLE installs (device INTEGER, name VARCHAR);
CREATE TABLE devices (id INTEGER, entity VARCHAR, cores INTEGER);
CREATE TABLE titles (name VARCHAR, product VARCHAR, per_core BOOLEAN);
`

// units are what every product needs in every entity, and what is short of it.
const units = `
WITH units AS (
  SELECT t.product, d.entity, sum(CASE WHEN t.per_core THEN d.cores ELSE 1 END) AS n
  FROM installs i JOIN titles t ON t.name = i.name JOIN devices d ON d.id = i.device
  WHERE t.product <> '' GROUP BY t.product, d.entity)
SELECT product, greatest(sum(n) - ?, 0) FROM units GROUP BY product ORDER BY product`

// unknown are the names that stand for no product under management.
const unknown = `
SELECT i.name, count(*) FROM installs i JOIN titles t ON t.name = i.name
WHERE t.product = '' GROUP BY i.name ORDER BY 2 DESC, 1`

func (b bench) duckdb(measure func(func() error)) error {
	return with(func(ctx context.Context, db *sql.DB, conn driver.Conn) error {
		measure(func() error {
			if _, err := db.ExecContext(ctx, schema); err != nil {
				return err
			}
			if err := b.load(conn); err != nil {
				return err
			}
			if err := rows(ctx, db, units, b.Owned()); err != nil {
				return err
			}
			return rows(ctx, db, unknown)
		})
		return nil
	})
}

// with opens a database in memory.
func with(f func(context.Context, *sql.DB, driver.Conn) error) error {
	ctx := context.Background()
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		return err
	}
	defer connector.Close()
	conn, err := connector.Connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	db := sql.OpenDB(connector)
	defer db.Close()
	return f(ctx, db, conn)
}

// loadTitles loads what names stand for.
func (b bench) loadTitles(conn driver.Conn) error {
	titles, err := duckdb.NewAppenderFromConn(conn, "", "titles")
	if err != nil {
		return err
	}
	for i := range scale.Titles {
		if err := titles.AppendRow(b.Name(i), string(b.Product(i)), scale.PerCore(i)); err != nil {
			return err
		}
	}
	return titles.Close()
}

func (b bench) load(conn driver.Conn) error {
	if err := b.loadTitles(conn); err != nil {
		return err
	}
	devices, err := duckdb.NewAppenderFromConn(conn, "", "devices")
	if err != nil {
		return err
	}
	installs, err := duckdb.NewAppenderFromConn(conn, "", "installs")
	if err != nil {
		return err
	}
	err = b.Each(0, b.Devices, 0, func(n int, d *compliance.Device, all []compliance.Install) error {
		if err := devices.AppendRow(int32(n), d.Entity, int32(d.Cores)); err != nil {
			return err
		}
		for k := range all {
			if err := installs.AppendRow(int32(n), all[k].Title.Name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := devices.Close(); err != nil {
		return err
	}
	return installs.Close()
}

// rows reads an answer to its end.
func rows(ctx context.Context, db *sql.DB, query string, args ...any) error {
	out, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer out.Close()
	for out.Next() {
		var name string
		var n any
		if err := out.Scan(&name, &n); err != nil {
			return err
		}
	}
	return out.Err()
}
