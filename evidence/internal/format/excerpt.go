package format

import (
	"encoding/binary"
	"fmt"
)

// Names of the files that an excerpt of a log has beside the checkpoint and tiles.
const (
	ExcerptFile  = "entries"
	ManifestFile = "manifest.json"
)

// Excerpted is one entry of an excerpt.
type Excerpted struct {
	Index  int64
	Record Record
}

// AppendExcerpted appends an entry of an excerpt to b: its index in 8 bytes, its
// length in 4, and the record.
func AppendExcerpted(b []byte, index int64, record []byte) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(index))
	b = binary.BigEndian.AppendUint32(b, uint32(len(record)))
	return append(b, record...)
}

// NextExcerpted takes one entry off the front of b.
func NextExcerpted(b []byte) (e Excerpted, rest []byte, err error) {
	if len(b) < 8 {
		return e, nil, fmt.Errorf("%w: index is cut off", ErrRecord)
	}
	e.Index = int64(binary.BigEndian.Uint64(b))
	record, rest, err := Next(b[8:])
	if err != nil {
		return e, nil, err
	}
	if e.Index < 0 {
		return e, nil, fmt.Errorf("%w: index %d", ErrRecord, e.Index)
	}
	e.Record, err = ParseRecord(record)
	return e, rest, err
}
