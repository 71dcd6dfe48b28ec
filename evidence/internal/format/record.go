package format

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// Sizes and limits of version 1.
const (
	Version    = 1
	SHA256     = 1
	SaltSize   = 16
	MaxName    = 255     // bytes of a kind or a run
	MaxKey     = 1 << 10 // bytes of an idempotency key
	MaxPayload = 16 << 20
)

// recordOverhead is the size of a record with every field empty.
const recordOverhead = 1 + 1 + 2 + 2 + SaltSize + 2 + 4

// ErrRecord is wrapped by every error about the bytes of a record.
var ErrRecord = errors.New("malformed record")

// Record is one entry as stored.
type Record struct {
	Kind, Run, Key string
	Salt           [SaltSize]byte
	Payload        []byte
}

// Size is the number of bytes AppendRecord adds.
func (r *Record) Size() int {
	return recordOverhead + len(r.Kind) + len(r.Run) + len(r.Key) + len(r.Payload)
}

// AppendRecord appends the encoding of r to b. The caller has checked the limits.
func AppendRecord(b []byte, r *Record) []byte {
	b = append(b, Version, SHA256)
	b = appendShort(b, r.Kind)
	b = appendShort(b, r.Run)
	b = append(b, r.Salt[:]...)
	b = appendShort(b, r.Key)
	b = binary.BigEndian.AppendUint32(b, uint32(len(r.Payload)))
	return append(b, r.Payload...)
}

func appendShort(b []byte, s string) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(len(s)))
	return append(b, s...)
}

// ParseRecord decodes one record, which must fill b exactly. The payload and
// nothing else aliases b.
func ParseRecord(b []byte) (Record, error) {
	var r Record
	p := parser{rest: b}
	if v := p.byte("version"); p.err == nil && v != Version {
		return r, fmt.Errorf("%w: version %d is not known, only %d", ErrRecord, v, Version)
	}
	if a := p.byte("algorithm"); p.err == nil && a != SHA256 {
		return r, fmt.Errorf("%w: commitment algorithm %d is not known, only %d", ErrRecord, a, SHA256)
	}
	r.Kind = string(p.short("kind", MaxName))
	r.Run = string(p.short("run", MaxName))
	copy(r.Salt[:], p.take("salt", SaltSize))
	r.Key = string(p.short("key", MaxKey))
	r.Payload = p.long("payload", MaxPayload)
	if p.err == nil && len(p.rest) > 0 {
		p.err = fmt.Errorf("%w: %d bytes after the payload", ErrRecord, len(p.rest))
	}
	if p.err == nil && r.Kind == "" {
		p.err = fmt.Errorf("%w: empty kind", ErrRecord)
	}
	return r, p.err
}

// AppendLeaf appends the leaf of r to b: what the Merkle tree commits to.
// scratch is reused for the commitment's preimage and returned grown.
func AppendLeaf(b []byte, r *Record, scratch []byte) (leaf, grown []byte) {
	commitment, scratch := Commit(r, scratch)
	return append(appendPublic(b, r), commitment[:]...), scratch
}

// appendPublic appends the leaf of r up to its commitment.
func appendPublic(b []byte, r *Record) []byte {
	b = append(b, Version, SHA256)
	b = appendShort(b, r.Kind)
	return appendShort(b, r.Run)
}

// Commit is the salted commitment to the key and the payload of r.
func Commit(r *Record, scratch []byte) (commitment [32]byte, grown []byte) {
	scratch = appendPreimage(scratch[:0], r)
	return sha256.Sum256(scratch), scratch
}

func appendPreimage(b []byte, r *Record) []byte {
	b = append(b, Version, SHA256)
	b = append(b, r.Salt[:]...)
	b = appendShort(b, r.Key)
	return append(b, r.Payload...)
}

// Leaf is the public part of an entry.
type Leaf struct {
	Kind, Run  string
	Commitment [32]byte
}

// ParseLeaf decodes a leaf, which must fill b exactly.
func ParseLeaf(b []byte) (Leaf, error) {
	var l Leaf
	p := parser{rest: b}
	if v := p.byte("version"); p.err == nil && v != Version {
		return l, fmt.Errorf("%w: leaf version %d is not known, only %d", ErrRecord, v, Version)
	}
	if a := p.byte("algorithm"); p.err == nil && a != SHA256 {
		return l, fmt.Errorf("%w: commitment algorithm %d is not known, only %d", ErrRecord, a, SHA256)
	}
	l.Kind = string(p.short("kind", MaxName))
	l.Run = string(p.short("run", MaxName))
	copy(l.Commitment[:], p.take("commitment", len(l.Commitment)))
	if p.err == nil && len(p.rest) > 0 {
		p.err = fmt.Errorf("%w: %d bytes after the leaf", ErrRecord, len(p.rest))
	}
	return l, p.err
}

// parser takes fields off the front of a byte slice and remembers the first error.
type parser struct {
	rest []byte
	err  error
}

func (p *parser) take(field string, n int) []byte {
	if p.err == nil && len(p.rest) < n {
		p.err = fmt.Errorf("%w: %s is cut off", ErrRecord, field)
	}
	if p.err != nil {
		return nil
	}
	b := p.rest[:n:n]
	p.rest = p.rest[n:]
	return b
}

func (p *parser) byte(field string) byte {
	if b := p.take(field, 1); b != nil {
		return b[0]
	}
	return 0
}

func (p *parser) short(field string, limit int) []byte {
	b := p.take(field, 2)
	if b == nil {
		return nil
	}
	return p.limited(field, int64(binary.BigEndian.Uint16(b)), limit)
}

func (p *parser) long(field string, limit int) []byte {
	b := p.take(field, 4)
	if b == nil {
		return nil
	}
	return p.limited(field, int64(binary.BigEndian.Uint32(b)), limit)
}

func (p *parser) limited(field string, n int64, limit int) []byte {
	if n > int64(limit) {
		p.err = fmt.Errorf("%w: %s of %d bytes is over the limit of %d", ErrRecord, field, n, limit)
		return nil
	}
	return p.take(field, int(n))
}
