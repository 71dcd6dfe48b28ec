package columns

import "hash/maphash"

// Dictionary gives each distinct value a number, from 0 in order of arrival.
//
// The caller hashes, with the seed of the dictionary, so that it can leave out
// fields that rarely tell values apart: for a struct of several texts that is
// faster than a map, which must hash them all. Equal values must have equal
// hashes.
type Dictionary[T comparable] struct {
	seed   maphash.Seed
	own    func(T) T
	values []T
	slots  []slot
}

// slot holds the number plus one, and the low half of the hash, which passes by
// values that are not the one sought without reading them.
type slot struct{ hash, number uint32 }

// NewDictionary is an empty dictionary.
func NewDictionary[T comparable]() *Dictionary[T] {
	return &Dictionary[T]{seed: maphash.MakeSeed(), slots: make([]slot, 64)}
}

// Own says how a value is copied before it is kept, for values that lie in memory
// which would otherwise stay for the sake of a few of them.
func (d *Dictionary[T]) Own(own func(T) T) { d.own = own }

// Seed is what hashes are to be made with.
func (d *Dictionary[T]) Seed() maphash.Seed { return d.seed }

// Values are the distinct values by number. They must not be changed.
func (d *Dictionary[T]) Values() []T { return d.values }

// Number is the number of the value with the hash, which it gets now if it has
// none yet.
func (d *Dictionary[T]) Number(hash uint64, v *T) uint32 {
	s := d.find(hash, v)
	if s.number == 0 {
		kept := *v
		if d.own != nil {
			kept = d.own(kept)
		}
		d.values = append(d.values, kept)
		n := uint32(len(d.values))
		*s = slot{uint32(hash), n}
		if len(d.values)*2 > len(d.slots) {
			d.grow()
		}
		return n - 1
	}
	return s.number - 1
}

// Guesses gives for each hash the number of the first value with it, without reading
// the value: it is almost always the one that was hashed, and the caller compares. Where
// there is none it gives a number that no value has, the greatest. A caller who guesses
// for many and then compares many does not wait for memory each time.
func (d *Dictionary[T]) Guesses(hashes []uint64, numbers []uint32) {
	slots := d.slots
	mask := uint64(len(slots) - 1)
	for k, hash := range hashes {
		i := hash & mask
		for slots[i].number != 0 && slots[i].hash != uint32(hash) {
			i = (i + 1) & mask
		}
		numbers[k] = slots[i].number - 1
	}
}

// find is the slot of the value, or the free one where it belongs.
func (d *Dictionary[T]) find(hash uint64, v *T) *slot {
	for i := hash; ; i++ {
		s := &d.slots[i&uint64(len(d.slots)-1)]
		if s.number == 0 || s.hash == uint32(hash) && d.values[s.number-1] == *v {
			return s
		}
	}
}

func (d *Dictionary[T]) grow() {
	old := d.slots
	d.slots = make([]slot, 2*len(old))
	for _, moved := range old {
		if moved.number != 0 {
			*d.find(uint64(moved.hash), &d.values[moved.number-1]) = moved
		}
	}
}
