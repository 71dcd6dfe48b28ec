package usage

import (
	"fmt"
	"math"
	"strconv"
	"strings"
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
		f.at = s.at
		f.addUp()
		f.compare()
		for i := range f.Checkouts {
			f.Checkouts[i].settle(s.at, s.resolution)
		}
		in.report.Features = append(in.report.Features, *f)
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

func addCapped(a, b int64) int64 {
	if b > math.MaxInt64-a {
		return math.MaxInt64
	}
	return a + b
}

// mostLicences is more than any server counts; a larger number is a misread line.
const mostLicences = 1 << 40

// count reads a number of licences.
func count(s string) (int64, bool) {
	if s == "" || s[0] == '+' {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && n >= 0 && n <= mostLicences
}

// lot makes a lot of a number as the tool writes it; the number that stands for no
// limit makes it uncounted.
func lot(n int64) Lot {
	if n == uncountedNumber {
		return Lot{Uncounted: true}
	}
	return Lot{Licences: n}
}

// expires sets the end of the lot from a date as licence tools write it. It is
// false where the text is no date that can be understood without guessing.
func (l *Lot) expires(text string, zone *time.Location) bool {
	text = strings.ToLower(strings.TrimSpace(text))
	if strings.HasPrefix(text, "permanent") || text == "never" {
		l.Permanent = true
		return true
	}
	if day, year, ok := cutLast(text, "-"); ok && strings.Trim(year, "0") == "" && year != "" && strings.Count(day, "-") == 1 {
		l.Permanent = true // the year 0 is how FlexNet writes no end
		return true
	}
	for _, layout := range []string{"2-Jan-2006", "2006-01-02", "1/2/2006"} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			l.Expires = t.AddDate(0, 0, 1) // valid through that day
			return true
		}
	}
	if t, err := time.ParseInLocation(time.DateTime, text, zone); err == nil {
		l.Expires = t
		return true
	}
	return false
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// past finds the last instant, not after at but for a minute's tolerance, of a
// date written without its year. weekday may be -1 where it is not given. It is
// false where no such instant lies within a year and a day: an older check-out
// cannot be dated without guessing.
func past(at time.Time, weekday, month, day, hour, minute int) (time.Time, bool) {
	if at.IsZero() {
		return time.Time{}, false
	}
	for year := at.Year(); year >= at.Year()-1; year-- {
		t := time.Date(year, time.Month(month), day, hour, minute, 0, 0, at.Location())
		if t.Day() != day || t.After(at.Add(time.Minute)) || t.Before(at.AddDate(-1, 0, -1)) {
			continue
		}
		if weekday < 0 || int(t.Weekday()) == weekday {
			return t, true
		}
	}
	return time.Time{}, false
}
