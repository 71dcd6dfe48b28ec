package estate

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/trueup-dev/trueup/compliance"
)

// join reads devices and their installs, of two tables in the same order.
type join struct {
	*counting
	reader   *reader
	devices  *table[compliance.Device]
	installs *table[compliance.Install]
	ahead    *compliance.Install // the install that was read and is of no device yet
	kept     compliance.Install
}

func (j *join) close() {
	if j.devices != nil {
		_ = j.devices.closer.Close() // it was only read
	}
	if j.installs != nil {
		_ = j.installs.closer.Close()
	}
}

func (j *join) run(ctx context.Context) error {
	j.look()
	for more := true; more; {
		var b *batch
		select {
		case b = <-j.free:
		case <-ctx.Done():
			return ctx.Err()
		}
		more = j.fill(b)
		select {
		case j.full <- b:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if j.ahead != nil && len(j.reader.problems) == 0 {
		j.reader.fail("installs.csv", j.installs.cells.line, fmt.Errorf(
			"device %q does not follow in devices.csv; both files must list devices in the same order, each with all its installs", j.ahead.Device))
	}
	return nil
}

// fill reads the next devices into a batch, and says whether there may be more.
func (j *join) fill(b *batch) bool {
	b.devices, b.installs, b.ends, b.lines = b.devices[:0], b.installs[:0], b.ends[:0], b.lines[:0]
	for len(b.devices) < batchDevices && len(b.installs) < batchInstalls {
		b.devices = append(b.devices, compliance.Device{})
		d := &b.devices[len(b.devices)-1]
		line, ok := j.device(b, d)
		if !ok {
			b.devices = b.devices[:len(b.devices)-1]
			return false
		}
		for j.ahead != nil && j.ahead.Device == d.ID {
			j.ahead.Device = d.ID
			b.installs = append(b.installs, *j.ahead)
			j.look()
		}
		b.lines, b.ends = append(b.lines, line), append(b.ends, len(b.installs))
	}
	return true
}

// device reads the next device, or makes one for the next install where no file
// lists devices.
func (j *join) device(b *batch, d *compliance.Device) (line int, ok bool) {
	if j.devices == nil {
		if j.ahead == nil {
			return 0, false
		}
		b.file, d.ID = "installs.csv", j.ahead.Device
		return j.installs.cells.line, true
	}
	b.file = "devices.csv"
	for {
		err := j.devices.next(d)
		if err == nil {
			return j.devices.cells.line, true
		}
		if !j.note("devices.csv", err) {
			return 0, false
		}
		*d = compliance.Device{}
	}
}

// look reads the next install ahead.
func (j *join) look() {
	j.ahead = nil
	if j.installs == nil {
		return
	}
	for {
		j.kept = compliance.Install{}
		err := j.installs.next(&j.kept)
		if err == nil && j.kept.Device == "" {
			err = j.installs.problem(0, fmt.Errorf("%w: install of %q names no device", compliance.ErrInvalid, j.kept.Title.Name))
		}
		if err == nil {
			j.ahead = &j.kept
			return
		}
		if !j.note("installs.csv", err) {
			return
		}
	}
}

// note notes a problem, and says whether to read on.
func (j *join) note(file string, err error) bool {
	if errors.Is(err, io.EOF) {
		return false
	}
	r := j.reader
	if len(r.problems) < maxProblems {
		r.collect(file, err)
		return true
	}
	if len(r.problems) == maxProblems {
		r.collect(file, fmt.Errorf("reading ends here after %d problems", maxProblems))
	}
	return false
}
