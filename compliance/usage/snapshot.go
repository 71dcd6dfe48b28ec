package usage

import (
	"slices"
	"time"
)

// Snapshot is one of several statuses that an input holds of a feature, as a job
// writes that appends the output to a file every hour. Nil means not said.
type Snapshot struct {
	At           time.Time // zero where it does not say
	Owned, InUse *int64
	// Holders are who held the licences, by user and host.
	Holders []Holder
}

// snapshot closes the status so far, to which a later one of the same server
// follows.
func (s *statusOutput) snapshot(in *input) {
	if s.past == nil {
		s.past = make(map[FeatureName][]Snapshot)
	}
	for _, f := range s.features {
		s.close(f)
		if _, ok := s.past[f.Name]; !ok {
			s.order = append(s.order, f.Name)
		}
		s.past[f.Name] = append(s.past[f.Name], f.now())
		for _, n := range f.Notes {
			in.note(n.Doubtful, n.Line, n.What)
		}
	}
	s.features, s.index = nil, nil
}

// now is the feature's own status as a snapshot.
func (f *Feature) now() Snapshot {
	var sum tally
	for _, c := range f.Checkouts {
		sum.add(c.User, c.Host, c.Quantity)
	}
	return Snapshot{At: f.at, Owned: f.Owned, InUse: f.InUse, Holders: sum.holders()}
}

// series gives each feature the statuses that came before. One that the last
// status does not name is kept: nobody says that it was not in use before.
func (s *statusOutput) series(in *input) {
	for _, name := range s.order {
		_, still := s.index[name]
		f := s.feature(name)
		f.at = s.at
		f.Snapshots = s.past[name]
		if still {
			f.Snapshots = append(f.Snapshots, f.now())
		} else {
			f.note(doubtful, 0, "the last status of this input does not name the feature")
		}
		if !slices.IsSortedFunc(f.Snapshots, earlier) {
			f.note(repaired, 0, "the statuses are not in the order of their instants")
			slices.SortStableFunc(f.Snapshots, earlier)
		}
	}
	if len(s.order) > 0 {
		in.note(repaired, 0, "several statuses of the same server: what is in use is that of the last, the peak that of all")
	}
}

func earlier(a, b Snapshot) int { return a.At.Compare(b.At) }

// peakOf is the highest number in use that any of the snapshots shows, with every
// instant of it; nil where none says what was in use.
func peakOf(all []Snapshot) *Peak {
	var p *Peak
	for _, s := range all {
		if s.InUse == nil || p != nil && *s.InUse < p.AtLeast {
			continue
		}
		if p == nil || *s.InUse > p.AtLeast {
			p = &Peak{AtLeast: *s.InUse, Holders: s.Holders}
		}
		if !s.At.IsZero() && *s.InUse > 0 {
			p.Spans = append(p.Spans, Span{s.At, s.At})
		}
	}
	if p != nil {
		p.Sure = p.Spans
	}
	return p
}
