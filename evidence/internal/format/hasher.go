package format

import (
	"encoding/binary"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence/internal/digest"
)

// Hasher computes leaf hashes without allocating once its buffers have grown.
// The zero value is ready; it serves one goroutine at a time.
type Hasher struct {
	digest        digest.Hasher
	leaf, scratch []byte
}

// Leaf is the RFC 6962 leaf hash of r.
func (h *Hasher) Leaf(r *Record) tlog.Hash {
	h.scratch = appendPreimage(h.scratch[:0], r)
	h.leaf = appendPublic(append(h.leaf[:0], 0), r)
	return h.sum()
}

// Encoded is the leaf hash of a record as AppendRecord lays it out. The leaf starts as
// the record does, and the preimage of the commitment is the record's version and
// what follows its run but for the length of the payload.
func (h *Hasher) Encoded(record []byte) tlog.Hash {
	run := 4 + int(binary.BigEndian.Uint16(record[2:]))
	salt := run + 2 + int(binary.BigEndian.Uint16(record[run:]))
	key := salt + SaltSize
	payload := key + 2 + int(binary.BigEndian.Uint16(record[key:]))
	h.scratch = append(h.scratch[:0], record[:2]...)
	h.scratch = append(h.scratch, record[salt:payload]...)
	h.scratch = append(h.scratch, record[payload+4:]...)
	h.leaf = append(append(h.leaf[:0], 0), record[:salt]...)
	return h.sum()
}

// sum commits to scratch and hashes the leaf, which lacks the commitment.
func (h *Hasher) sum() tlog.Hash {
	var commitment, sum [32]byte
	commitment, h.scratch = h.digest.Sum(h.scratch)
	sum, h.leaf = h.digest.Sum(append(h.leaf, commitment[:]...))
	return sum
}
