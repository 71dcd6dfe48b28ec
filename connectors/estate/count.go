package estate

import (
	"context"
	"errors"
	"io/fs"

	"golang.org/x/sync/errgroup"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/document"
)

// Terms reads of a folder what [Count] needs first: the instant, the sources and all
// terms. Its estate has neither devices nor users.
func Terms(fsys fs.FS) (Folder, error) {
	r := &reader{fsys: fsys}
	return r.folder(r.header())
}

// Count counts the devices of a folder, and takes over its users, seats, usage and
// sources, without holding the estate: one processor reads rows while another counts
// them, and what they need of memory does not grow with the files.
//
// Devices and installs must be in devices.csv and installs.csv, in the same order of
// devices: all installs of a device together, and a virtual machine before its host
// where products look at both. Where there is no devices.csv, nothing is known of
// devices but their names.
//
// The error is of type document.Problems where the files are at fault. After an error
// the tally has counted a part, and must not be used.
func Count(ctx context.Context, fsys fs.FS, tally *compliance.Tally) error {
	tally.KeepCopies()
	r := &reader{fsys: fsys}
	for _, file := range []string{"devices.jsonl", "installs.jsonl"} {
		if _, err := fs.Stat(fsys, file); err == nil {
			r.fail(file, 1, errors.New("devices and installs are only counted from CSV; write devices.csv and installs.csv"))
		}
	}
	for _, s := range r.header().Build().Sources() {
		if err := tally.AddSource(s); err != nil {
			r.fail("estate.json", 1, err)
		}
	}
	r.beside(tally)
	if err := r.problems.Err(); err != nil {
		return err
	}
	c := &counting{free: make(chan *batch, batches), full: make(chan *batch, batches)}
	for range batches {
		c.free <- &batch{}
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(c.full)
		return c.read(ctx, r)
	})
	var refused document.Problems
	g.Go(func() (err error) {
		refused, err = c.count(ctx, tally)
		return err
	})
	if err := g.Wait(); err != nil {
		return err
	}
	return append(r.problems, refused...).Err()
}

const (
	batches = 4
	// batchDevices and batchInstalls bound a batch so that it stays near a processor.
	batchDevices, batchInstalls = 64, 2048
)

// batch is a number of devices with their installs, and the lines of the devices.
type batch struct {
	devices  []compliance.Device
	installs []compliance.Install
	ends     []int // in installs, by device
	file     string
	lines    []int
	pages    [][]byte // that no later batch looks into
}

// counting is a folder on its way into a tally.
type counting struct{ free, full chan *batch }

// count adds what was read, until nothing more comes.
func (c *counting) count(ctx context.Context, tally *compliance.Tally) (document.Problems, error) {
	var out document.Problems
	for b := range c.full {
		from := 0
		for i, end := range b.ends {
			err := tally.Add(b.devices[i], b.installs[from:end])
			from = end
			if err != nil && len(out) < maxProblems {
				out = append(out, &document.Problem{At: document.Position{File: b.file, Line: b.lines[i], Column: 1}, Message: err.Error()})
			}
		}
		select {
		case c.free <- b:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return out, nil
}

// read joins the two files row by row.
func (c *counting) read(ctx context.Context, r *reader) error {
	devices, err := openTable(r.fsys, "devices.csv", deviceColumns)
	if err != nil {
		r.collect("devices.csv", err)
		return nil
	}
	installs, err := openTable(r.fsys, "installs.csv", installColumns)
	if err != nil {
		r.collect("installs.csv", err)
	}
	j := join{counting: c, reader: r, devices: devices, installs: installs}
	defer j.close()
	if err != nil {
		return nil
	}
	if installs != nil {
		installs.cells.memory = j.memory
	}
	return j.run(ctx)
}
