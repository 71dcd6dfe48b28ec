// Package digest is SHA-256 for many short messages. crypto/sha256 spends as long on
// its way to the result of one or two blocks as on the blocks: it copies the state,
// pads the copy through a buffer and writes the result out. Here the message is padded
// where it lies, hashed as whole blocks, and the result read from the marshalled state,
// whose layout is part of what crypto/sha256 keeps stable.
package digest

import (
	"crypto/sha256"
	"encoding"
	"encoding/binary"
	"hash"
)

// The marshalled state: magic, eight words, and what a message in progress needs.
const (
	magic     = "sha\x03"
	stateSize = len(magic) + sha256.Size + sha256.BlockSize + 8
)

// Hasher hashes without allocating after its first use. The zero value is ready; it
// serves one goroutine at a time.
type Hasher struct {
	hash  hash.Hash
	state encoding.BinaryAppender // hash, or nil where it cannot be read
	out   [stateSize]byte
	node  [2 * sha256.BlockSize]byte
}

func (h *Hasher) start() {
	h.hash = sha256.New()
	h.state, _ = h.hash.(encoding.BinaryAppender)
	h.node[0] = 1 // RFC 6962: an inner node
	pad(h.node[:1+2*sha256.Size])
}

// Sum is the SHA-256 of message. What lies between its length and its capacity is
// overwritten; message is returned with the room it needed.
func (h *Hasher) Sum(message []byte) (sum [sha256.Size]byte, grown []byte) {
	if h.hash == nil {
		h.start()
	}
	padded := pad(message)
	return h.blocks(padded, len(message)), padded[:len(message)]
}

// Node is the hash of the inner node over two others, as RFC 6962 has it.
func (h *Hasher) Node(left, right *[sha256.Size]byte) [sha256.Size]byte {
	if h.hash == nil {
		h.start()
	}
	copy(h.node[1:], left[:])
	copy(h.node[1+sha256.Size:], right[:])
	return h.blocks(h.node[:], 1+2*sha256.Size)
}

// blocks is the sum of the first n bytes of padded, which is whole blocks.
func (h *Hasher) blocks(padded []byte, n int) [sha256.Size]byte {
	if h.state != nil {
		h.hash.Reset()
		h.hash.Write(padded)
		out, err := h.state.AppendBinary(h.out[:0])
		if err == nil && len(out) == stateSize && string(out[:len(magic)]) == magic {
			return [sha256.Size]byte(out[len(magic):])
		}
	}
	return sha256.Sum256(padded[:n])
}

// pad appends what SHA-256 ends a message with: a bit, zeros up to a whole block, and
// the length in bits.
func pad(message []byte) []byte {
	var zeros [sha256.BlockSize]byte
	n := len(message)
	b := append(message, 0x80)
	b = append(b, zeros[:(2*sha256.BlockSize-8-len(b)%sha256.BlockSize)%sha256.BlockSize]...)
	return binary.BigEndian.AppendUint64(b, uint64(n)*8)
}
