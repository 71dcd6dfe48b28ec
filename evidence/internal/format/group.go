package format

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// GroupHeader is the size of the header of a group in bytes.
const GroupHeader = 24

// MaxGroup is the most bytes of records in one group.
const MaxGroup = 64 << 20

const magic = "tug1"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Errors about the bytes of a group. ErrNoGroup says that only zeros follow,
// which is how a segment ends while it is being written.
var (
	ErrNoGroup = errors.New("no further group")
	ErrGroup   = errors.New("damaged group")
)

// Group is one commit as it lies in a segment.
type Group struct {
	First   int64
	Count   int
	Records []byte // count times: 4-byte length, record
}

// Size is the number of bytes of the group in its segment.
func (g Group) Size() int { return GroupHeader + len(g.Records) }

// PutHeader writes the header of a group of count records into b, whose bytes
// from GroupHeader on are those records, each with its length.
func PutHeader(b []byte, first int64, count int) {
	copy(b, magic)
	binary.BigEndian.PutUint32(b[4:], uint32(len(b)-GroupHeader))
	binary.BigEndian.PutUint32(b[8:], uint32(count))
	binary.BigEndian.PutUint64(b[12:], uint64(first))
	binary.BigEndian.PutUint32(b[20:], checksum(b))
}

func checksum(group []byte) uint32 {
	return crc32.Update(crc32.Checksum(group[:20], castagnoli), castagnoli, group[GroupHeader:])
}

// ParseGroup reads the group at the front of b; what follows it is left alone.
// A group whose extent is known but whose checksum is wrong is returned together
// with an error, so that a checker can look at its records.
func ParseGroup(b []byte) (Group, error) {
	if zeros(b[:min(len(b), GroupHeader)]) {
		return Group{}, ErrNoGroup
	}
	if len(b) < GroupHeader {
		return Group{}, fmt.Errorf("%w: header is cut off", ErrGroup)
	}
	if string(b[:4]) != magic {
		return Group{}, fmt.Errorf("%w: does not start with %q", ErrGroup, magic)
	}
	n := int64(binary.BigEndian.Uint32(b[4:]))
	if n > MaxGroup || n > int64(len(b)-GroupHeader) {
		return Group{}, fmt.Errorf("%w: %d bytes of records, %d are there", ErrGroup, n, len(b)-GroupHeader)
	}
	whole := b[:GroupHeader+n]
	g := Group{
		First:   int64(binary.BigEndian.Uint64(b[12:])),
		Count:   int(binary.BigEndian.Uint32(b[8:])),
		Records: whole[GroupHeader:],
	}
	if got, want := checksum(whole), binary.BigEndian.Uint32(b[20:]); got != want {
		return g, fmt.Errorf("%w: checksum is %08x, %08x is written", ErrGroup, got, want)
	}
	return g, nil
}

// Next takes one record with its length off the front of b.
func Next(b []byte) (record, rest []byte, err error) {
	if len(b) < 4 {
		return nil, nil, fmt.Errorf("%w: length is cut off", ErrRecord)
	}
	n := int64(binary.BigEndian.Uint32(b))
	if n > int64(len(b)-4) {
		return nil, nil, fmt.Errorf("%w: %d bytes long, %d are there", ErrRecord, n, len(b)-4)
	}
	return b[4 : 4+n : 4+n], b[4+n:], nil
}

// FindGroup is the offset of the first intact group in b that starts after entry
// next, or -1. It tells a torn last group, after which there is none, from damage
// in the middle of a segment.
func FindGroup(b []byte, next int64) int {
	for at := 0; at+GroupHeader <= len(b); at++ {
		if b[at] != magic[0] || string(b[at:at+4]) != magic {
			continue
		}
		if g, err := ParseGroup(b[at:]); err == nil && g.First > next {
			return at
		}
	}
	return -1
}

func zeros(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}
