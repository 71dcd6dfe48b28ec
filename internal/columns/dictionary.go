package columns

import "hash/maphash"

// Dictionary gives each distinct value a number, from 0 in order of arrival.
//
// The caller hashes, so that it can leave out fields that rarely tell values
// apart: for a struct of several texts that is several times faster than a map,
// which must hash them all.
type Dictionary[T comparable] struct {
	hash   func(maphash.Seed, *T) uint64
	seed   maphash.Seed
	values []T
	slots  []slot
}

// slot holds the number plus one, and enough of the hash to pass by most values
// that are not the one sought without reading them.
type slot struct{ number, tag uint32 }

// NewDictionary is an empty dictionary. Equal values must have equal hashes.
func NewDictionary[T comparable](hash func(maphash.Seed, *T) uint64) *Dictionary[T] {
	return &Dictionary[T]{hash: hash, seed: maphash.MakeSeed(), slots: make([]slot, 64)}
}

// Values are the distinct values by number. They must not be changed.
func (d *Dictionary[T]) Values() []T { return d.values }

// Number is the number of the value, which it gets now if it has none yet.
func (d *Dictionary[T]) Number(v *T) uint32 {
	h := d.hash(d.seed, v)
	for i := h; ; i++ {
		s := &d.slots[i&uint64(len(d.slots)-1)]
		switch {
		case s.number == 0:
			d.values = append(d.values, *v)
			n := uint32(len(d.values))
			*s = slot{n, uint32(h >> 32)}
			if len(d.values)*2 > len(d.slots) {
				d.grow()
			}
			return n - 1
		case s.tag == uint32(h>>32) && d.values[s.number-1] == *v:
			return s.number - 1
		}
	}
}

func (d *Dictionary[T]) grow() {
	d.slots = make([]slot, 2*len(d.slots))
	for n := range d.values {
		h := d.hash(d.seed, &d.values[n])
		for i := h; ; i++ {
			if s := &d.slots[i&uint64(len(d.slots)-1)]; s.number == 0 {
				*s = slot{uint32(n + 1), uint32(h >> 32)}
				break
			}
		}
	}
}
