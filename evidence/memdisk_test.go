package evidence

import (
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"slices"
	"sync"
	"testing/fstest"
)

var errInjected = errors.New("injected fault")

// memDisk is a folder in memory that remembers what a power cut would leave: the
// content of a file as of its last sync, under the names its folder had at the
// last sync of that. It lets one operation fail.
type memDisk struct {
	mu      sync.Mutex
	live    map[string]*memFile
	durable map[string]*memFile
	ops     int
	failAt  int  // the operation to fail, counted from 1; 0 for none
	partly  bool // a failing write writes its first half
	dead    bool // everything after the failing operation fails too
	fired   bool
}

func newMemDisk() *memDisk {
	return &memDisk{live: map[string]*memFile{}, durable: map[string]*memFile{}}
}

// step counts one changing operation. The caller holds mu.
func (d *memDisk) step() error {
	d.ops++
	if d.ops == d.failAt || d.dead && d.ops > d.failAt {
		d.fired = true
		return errInjected
	}
	return nil
}

// crash is the folder after a power cut. sector chooses between the synced and the
// written content for each 512 bytes; names tells whether renames that were not
// synced happened all the same.
func (d *memDisk) crash(names bool, sector func() bool) *memDisk {
	d.mu.Lock()
	defer d.mu.Unlock()
	after := newMemDisk()
	from := d.durable
	if names {
		from = d.live
	}
	for name, f := range from {
		g := &memFile{disk: after, data: f.survivor(sector)}
		g.synced = slices.Clone(g.data)
		after.live[name], after.durable[name] = g, g
	}
	return after
}

func (f *memFile) survivor(written func() bool) []byte {
	out := slices.Clone(f.synced)
	for at := 0; at < len(f.data); at += 512 {
		if !written() {
			continue
		}
		end := min(at+512, len(f.data))
		if len(out) < end {
			out = append(out, make([]byte, end-len(out))...)
		}
		copy(out[at:end], f.data[at:end])
	}
	return out
}

func (d *memDisk) fs() fstest.MapFS {
	d.mu.Lock()
	defer d.mu.Unlock()
	m := fstest.MapFS{}
	for name, f := range d.live {
		m[name] = &fstest.MapFile{Data: slices.Clone(f.data)}
	}
	return m
}

func (d *memDisk) open(name string, flag int) (file, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.live[name]
	switch {
	case f == nil && flag&os.O_CREATE == 0:
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	case f != nil && flag&os.O_EXCL != 0:
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrExist}
	case f == nil || flag&os.O_TRUNC != 0:
		if err := d.step(); err != nil {
			return nil, err
		}
		if f == nil {
			f = &memFile{disk: d}
			d.live[name] = f
		}
		f.data = nil
	}
	return f, nil
}

func (d *memDisk) rename(from, to string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.step(); err != nil {
		return err
	}
	d.live[to] = d.live[from]
	delete(d.live, from)
	return nil
}

func (d *memDisk) remove(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.step(); err != nil {
		return err
	}
	if d.live[name] == nil {
		return &fs.PathError{Op: "remove", Path: name, Err: fs.ErrNotExist}
	}
	delete(d.live, name)
	return nil
}

func (d *memDisk) mkdirAll(string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.step()
}

func (d *memDisk) readDir(dir string) ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var names []string
	for name := range d.live {
		if path.Dir(name) == dir {
			names = append(names, path.Base(name))
		}
	}
	slices.Sort(names)
	return names, nil
}

func (d *memDisk) syncDir(dir string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.step(); err != nil {
		return err
	}
	for name := range d.durable {
		if path.Dir(name) == dir && d.live[name] == nil {
			delete(d.durable, name)
		}
	}
	for name, f := range d.live {
		if path.Dir(name) == dir {
			d.durable[name] = f
		}
	}
	return nil
}

type memFile struct {
	disk         *memDisk
	data, synced []byte
}

func (f *memFile) ReadAt(b []byte, at int64) (int, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if at >= int64(len(f.data)) {
		return 0, io.EOF
	}
	n := copy(b, f.data[at:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (f *memFile) WriteAt(b []byte, at int64) (int, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	err := f.disk.step()
	if err != nil && !f.disk.partly {
		return 0, err
	}
	if err != nil {
		b = b[:len(b)/2]
	}
	if missing := int(at) + len(b) - len(f.data); missing > 0 {
		f.data = append(f.data, make([]byte, missing)...)
	}
	return copy(f.data[at:], b), err
}

func (f *memFile) Close() error { return nil }

func (f *memFile) size() (int64, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	return int64(len(f.data)), nil
}

func (f *memFile) truncate(size int64) error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if err := f.disk.step(); err != nil {
		return err
	}
	f.data = f.data[:size]
	return nil
}

func (f *memFile) sync() error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if err := f.disk.step(); err != nil {
		return err
	}
	f.synced = slices.Clone(f.data)
	return nil
}

func always() bool { return true }
func never() bool  { return false }

func sometimes(seed uint64) func() bool {
	r := rand.New(rand.NewPCG(seed, seed))
	return func() bool { return r.IntN(2) == 0 }
}
