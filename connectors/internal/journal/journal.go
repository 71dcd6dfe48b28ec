// Package journal keeps what a connector sent in a file, so that a collection
// that was cut off goes on where it was.
//
// A journal is a sequence of records: batches as they came, and commits. A commit
// holds the cursor from which reading can go on after the batches before it; it
// is written together with the last of them and synced before it is
// acknowledged. Opening a journal cuts off what stands after the last commit, so
// batch and cursor are there together or not at all, whenever the host was
// killed.
//
// Each record has its length and a checksum. What cannot be read is where the
// journal ends: after a torn write, but also after damage to the disk, reading
// goes on from the last commit before it, and what is lost is read again.
package journal

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
)

// Journal is an open journal. It is for one goroutine.
type Journal struct {
	file   *os.File
	size   int64 // of what is committed and written
	cursor []byte
	whole  bool
	buffer []byte
}

// The kinds of record.
const (
	batch = byte(1 + iota)
	commit
	commitWhole
)

const (
	header   = 4 + 4 + 1 // length and checksum of what follows, kind
	most     = 64 << 20  // no record is longer
	buffered = 1 << 20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// ErrDamaged is wrapped when a journal is not what was written. Remove it and
// read the source anew.
var ErrDamaged = errors.New("journal: damaged")

// Open opens a journal, which it creates if need be.
func Open(path string) (*Journal, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	j := &Journal{file: f}
	err = j.recover()
	if err == nil {
		err = f.Truncate(j.size)
	}
	if err == nil {
		_, err = f.Seek(j.size, io.SeekStart)
	}
	if err == nil {
		err = SyncDir(filepath.Dir(path))
	}
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return j, nil
}

// recover finds the end of the last commit.
func (j *Journal) recover() error {
	r := bufio.NewReaderSize(j.file, buffered)
	var at int64
	for {
		kind, payload, err := next(r)
		if errors.Is(err, errTorn) {
			break
		}
		if err != nil {
			return err
		}
		at += int64(header + len(payload))
		if kind != batch {
			j.size, j.cursor, j.whole = at, payload, j.whole || kind == commitWhole
		}
	}
	return nil
}

// errTorn is the end of what can be read.
var errTorn = errors.New("torn record")

func next(r io.Reader) (byte, []byte, error) {
	var head [header]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, errTorn
	}
	length := binary.LittleEndian.Uint32(head[:])
	if length > most {
		return 0, nil, errTorn
	}
	body := make([]byte, 1+int(length))
	body[0] = head[header-1]
	if _, err := io.ReadFull(r, body[1:]); err != nil {
		return 0, nil, errTorn
	}
	if crc32.Checksum(body, castagnoli) != binary.LittleEndian.Uint32(head[4:]) {
		return 0, nil, errTorn
	}
	return body[0], body[1:], nil
}

// Cursor is that of the last commit, nil when there is none.
func (j *Journal) Cursor() []byte { return j.cursor }

// Whole reports whether the batches are all that the source holds.
func (j *Journal) Whole() bool { return j.whole }

// Append adds a batch. It is kept for good once it is committed.
func (j *Journal) Append(raw []byte) error {
	j.record(batch, raw)
	if len(j.buffer) < buffered {
		return nil
	}
	return j.flush()
}

// Commit makes everything appended so far last, with the cursor.
func (j *Journal) Commit(cursor []byte, whole bool) error {
	kind := commit
	if whole {
		kind = commitWhole
	}
	j.record(kind, cursor)
	if err := j.flush(); err != nil {
		return err
	}
	if err := j.file.Sync(); err != nil {
		return err
	}
	j.cursor, j.whole = append([]byte(nil), cursor...), j.whole || whole
	return nil
}

func (j *Journal) record(kind byte, payload []byte) {
	sum := crc32.Update(crc32.Checksum([]byte{kind}, castagnoli), castagnoli, payload)
	j.buffer = binary.LittleEndian.AppendUint32(j.buffer, uint32(len(payload)))
	j.buffer = binary.LittleEndian.AppendUint32(j.buffer, sum)
	j.buffer = append(append(j.buffer, kind), payload...)
}

func (j *Journal) flush() error {
	n, err := j.file.Write(j.buffer)
	j.size += int64(n)
	j.buffer = j.buffer[:0]
	return err
}

// Batches calls each with every batch appended, committed or not, in order.
func (j *Journal) Batches(each func(raw []byte) error) error {
	if err := j.flush(); err != nil {
		return err
	}
	r := bufio.NewReaderSize(io.NewSectionReader(j.file, 0, j.size), buffered)
	for read := int64(0); read < j.size; {
		kind, payload, err := next(r)
		if err != nil {
			return fmt.Errorf("%w: at byte %d: %w", ErrDamaged, read, err)
		}
		read += int64(header + len(payload))
		if kind != batch {
			continue
		}
		if err := each(payload); err != nil {
			return err
		}
	}
	return nil
}

// Close closes the file. What was not committed is gone.
func (j *Journal) Close() error { return j.file.Close() }

// SyncDir makes the names in a folder last.
func SyncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(ignoreUnsupported(d.Sync()), d.Close())
}

// ignoreUnsupported passes over file systems whose folders cannot be synced.
func ignoreUnsupported(err error) error {
	if errors.Is(err, os.ErrInvalid) || errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	return err
}
