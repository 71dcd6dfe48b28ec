package evidence

import (
	"errors"
	"fmt"
	"os"
	"sort"
	"sync"

	"github.com/trueup-dev/trueup/evidence/internal/format"
)

// maxLoaded is how many sealed segments keep their record offsets in memory.
const maxLoaded = 128

// span is where one record lies in its segment.
type span struct{ at, size uint32 }

// segment is one file of groups. A sealed segment never changes again; the last
// one is written by appender.
type segment struct {
	first int64
	file  file
	spans []span // of a sealed segment nil until it is read
	end   int64  // bytes of groups; what follows is preallocated
}

// segments reads records by index.
type segments struct {
	disk disk

	mu     sync.RWMutex
	list   []*segment // ascending by first
	loaded []*segment // sealed ones with spans, oldest first
}

// openSegments lists the segments of a folder without reading them.
func openSegments(d disk) (*segments, error) {
	names, err := d.readDir(format.EntriesDir)
	if err != nil {
		return nil, err
	}
	s := &segments{disk: d}
	for _, name := range names {
		first, ok := format.ParseSegmentName(name)
		if !ok {
			return nil, fmt.Errorf("%w: %s/%s is no segment", ErrCorrupt, format.EntriesDir, name)
		}
		s.list = append(s.list, &segment{first: first})
	}
	sort.Slice(s.list, func(i, j int) bool { return s.list[i].first < s.list[j].first })
	return s, nil
}

// at is the position in the list of the segment that holds index i, or -1.
func (s *segments) at(i int64) int {
	return sort.Search(len(s.list), func(k int) bool { return s.list[k].first > i }) - 1
}

// read is the record at index i, which the caller knows to exist.
func (s *segments) read(i int64) (format.Record, error) {
	s.mu.RLock()
	k := s.at(i)
	if k < 0 {
		s.mu.RUnlock()
		return format.Record{}, fmt.Errorf("%w: no segment holds entry %d", ErrCorrupt, i)
	}
	seg := s.list[k]
	if seg.spans == nil {
		s.mu.RUnlock()
		if err := s.load(seg); err != nil {
			return format.Record{}, err
		}
		s.mu.RLock()
		if seg.spans == nil { // loaded and dropped again meanwhile
			s.mu.RUnlock()
			return s.read(i)
		}
	}
	defer s.mu.RUnlock()
	n := i - seg.first
	if n >= int64(len(seg.spans)) {
		return format.Record{}, fmt.Errorf("%w: %s ends before entry %d", ErrCorrupt, format.SegmentName(seg.first), i)
	}
	b := make([]byte, seg.spans[n].size)
	if _, err := seg.file.ReadAt(b, int64(seg.spans[n].at)); err != nil {
		return format.Record{}, fmt.Errorf("evidence: read entry %d: %w", i, err)
	}
	r, err := format.ParseRecord(b)
	if err != nil {
		return format.Record{}, fmt.Errorf("%w: entry %d in %s: %w", ErrCorrupt, i, format.SegmentName(seg.first), err)
	}
	return r, nil
}

// load reads the offsets of a sealed segment.
func (s *segments) load(seg *segment) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if seg.spans != nil {
		return nil
	}
	name := format.SegmentName(seg.first)
	b, err := readFile(s.disk, name)
	if err != nil {
		return fmt.Errorf("evidence: read %s: %w", name, err)
	}
	spans := make([]span, 0, 1024)
	err = walk(b, seg.first, func(_ int64, at int, record []byte) error {
		spans = append(spans, span{uint32(at), uint32(len(record))})
		return nil
	})
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrCorrupt, name, err)
	}
	f, err := s.disk.open(name, os.O_RDONLY)
	if err != nil {
		return fmt.Errorf("evidence: read %s: %w", name, err)
	}
	seg.file, seg.spans = f, spans
	s.loaded = append(s.loaded, seg)
	return s.dropOldest()
}

// dropOldest keeps memory and open files bounded.
func (s *segments) dropOldest() error {
	if len(s.loaded) <= maxLoaded {
		return nil
	}
	old := s.loaded[0]
	s.loaded = s.loaded[1:]
	err := old.file.Close()
	old.file, old.spans = nil, nil
	return err
}

// add makes a new segment known, which keeps its spans until it is sealed.
func (s *segments) add(seg *segment) {
	s.mu.Lock()
	defer s.mu.Unlock()
	seg.spans = make([]span, 0, 1024)
	s.list = append(s.list, seg)
}

// extend makes records readable that have become durable.
func (s *segments) extend(seg *segment, spans []span, end int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	seg.spans = append(seg.spans, spans...)
	seg.end = end
}

// seal hands the segment over to the bounded set of loaded ones.
func (s *segments) seal(seg *segment) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loaded = append(s.loaded, seg)
	return s.dropOldest()
}

func (s *segments) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, seg := range s.list {
		if seg.file != nil {
			errs = append(errs, seg.file.Close())
		}
	}
	s.list, s.loaded = nil, nil
	return errors.Join(errs...)
}

// walk calls visit for each record of whole, contiguous groups from first on. at
// is the record's offset in b. After the last group only zeros may follow.
func walk(b []byte, first int64, visit func(i int64, at int, record []byte) error) error {
	end, err := walkGroups(b, first, visit)
	if errors.Is(err, format.ErrNoGroup) {
		if k := firstNonZero(b[end:]); k >= 0 {
			return fmt.Errorf("bytes after the last group, at offset %d", end+k)
		}
		return nil
	}
	return err
}

// walkGroups is walk up to the first thing that is no intact group: the end of b
// (nil), zeros (format.ErrNoGroup) or damage. end is the offset it got to.
func walkGroups(b []byte, first int64, visit func(i int64, at int, record []byte) error) (end int, err error) {
	next := first
	for end < len(b) {
		g, err := format.ParseGroup(b[end:])
		if err != nil {
			return end, fmt.Errorf("at offset %d, before entry %d: %w", end, next, err)
		}
		if g.First != next {
			return end, fmt.Errorf("at offset %d: %w: starts with entry %d, want %d", end, format.ErrGroup, g.First, next)
		}
		at, rest := end+format.GroupHeader, g.Records
		for k := range g.Count {
			record, more, err := format.Next(rest)
			if err != nil {
				return end, fmt.Errorf("entry %d: %w", next+int64(k), err)
			}
			if err := visit(next+int64(k), at+4, record); err != nil {
				return end, err
			}
			at, rest = at+4+len(record), more
		}
		if len(rest) > 0 {
			return end, fmt.Errorf("at offset %d: %w: %d bytes after its last entry", end, format.ErrGroup, len(rest))
		}
		next += int64(g.Count)
		end += g.Size()
	}
	return end, nil
}

func firstNonZero(b []byte) int {
	for i, c := range b {
		if c != 0 {
			return i
		}
	}
	return -1
}
