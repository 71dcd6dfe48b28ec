package evidence

import (
	"errors"
	"fmt"
	"os"
	"sort"

	"github.com/trueup-dev/trueup/evidence/internal/format"
)

// maxRunSlots bounds what a merge of key runs rewrites: 16 MiB.
const maxRunSlots = 1 << 20

// keyIndex finds the first entry with an idempotency key. Keys of entries after
// the last checkpoint are in a map; older ones are in sorted files, which merge
// as they grow so that their number stays small. The index can be rebuilt from
// the entries at any time.
type keyIndex struct {
	disk disk
	tail map[string]int64
	runs []keyRun // ascending and contiguous from 0
}

// keyRun is a sorted file of the keys of entries first up to end.
type keyRun struct {
	first, end int64
	slots      int64
	file       file
}

func (r keyRun) name() string { return format.KeyRunName(r.first, r.end) }

// openKeys opens the runs that cover the most entries from 0 on, and removes what
// a crash left over beside them.
func openKeys(d disk) (*keyIndex, error) {
	names, err := d.readDir(format.KeysDir)
	if err != nil {
		return nil, err
	}
	var found []keyRun
	for _, name := range names {
		first, end, ok := format.ParseKeyRunName(name)
		if !ok {
			return nil, fmt.Errorf("%w: %s/%s is no key run", ErrCorrupt, format.KeysDir, name)
		}
		found = append(found, keyRun{first: first, end: end})
	}
	sort.Slice(found, func(i, j int) bool {
		if found[i].first != found[j].first {
			return found[i].first < found[j].first
		}
		return found[i].end > found[j].end
	})
	k := &keyIndex{disk: d, tail: map[string]int64{}}
	for _, r := range found {
		if r.first != k.end() {
			if err := d.remove(r.name()); err != nil {
				return nil, err
			}
			continue
		}
		if err := r.open(d); err != nil {
			return nil, err
		}
		k.runs = append(k.runs, r)
	}
	return k, nil
}

func (r *keyRun) open(d disk) error {
	f, err := d.open(r.name(), os.O_RDONLY)
	if err != nil {
		return err
	}
	size, err := f.size()
	if err == nil && size%format.SlotSize != 0 {
		err = fmt.Errorf("%w: %s has %d bytes, want a multiple of %d", ErrCorrupt, r.name(), size, format.SlotSize)
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	r.file, r.slots = f, size/format.SlotSize
	return nil
}

// end is the number of entries that the runs cover.
func (k *keyIndex) end() int64 {
	if len(k.runs) == 0 {
		return 0
	}
	return k.runs[len(k.runs)-1].end
}

// find is the first entry with the key. keyAt reads the key of an entry: slots
// hold only a hash of it.
func (k *keyIndex) find(key string, keyAt func(i int64) (string, error)) (int64, bool, error) {
	if i, ok := k.tail[key]; ok {
		return i, true, nil
	}
	h := format.KeyHash(key)
	for _, r := range k.runs {
		slots, err := r.equal(h)
		if err != nil {
			return 0, false, err
		}
		for _, s := range slots {
			got, err := keyAt(s.Index)
			if err != nil {
				return 0, false, err
			}
			if got == key {
				return s.Index, true, nil
			}
		}
	}
	return 0, false, nil
}

// equal is the slots of r whose hash is h.
func (r keyRun) equal(h uint64) ([]format.Slot, error) {
	at, err := r.search(h)
	if err != nil {
		return nil, err
	}
	var out []format.Slot
	for ; at < r.slots; at++ {
		s, err := r.slot(at)
		if err != nil {
			return nil, err
		}
		if s.Hash != h {
			break
		}
		out = append(out, s)
	}
	return out, nil
}

// search is the first slot whose hash is at least h. The hashes are uniform, so
// the guess by proportion lands near, and each step looks where it must be.
func (r keyRun) search(h uint64) (int64, error) {
	lo, hi := int64(0), r.slots
	low, high := uint64(0), ^uint64(0)
	for step := 0; lo < hi; step++ {
		mid := lo + (hi-lo)/2
		if step < 4 && high > low {
			mid = lo + int64(float64(hi-lo)*(float64(h-low)/float64(high-low)))
			mid = min(max(mid, lo), hi-1)
		}
		s, err := r.slot(mid)
		if err != nil {
			return 0, err
		}
		if s.Hash < h {
			lo, low = mid+1, s.Hash
		} else {
			hi, high = mid, s.Hash
		}
	}
	return lo, nil
}

func (r keyRun) slot(i int64) (format.Slot, error) {
	var b [format.SlotSize]byte
	if _, err := r.file.ReadAt(b[:], i*format.SlotSize); err != nil {
		return format.Slot{}, fmt.Errorf("evidence: read %s: %w", r.name(), err)
	}
	return format.ParseSlot(b[:]), nil
}

// all is every slot of r.
func (r keyRun) all() ([]format.Slot, error) {
	b := make([]byte, r.slots*format.SlotSize)
	if len(b) > 0 {
		if _, err := r.file.ReadAt(b, 0); err != nil {
			return nil, fmt.Errorf("evidence: read %s: %w", r.name(), err)
		}
	}
	return format.ParseSlots(b), nil
}

// plan is a run to be written in place of the last few.
type keyPlan struct {
	run      keyRun
	slots    []format.Slot
	replaces []keyRun
}

// planRun is the run that brings the index up to end, given the keys of the tail
// below end.
func (k *keyIndex) planRun(tail []format.Slot, end int64) (keyPlan, error) {
	p := keyPlan{run: keyRun{first: k.end(), end: end}, slots: tail}
	for i := len(k.runs) - 1; i >= 0; i-- {
		r := k.runs[i]
		n := int64(len(p.slots))
		if r.slots > 2*n || r.slots+n > maxRunSlots {
			break
		}
		old, err := r.all()
		if err != nil {
			return keyPlan{}, err
		}
		p.slots = append(p.slots, old...)
		p.run.first = r.first
		p.replaces = append(p.replaces, r)
	}
	format.SortSlots(p.slots)
	p.run.slots = int64(len(p.slots))
	return p, nil
}

// install makes a written run part of the index. The run files it replaces are
// closed, and the caller removes them.
func (k *keyIndex) install(p keyPlan) error {
	k.runs = append(k.runs[:len(k.runs)-len(p.replaces):len(k.runs)-len(p.replaces)], p.run)
	for key, i := range k.tail {
		if i < p.run.end {
			delete(k.tail, key)
		}
	}
	var errs []error
	for _, r := range p.replaces {
		errs = append(errs, r.file.Close())
	}
	return errors.Join(errs...)
}

func (k *keyIndex) close() error {
	var errs []error
	for _, r := range k.runs {
		errs = append(errs, r.file.Close())
	}
	k.runs = nil
	return errors.Join(errs...)
}
