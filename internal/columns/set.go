package columns

// Set is a set of hashes of 64 bits: eight bytes for each and its share of free
// room, at most three quarters full. The zero value is an empty set.
//
// Two different things have the same hash once in 2^64 pairs. Among a million that
// is one chance in 40 million.
type Set struct {
	slots []uint64 // 0 is free
	n     int
	zero  bool // whether 0 is in the set
}

// Len is the number of hashes.
func (s *Set) Len() int {
	if s.zero {
		return s.n + 1
	}
	return s.n
}

// Has says whether a hash is in the set.
func (s *Set) Has(hash uint64) bool {
	if hash == 0 {
		return s.zero
	}
	return len(s.slots) > 0 && s.slots[s.find(hash)] == hash
}

// Near reads where a hash would be, so that it is near when it is asked for.
func (s *Set) Near(hash uint64) uint64 {
	if len(s.slots) == 0 {
		return 0
	}
	return s.slots[hash&uint64(len(s.slots)-1)]
}

// Add puts a hash into the set; it says whether it was not there before.
func (s *Set) Add(hash uint64) bool {
	if hash == 0 {
		added := !s.zero
		s.zero = true
		return added
	}
	if s.n*4 >= len(s.slots)*3 {
		s.grow()
	}
	i := s.find(hash)
	if s.slots[i] == hash {
		return false
	}
	s.slots[i] = hash
	s.n++
	return true
}

// Remove takes a hash out of the set; it says whether it was there.
func (s *Set) Remove(hash uint64) bool {
	if hash == 0 {
		removed := s.zero
		s.zero = false
		return removed
	}
	if !s.Has(hash) {
		return false
	}
	mask := uint64(len(s.slots) - 1)
	free := s.find(hash)
	// What stands behind moves up, unless it would come to stand before its place.
	for i := (free + 1) & mask; s.slots[i] != 0; i = (i + 1) & mask {
		if home := s.slots[i] & mask; (i-home)&mask >= (i-free)&mask {
			s.slots[free] = s.slots[i]
			free = i
		}
	}
	s.slots[free] = 0
	s.n--
	return true
}

// Each calls with every hash, in no order.
func (s *Set) Each(f func(hash uint64) bool) bool {
	if s.zero && !f(0) {
		return false
	}
	for _, h := range s.slots {
		if h != 0 && !f(h) {
			return false
		}
	}
	return true
}

// find is the slot of a hash, or the free one where it belongs.
func (s *Set) find(hash uint64) uint64 {
	mask := uint64(len(s.slots) - 1)
	i := hash & mask
	for s.slots[i] != 0 && s.slots[i] != hash {
		i = (i + 1) & mask
	}
	return i
}

func (s *Set) grow() {
	old := s.slots
	s.slots = make([]uint64, max(64, 2*len(old)))
	for _, h := range old {
		if h != 0 {
			s.slots[s.find(h)] = h
		}
	}
}
