package format

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// KeysDir holds the index of idempotency keys.
const KeysDir = "keys"

// SlotSize is the size of one slot of a key run in bytes: 8 bytes of hash, 8 bytes
// of index.
const SlotSize = 16

// Slot says that the entry at Index has a key of that Hash.
type Slot struct {
	Hash  uint64
	Index int64
}

// KeyHash is the first eight bytes of the SHA-256 of key. Two keys may share it.
func KeyHash(key string) uint64 {
	sum := sha256.Sum256([]byte(key))
	return binary.BigEndian.Uint64(sum[:])
}

// SortSlots puts slots into the order of a run: by hash, then by index.
func SortSlots(slots []Slot) {
	slices.SortFunc(slots, func(a, b Slot) int {
		return cmp.Or(cmp.Compare(a.Hash, b.Hash), cmp.Compare(a.Index, b.Index))
	})
}

// AppendSlots appends the bytes of a run to b.
func AppendSlots(b []byte, slots []Slot) []byte {
	for _, s := range slots {
		b = binary.BigEndian.AppendUint64(b, s.Hash)
		b = binary.BigEndian.AppendUint64(b, uint64(s.Index))
	}
	return b
}

// ParseSlot reads one slot; b has SlotSize bytes.
func ParseSlot(b []byte) Slot {
	return Slot{binary.BigEndian.Uint64(b), int64(binary.BigEndian.Uint64(b[8:]))}
}

// ParseSlots reads a run whose length is a multiple of SlotSize.
func ParseSlots(b []byte) []Slot {
	slots := make([]Slot, len(b)/SlotSize)
	for i := range slots {
		slots[i] = ParseSlot(b[i*SlotSize:])
	}
	return slots
}

// KeyRunName is the path of the run of the keys of entries first up to end.
func KeyRunName(first, end int64) string {
	return fmt.Sprintf("%s/%016d-%016d", KeysDir, first, end)
}

// ParseKeyRunName is the inverse of KeyRunName for the last path element.
func ParseKeyRunName(base string) (first, end int64, ok bool) {
	a, b, found := strings.Cut(base, "-")
	first, err1 := strconv.ParseInt(a, 10, 64)
	end, err2 := strconv.ParseInt(b, 10, 64)
	if !found || err1 != nil || err2 != nil || first < 0 || end < first {
		return 0, 0, false
	}
	return first, end, fmt.Sprintf("%016d-%016d", first, end) == base
}
