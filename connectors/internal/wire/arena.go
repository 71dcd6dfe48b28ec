package wire

import (
	"unicode/utf8"
	"unsafe"
)

// arena makes strings of the bytes of messages, many in one allocation. Blocks
// are small: whoever keeps one text of a batch keeps only its block, not the
// batch.
type arena struct{ block []byte }

const (
	arenaBlock = 1 << 10
	arenaLarge = arenaBlock / 4 // texts of this size get an allocation of their own
)

// text is a string of the same bytes, false when they are not valid UTF-8.
func (a *arena) text(b []byte) (string, bool) {
	if !utf8.Valid(b) {
		return "", false
	}
	if len(b) >= arenaLarge {
		return string(b), true
	}
	if len(b) > cap(a.block)-len(a.block) {
		a.block = make([]byte, 0, arenaBlock)
	}
	from := len(a.block)
	a.block = append(a.block, b...)
	// The bytes of a block are written once and never again.
	return unsafe.String(unsafe.SliceData(a.block[from:]), len(b)), true
}
