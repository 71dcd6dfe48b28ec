package format

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// StatementKind is the kind of an entry that states what a run must hold.
const StatementKind = "run.statement"

// ErrStatement is wrapped by every error about the bytes of a run statement.
var ErrStatement = errors.New("malformed run statement")

// KindCount is the number of entries of one kind.
type KindCount struct {
	Kind  string
	Count int64
}

// AppendStatement appends the payload of a run statement: version 1, the number of
// kinds in 4 bytes, and for each kind, ascending, its length in 2 bytes, its bytes
// and its count in 8.
func AppendStatement(b []byte, counts []KindCount) []byte {
	b = append(b, Version)
	b = binary.BigEndian.AppendUint32(b, uint32(len(counts)))
	for _, c := range counts {
		b = appendShort(b, c.Kind)
		b = binary.BigEndian.AppendUint64(b, uint64(c.Count))
	}
	return b
}

// ParseStatement decodes a payload that AppendStatement made, and no other.
func ParseStatement(b []byte) ([]KindCount, error) {
	p := parser{rest: b}
	if v := p.byte("version"); p.err == nil && v != Version {
		return nil, fmt.Errorf("%w: version %d is not known, only %d", ErrStatement, v, Version)
	}
	var counts []KindCount
	if n := p.take("number of kinds", 4); n != nil {
		for range binary.BigEndian.Uint32(n) {
			kind := string(p.short("kind", MaxName))
			count := p.take("count", 8)
			if p.err != nil {
				break
			}
			c := KindCount{kind, int64(binary.BigEndian.Uint64(count))}
			if c.Count < 0 || len(counts) > 0 && counts[len(counts)-1].Kind >= kind {
				return nil, fmt.Errorf("%w: kinds are not ascending with counts of zero or more", ErrStatement)
			}
			counts = append(counts, c)
		}
	}
	if p.err == nil && len(p.rest) > 0 {
		p.err = fmt.Errorf("%d bytes after the last count", len(p.rest))
	}
	if p.err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStatement, p.err)
	}
	return counts, nil
}
