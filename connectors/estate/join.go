package estate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/trueup-dev/trueup/compliance"
)

// join reads devices and their installs, of two tables in the same order.
type join struct {
	*counting
	reader   *reader
	devices  *table[compliance.Device]
	installs *table[compliance.Install]
	// ahead is the install that was read and is of no device yet. It stands in the
	// batch, behind those that are.
	ahead *compliance.Install
	// The pages of installs are used again. The tally keeps copies of what it needs,
	// and batches are counted in order, so the last batch that looks into a page has
	// done with it for all.
	filling *batch
	page    []byte
	pages   [][]byte
}

// memory gives room for the next page of installs, in place of the one before.
func (j *join) memory(size int) []byte {
	if j.page != nil {
		j.filling.pages = append(j.filling.pages, j.page)
		j.page = nil
	}
	for i, p := range j.pages {
		if cap(p) >= size {
			j.pages = slices.Delete(j.pages, i, i+1)
			j.page = p[:size]
			return j.page
		}
	}
	j.page = make([]byte, size)
	return j.page
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
	for more := true; more; {
		first := j.filling == nil
		select {
		case j.filling = <-j.free:
		case <-ctx.Done():
			return ctx.Err()
		}
		b := j.filling
		b.devices, b.installs, b.ends, b.lines = b.devices[:0], b.installs[:0], b.ends[:0], b.lines[:0]
		j.pages, b.pages = append(j.pages, b.pages...), b.pages[:0]
		switch {
		case first:
			j.look()
		case j.ahead != nil:
			slot := b.slot()
			*slot, j.ahead = *j.ahead, slot
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
			b.installs = b.installs[:len(b.installs)+1]
			j.look()
		}
		b.lines, b.ends = append(b.lines, line), append(b.ends, len(b.installs))
	}
	return true
}

// slot is the place behind the installs of a batch.
func (b *batch) slot() *compliance.Install {
	b.installs = slices.Grow(b.installs, 1)
	return &b.installs[:len(b.installs)+1][len(b.installs)]
}

// device reads the next device, or makes one for the next install where no file
// lists devices.
func (j *join) device(b *batch, d *compliance.Device) (line int, ok bool) {
	if j.devices == nil {
		if j.ahead == nil {
			return 0, false
		}
		b.file, d.ID = "installs.csv", compliance.DeviceID(strings.Clone(string(j.ahead.Device)))
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
	slot := j.filling.slot()
	for {
		*slot = compliance.Install{}
		err := j.installs.next(slot)
		if err == nil && slot.Device == "" {
			err = j.installs.problem(0, fmt.Errorf("%w: install of %q names no device", compliance.ErrInvalid, slot.Title.Name))
		}
		if err == nil {
			j.ahead = slot
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
