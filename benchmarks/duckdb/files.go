//go:build duckdb

package main

import (
	"bufio"
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors/estate"
	"github.com/trueup-dev/trueup/internal/scale"
	"github.com/trueup-dev/trueup/internal/scale/rounds"
)

// files are the ways from two files of CSV to counts. The files are written once, and
// left in the folder of temporary files.
func (b bench) files(per int) []rounds.Variant {
	return []rounds.Variant{
		{Name: "folder counted", Per: per, Run: b.inFolder(b.countFolder)},
		{Name: "duckdb, two threads", Per: per, Run: b.inFolder(b.duckdbFiles)},
		{Name: "encoding/csv, plain maps", Per: per, Run: b.inFolder(b.mapFiles)},
	}
}

func (b bench) inFolder(work func(dir string) error) func(func(func() error)) error {
	return func(measure func(func() error)) error {
		dir := filepath.Join(os.TempDir(), fmt.Sprint("trueup-scale-", b.Devices))
		if err := b.write(dir); err != nil {
			return err
		}
		measure(func() error { return work(dir) })
		return nil
	}
}

func (b bench) countFolder(dir string) error {
	in, err := b.Input()
	if err != nil {
		return err
	}
	tally, err := compliance.NewTally(scale.Snapshot, in)
	if err != nil {
		return err
	}
	if err := estate.Count(context.Background(), os.DirFS(dir), tally); err != nil {
		return err
	}
	_, err = tally.Reconcile(context.Background())
	return err
}

const fromFiles = `
SET threads TO 2;
CREATE TABLE titles (name VARCHAR, product VARCHAR, per_core BOOLEAN);
CREATE TABLE devices AS SELECT id, entity, cores FROM read_csv(?, header = true, auto_detect = false,
  columns = {'id': 'VARCHAR', 'kind': 'VARCHAR', 'sockets': 'INTEGER', 'cores': 'INTEGER', 'entity': 'VARCHAR', 'country': 'VARCHAR', 'source': 'VARCHAR'});
CREATE TABLE installs AS SELECT device, name FROM read_csv(?, header = true, auto_detect = false,
  columns = {'device': 'VARCHAR', 'publisher': 'VARCHAR', 'name': 'VARCHAR', 'source': 'VARCHAR'});`

func (b bench) duckdbFiles(dir string) error {
	return with(func(ctx context.Context, db *sql.DB, conn driver.Conn) error {
		for i, statement := range split(fromFiles) {
			var args []any
			if i >= 2 {
				args = append(args, filepath.Join(dir, []string{"devices.csv", "installs.csv"}[i-2]))
			}
			if _, err := db.ExecContext(ctx, statement, args...); err != nil {
				return err
			}
		}
		if err := b.loadTitles(conn); err != nil {
			return err
		}
		if err := rows(ctx, db, units, b.Owned()); err != nil {
			return err
		}
		return rows(ctx, db, unknown)
	})
}

// mapFiles is what one would write with the standard library.
func (b bench) mapFiles(dir string) error {
	hand := scale.NewByHand(b.Estate)
	device := map[string]compliance.Device{}
	err := each(filepath.Join(dir, "devices.csv"), func(row []string) error {
		cores, err := strconv.Atoi(row[3])
		device[row[0]] = compliance.Device{Cores: cores, Entity: row[4]}
		return err
	})
	if err != nil {
		return err
	}
	one := make([]compliance.Install, 1)
	err = each(filepath.Join(dir, "installs.csv"), func(row []string) error {
		d := device[row[0]]
		one[0].Title.Name = row[2]
		hand.Count(&d, one, 1)
		return nil
	})
	hand.Short(b.Owned())
	return err
}

func each(file string, f func([]string) error) error {
	from, err := os.Open(file)
	if err != nil {
		return err
	}
	defer from.Close()
	r := csv.NewReader(bufio.NewReaderSize(from, 1<<20))
	r.ReuseRecord = true
	if _, err := r.Read(); err != nil {
		return err
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := f(row); err != nil {
			return err
		}
	}
}

// write writes the folder, unless it is there.
func (b bench) write(dir string) (err error) {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	part := dir + ".part"
	if err := os.MkdirAll(part, 0o700); err != nil {
		return err
	}
	var files [2]*os.File
	var out [2]*bufio.Writer
	for i, name := range []string{"devices.csv", "installs.csv"} {
		if files[i], err = os.Create(filepath.Join(part, name)); err != nil {
			return err
		}
		out[i] = bufio.NewWriterSize(files[i], 1<<20)
	}
	fmt.Fprintln(out[0], "id,kind,sockets,cores,entity,country,source")
	fmt.Fprintln(out[1], "device,publisher,name,source")
	err = b.Each(0, b.Devices, 0, func(_ int, d *compliance.Device, installs []compliance.Install) error {
		fmt.Fprintf(out[0], "%s,%s,%d,%d,%s,%s,%s\n", d.ID, d.Kind, d.Sockets, d.Cores, d.Entity, d.Country, d.Source)
		for k := range installs {
			i := &installs[k]
			fmt.Fprintf(out[1], "%s,%s,%s,%s\n", d.ID, i.Title.Publisher, i.Title.Name, i.Source)
		}
		return nil
	})
	header := fmt.Sprintf("{\"at\": %q}", scale.Snapshot.Format("2006-01-02T15:04:05Z"))
	return errors.Join(err, out[0].Flush(), out[1].Flush(), files[0].Close(), files[1].Close(),
		os.WriteFile(filepath.Join(part, "estate.json"), []byte(header), 0o600), os.Rename(part, dir))
}
