package evidence

import (
	"fmt"
	"os"

	"github.com/trueup-dev/trueup/evidence/internal/format"
)

// Preallocation, in bytes: a segment grows by zeros ahead of the groups, so that
// most syncs flush data only and not the file's new length with it. A large group is
// not worth that: writing its bytes twice costs more than the length.
const (
	minAhead = 256 << 10
	maxAhead = 4 << 20
	large    = 64 << 10
)

// appender writes groups to the last segment. Only the goroutine that leads a
// commit uses it.
type appender struct {
	disk      disk
	limit     int64 // bytes after which a segment is sealed
	large     int   // bytes from which on a group is not preallocated for
	segs      *segments
	seg       *segment // nil before the first group of a new log
	allocated int64
	ahead     []byte
}

// write makes one group, starting with entry first, durable with one sync. It
// returns the segment and the group's offset in it.
func (a *appender) write(group []byte, first int64) (*segment, int64, error) {
	if a.seg == nil || a.seg.end > 0 && a.seg.end+int64(len(group)) > a.limit {
		if err := a.rotate(first); err != nil {
			return nil, 0, err
		}
	}
	at := a.seg.end
	end := at + int64(len(group))
	if end > a.allocated && len(group) < a.large {
		ahead := min(max(minAhead, end), maxAhead, a.limit)
		if int64(len(a.ahead)) < ahead {
			a.ahead = make([]byte, ahead)
		}
		// The zeros go first: a crash between the two leaves zeros, which is an end.
		if _, err := a.seg.file.WriteAt(a.ahead[:ahead], end); err != nil {
			return nil, 0, err
		}
		a.allocated = end + ahead
	}
	if _, err := a.seg.file.WriteAt(group, at); err != nil {
		return nil, 0, err
	}
	a.allocated = max(a.allocated, end)
	if err := a.seg.file.sync(); err != nil {
		return nil, 0, err
	}
	return a.seg, at, nil
}

// rotate seals the current segment and starts the next one.
func (a *appender) rotate(first int64) error {
	if a.seg != nil {
		if err := a.trim(); err != nil {
			return err
		}
		if err := a.segs.seal(a.seg); err != nil {
			return err
		}
	}
	name := format.SegmentName(first)
	f, err := a.disk.open(name, os.O_RDWR|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return err
	}
	a.seg, a.allocated = &segment{first: first, file: f}, 0
	a.segs.add(a.seg)
	if err := a.disk.syncDir(format.EntriesDir); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// trim takes back what was preallocated.
func (a *appender) trim() error {
	if a.seg == nil || a.allocated == a.seg.end {
		return nil
	}
	if err := a.seg.file.truncate(a.seg.end); err != nil {
		return err
	}
	a.allocated = a.seg.end
	return a.seg.file.sync()
}
