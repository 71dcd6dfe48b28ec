package simulate

import "time"

// clockChanges finds the changes of the clocks in a calendar's zone.
func (s *simulation) clockChanges(name string) {
	cal := s.o.Policy.Calendar(name)
	for t := s.o.From.In(cal.Zone()); ; {
		_, end := t.ZoneBounds()
		if end.IsZero() || !end.Before(s.o.Until) {
			return
		}
		_, before := end.Add(-time.Second).In(cal.Zone()).Zone()
		_, after := end.In(cal.Zone()).Zone()
		s.changes = append(s.changes, Change{
			Calendar: name, At: end.UTC(), Shift: time.Duration(after-before) * time.Second,
			Open: cal.Open(end.Add(-time.Second)) || cal.Open(end),
		})
		day := end.In(cal.Zone()).Format(time.DateOnly)
		s.onDay[day] = append(s.onDay[day], len(s.changes)-1)
		t = end.In(cal.Zone())
	}
}

// clock counts an action for the changes on whose civil day it falls.
func (r *running) clock(at time.Time) {
	cal := r.o.Policy.Calendar(r.c.Plan.Calendar)
	for _, i := range r.onDay[at.In(cal.Zone()).Format(time.DateOnly)] {
		if r.changes[i].Calendar == cal.Name() {
			r.changes[i].Actions++
		}
	}
}
