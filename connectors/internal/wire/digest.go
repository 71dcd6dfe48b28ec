package wire

import (
	"encoding/binary"
	"hash"
)

// Digester hashes batches in the order in which they come. It hashes the coded
// batch, not its rows: a row costs a few small integers that way.
type Digester struct {
	Hash   hash.Hash
	buffer []byte
}

// Add hashes one batch: kind, operation, rows, dictionary and columns. The
// sequence number and the cursor are not part of it. It gives the number of
// bytes hashed, about the size of the batch on the wire.
func (d *Digester) Add(b *Batch) int {
	buf := d.buffer[:0]
	buf = binary.AppendUvarint(buf, uint64(b.GetKind()))
	buf = binary.AppendUvarint(buf, uint64(b.GetOperation()))
	buf = binary.AppendUvarint(buf, uint64(b.GetRows()))
	buf = binary.AppendUvarint(buf, uint64(len(b.GetDictionary())))
	for _, s := range b.GetDictionary() {
		buf = binary.AppendUvarint(buf, uint64(len(s)))
		buf = append(buf, s...)
	}
	for _, c := range b.GetColumns() {
		buf = binary.AppendUvarint(buf, uint64(len(c.GetName())))
		buf = append(buf, c.GetName()...)
		for _, n := range c.GetLengths() { // none but for lists; they come first, since they say how many entries follow
			buf = binary.AppendUvarint(buf, uint64(n))
		}
		for _, i := range c.GetTexts() {
			buf = binary.AppendUvarint(buf, uint64(i))
		}
		for _, n := range c.GetNumbers() {
			buf = binary.AppendVarint(buf, n)
		}
	}
	d.Hash.Write(buf)
	d.buffer = buf
	return len(buf)
}
