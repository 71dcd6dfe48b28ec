package usage

import (
	"fmt"
	"time"
)

// statusOutput gathers what a status output says feature by feature.
type statusOutput struct {
	features []*Feature
	index    map[FeatureName]int
	at       time.Time
	// resolution is how exact the tool's times are: what it calls 9:30 lasts until
	// 9:31.
	resolution time.Duration
	// past are the earlier statuses of each feature of the same input, in the order
	// in which they came.
	past  map[FeatureName][]Snapshot
	order []FeatureName
}

func (s *statusOutput) feature(name FeatureName) *Feature {
	if i, ok := s.index[name]; ok {
		return s.features[i]
	}
	if s.index == nil {
		s.index = make(map[FeatureName]int)
	}
	s.index[name] = len(s.features)
	f := &Feature{Name: name}
	s.features = append(s.features, f)
	return f
}

// hold adds a current checkout; since is zero where the tool does not say.
func (f *Feature) hold(c Checkout, since time.Time) {
	c.Feature = f.Name
	c.Held.From = since
	f.Checkouts = append(f.Checkouts, c)
}

// instant is when the status was taken: as the output says, else as the caller
// does, else zero.
func (s *statusOutput) instant(in *input) time.Time {
	if s.at.IsZero() && !in.o.At.IsZero() {
		s.at, s.resolution = in.o.At.In(in.o.Zone), time.Nanosecond
	}
	return s.at
}

// settle adds up the lots and checks the figures against one another.
func (s *statusOutput) settle(in *input) {
	s.instant(in)
	in.report.At = s.at
	for _, f := range s.features {
		s.close(f)
	}
	s.series(in)
	for _, f := range s.features {
		in.report.Features = append(in.report.Features, *f)
	}
}

// close adds up what one status says of a feature.
func (s *statusOutput) close(f *Feature) {
	f.at = s.at
	f.addUp()
	f.compare()
	for i := range f.Checkouts {
		f.Checkouts[i].settle(s.at, s.resolution)
	}
}

// settle ends the spans of a checkout at the end of the instant at which it was
// seen, as far as that is known.
func (c *Checkout) settle(at time.Time, resolution time.Duration) {
	if at.IsZero() {
		return
	}
	if c.Held.From.After(at) {
		c.Held.From = at
	}
	c.Held.To = at.Add(resolution)
	c.Sure = c.Held
}

// addUp finds Owned, InUse and Status from the lots, unless they are set.
func (f *Feature) addUp() {
	if len(f.Lots) == 0 {
		return
	}
	var owned, used, expired int64
	uncounted, current, usedKnown := false, false, true
	for _, l := range f.Lots {
		if l.InUse == nil {
			usedKnown = false
		} else {
			used = addCapped(used, *l.InUse)
		}
		switch {
		case l.ended(f.at):
			expired = addCapped(expired, l.Licences)
			continue
		case l.Uncounted:
			uncounted = true
		default:
			owned = addCapped(owned, l.Licences)
		}
		current = true
	}
	if f.InUse == nil && usedKnown {
		f.InUse = &used
	}
	if expired > 0 && current {
		f.note(doubtful, 0, fmt.Sprintf("%d licences whose term has ended are not counted as owned", expired))
	}
	switch {
	case uncounted:
		f.Status = Uncounted
	case !current:
		f.Status, f.Owned = Expired, new(int64)
	case f.Owned == nil:
		f.Status, f.Owned = Counted, &owned
	}
	f.compareTerms()
}

// ended reports whether the lot's term is known to be over at the instant.
func (l Lot) ended(at time.Time) bool {
	return !at.IsZero() && !l.Expires.IsZero() && !at.Before(l.Expires)
}

// compareTerms says where the licences end at different times and the input does
// not say when it was taken.
func (f *Feature) compareTerms() {
	if !f.at.IsZero() {
		return
	}
	for _, l := range f.Lots[1:] {
		if !l.Expires.Equal(f.Lots[0].Expires) {
			f.note(doubtful, 0, "the licences end at different times and the input does not say when it was taken: all are counted as owned")
			return
		}
	}
}

// compare sets what is listed against what the tool says is in use.
func (f *Feature) compare() {
	var listed int64
	for _, c := range f.Checkouts {
		listed = addCapped(listed, c.Quantity)
	}
	listed = addCapped(listed, f.Reserved)
	inUse := f.InUse
	if f.InUseSelf != nil {
		inUse = f.InUseSelf
	}
	switch {
	case inUse == nil && listed > 0 && f.Status != StatusUnknown:
		f.InUse = &listed
		f.note(doubtful, 0, "the number in use is not stated: it is the sum of those listed")
	case inUse == nil || len(f.Checkouts) == 0 && f.Reserved == 0 && *inUse == 0:
	case listed < *inUse:
		f.note(doubtful, 0, fmt.Sprintf("%d of %d licences in use are not listed with a holder", *inUse-listed, *inUse))
	case listed > *inUse:
		f.note(doubtful, 0, fmt.Sprintf("%d licences are listed with a holder but %d are in use: some are shared or listed twice", listed, *inUse))
	}
}
