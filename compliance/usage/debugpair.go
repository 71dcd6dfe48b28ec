package usage

import (
	"slices"
	"time"
)

// finish dates the events and walks them in the order written, pairing each
// check-in with a check-out of the same daemon, feature, user and host.
func (d *debugLog) finish(in *input) {
	if len(d.events) == 0 {
		return
	}
	d.place(in)
	r := in.report
	// The last line lies somewhere within its second.
	r.Covers = Span{d.events[0].at, d.events[0].at}
	for _, e := range d.events {
		if end := e.at.Add(time.Second); end.After(r.Covers.To) {
			r.Covers.To = end
		}
	}
	p := pairing{covers: r.Covers, daemons: map[string]*daemonLog{}, index: map[featureKey]int{}}
	for i := range d.events {
		p.take(&d.events[i])
	}
	for _, l := range p.logs {
		r.Features = append(r.Features, l.close())
	}
}

// place gives every event its instant.
func (d *debugLog) place(in *input) {
	offset := d.calendar.dates()
	undated := 0
	if !d.calendar.dated {
		in.report.Undated = in.o.At.IsZero()
		undated = d.undatedOffset(in)
	}
	var before time.Time
	for i := range d.events {
		e := &d.events[i]
		day := e.day + undated
		if d.calendar.dated {
			day = e.day + offset(i)
		}
		e.at = wallClock(day, e.second, in.o.Zone, before)
		before = e.at
	}
}

// wallClock is the instant of a local time that follows the instant before. An
// hour that occurs twice is taken the first time, unless that has passed.
func wallClock(day, second int, zone *time.Location, before time.Time) time.Time {
	t := time.Date(1970, 1, 1+day, 0, 0, second, 0, zone)
	reads := func(t time.Time) bool {
		h, m, s := t.Clock()
		return h*3600+m*60+s == second
	}
	if first := t.Add(-time.Hour); reads(first) {
		t = first
	}
	if again := t.Add(time.Hour); t.Before(before) && reads(again) {
		t = again
	}
	return t
}

// undatedOffset dates a log without dates by when it was taken, if that is known.
func (d *debugLog) undatedOffset(in *input) int {
	last := d.events[len(d.events)-1]
	if in.report.Undated {
		in.note(doubtful, 0, "the log names no date: its days count from 1970-01-01; say when it was taken to date it")
		return 0
	}
	at := in.o.At.In(in.o.Zone)
	date := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
	day := int(date.Unix()/daySeconds) - last.day
	if h, m, s := at.Clock(); last.second > h*3600+m*60+s {
		day--
	}
	in.note(doubtful, 0, "the log names no date: it was dated by the instant given for its end")
	return day
}

type featureKey struct {
	daemon  string
	feature FeatureName
}

// daemonLog is what is known of a daemon so far.
type daemonLog struct {
	since time.Time // it started, or the log begins
	seen  time.Time // its last line
	logs  []*featureLog
}

type pairing struct {
	covers  Span
	daemons map[string]*daemonLog
	index   map[featureKey]int
	logs    []*featureLog
}

func (p *pairing) daemon(name string) *daemonLog {
	d, ok := p.daemons[name]
	if !ok {
		d = &daemonLog{since: p.covers.From, seen: p.covers.From}
		p.daemons[name] = d
	}
	return d
}

func (p *pairing) feature(e *loggedEvent) *featureLog {
	key := featureKey{e.daemon, e.feature}
	i, ok := p.index[key]
	if !ok {
		i = len(p.logs)
		p.index[key] = i
		d := p.daemon(e.daemon)
		l := newFeatureLog(e, d, p.covers)
		d.logs = append(d.logs, l)
		p.logs = append(p.logs, l)
	}
	return p.logs[i]
}

func (p *pairing) take(e *loggedEvent) {
	switch e.mark {
	case noMark:
		p.daemon(e.daemon).seen = e.at
		p.feature(e).take(e)
	case daemonAlive:
		p.daemon(e.daemon).seen = e.at
	case daemonStart, daemonStop:
		p.end(e, p.daemon(e.daemon))
	case allStart, allStop:
		for _, name := range p.names() {
			p.end(e, p.daemons[name])
		}
	}
}

// end voids what a daemon had granted.
func (p *pairing) end(e *loggedEvent, d *daemonLog) {
	stop := e.mark == daemonStop || e.mark == allStop
	if stop {
		d.seen = e.at
	}
	for _, l := range d.logs {
		l.void(e, d.seen, stop)
	}
	d.since, d.seen = e.at, e.at
}

func (p *pairing) names() []string {
	names := make([]string, 0, len(p.daemons))
	for name := range p.daemons {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
