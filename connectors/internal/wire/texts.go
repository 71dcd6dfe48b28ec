package wire

import (
	"fmt"
	"hash/maphash"
	"unicode/utf8"
	"unsafe"

	"github.com/trueup-dev/trueup/compliance/catalog"
)

// texts remembers the texts that a stream has carried. A title comes back in
// batch after batch, and finding its six texts one by one would cost more than
// everything else about a row; here the whole title is looked for once.
//
// What is remembered is only a matter of speed: when there is too much of it,
// all of it is forgotten between two batches.
type texts struct {
	ids     map[string]uint32
	entries []textEntry
	bytes   int
	batch   uint32

	seed   maphash.Seed
	titles []titleEntry
	epoch  uint32
	// byAddress finds a title whose texts lie where they lay the last time, as those
	// of a program do that keeps a catalog: the slot's number by a hash of addresses,
	// which costs a tenth of one of the texts. It only says where to look first.
	byAddress []uint32
}

// textEntry is one text and, if batch is the present one, its index there.
type textEntry struct {
	text         string
	batch, index uint32
}

type titleEntry struct {
	title catalog.Title
	epoch uint32
	ids   [titleTexts]uint32
	// indices are those of the batch; they are good if it is the present one.
	batch   uint32
	indices [titleTexts]uint32
}

const (
	titleTexts  = 6
	titleSlots  = 1 << 15
	mostTexts   = 1 << 17
	mostTextual = 6 << 20
)

func newTexts() *texts {
	return &texts{ids: map[string]uint32{}, seed: maphash.MakeSeed(), epoch: 1}
}

// nextBatch forgets all indices, and everything when there is too much of it.
func (t *texts) nextBatch() {
	t.batch++
	if len(t.entries) < mostTexts && t.bytes < mostTextual {
		return
	}
	clear(t.ids)
	clear(t.entries)
	t.entries, t.bytes = t.entries[:0], 0
	t.epoch++
}

// id numbers a text, which must not be empty.
func (t *texts) id(s string) uint32 {
	if id, ok := t.ids[s]; ok {
		return id
	}
	id := uint32(len(t.entries))
	t.entries = append(t.entries, textEntry{text: s})
	t.ids[s] = id
	t.bytes += len(s)
	return id
}

// slot is where a title is remembered, true, or is to be. Each title has two
// places to be in; a new one takes the first and moves what is there to the
// second.
func (t *texts) slot(of *catalog.Title) (*titleEntry, bool) {
	if t.titles == nil {
		t.titles, t.byAddress = make([]titleEntry, titleSlots), make([]uint32, titleSlots)
	}
	lies := &t.byAddress[address(of)%titleSlots]
	if known := &t.titles[*lies]; known.epoch == t.epoch && known.title == *of {
		return known, true
	}
	h := maphash.String(t.seed, of.Name)*31 + maphash.String(t.seed, of.Version)
	at, other := uint32(h%titleSlots), uint32(h%titleSlots^1)
	first, second := &t.titles[at], &t.titles[other]
	*lies = at
	switch {
	case first.epoch == t.epoch && first.title == *of:
		return first, true
	case second.epoch == t.epoch && second.title == *of:
		*lies = other
		return second, true
	}
	*second = *first
	return first, false
}

// address hashes where the texts of a title lie that tell it from others.
func address(of *catalog.Title) uint32 {
	h := uint64(uintptr(unsafe.Pointer(unsafe.StringData(of.Name))))*0x9E3779B97F4A7C15 + uint64(uintptr(unsafe.Pointer(unsafe.StringData(of.Version))))
	return uint32((h * 0x9E3779B97F4A7C15) >> 32)
}

// fits reports what keeps a text from being carried.
func fits(s string, longest int) error {
	if len(s) > longest {
		return fmt.Errorf("a text of %d bytes is longer than the %d that a message can carry", len(s), longest)
	}
	if !utf8.ValidString(s) {
		return fmt.Errorf("the text %q is not valid UTF-8", s)
	}
	return nil
}
