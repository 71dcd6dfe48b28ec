package usage

import (
	"slices"
	"strings"
	"time"
)

// featureLog is one feature of one daemon while its events are paired.
type featureLog struct {
	f       *Feature
	daemon  *daemonLog
	covers  Span
	open    map[identity][]outstanding
	keys    []identity // of open, in the order met, so that results do not depend on map order
	running int64
	peak    int64
	users   spellings
	hosts   spellings
}

// outstanding is a check-out that has not come back.
type outstanding struct {
	checkout int
	handle   string
}

func newFeatureLog(e *loggedEvent, d *daemonLog, covers Span) *featureLog {
	return &featureLog{
		f:      &Feature{Name: e.feature, Vendor: e.daemon, covers: covers},
		daemon: d, covers: covers,
		open:  map[identity][]outstanding{},
		users: spellings{}, hosts: spellings{},
	}
}

func (l *featureLog) take(e *loggedEvent) {
	switch e.word {
	case "OUT":
		l.out(e)
	case "IN":
		l.in(e)
	case "DENIED", "UNSUPPORTED":
		l.f.refuse(e)
	case "QUEUED":
		l.f.Queue.add(e.quantity)
	case "DEQUEUED":
		l.f.Queue.Served++
	}
	if e.verbose != nil && e.verbose.outOf > 0 {
		n := e.verbose.outOf
		if l.f.Owned != nil && *l.f.Owned != n {
			l.f.note(repaired, e.line, "the number of licences issued changes within the log: the last one is given")
		}
		l.f.Owned, l.f.Status = &n, Counted
	}
}

func (l *featureLog) out(e *loggedEvent) {
	client := identify(e.user, e.host)
	if _, ok := l.open[client]; !ok {
		l.keys = append(l.keys, client)
	}
	l.open[client] = append(l.open[client], outstanding{len(l.f.Checkouts), e.handle()})
	// Until it comes back, all that is sure is that it was granted.
	l.f.Checkouts = append(l.f.Checkouts, l.checkout(e, Span{e.at, l.covers.To}, Span{e.at, e.at}))
	l.running = addCapped(l.running, e.quantity)
	l.peak = max(l.peak, l.running)
}

func (l *featureLog) checkout(e *loggedEvent, held, sure Span) Checkout {
	l.users.add(e.user.Key(), string(e.user))
	l.hosts.add(e.host.Key(), string(e.host))
	return Checkout{
		Feature: e.feature, Version: e.version(), User: e.user, Host: e.host,
		Quantity: e.quantity, Held: held, Sure: sure,
	}
}

// in closes the check-out with the same handle, else the latest of the same
// quantity, else as many of the client's latest as the quantity returns. Of several
// equal ones any would give the same counts, unless a check-in is missing; then
// taking the latest leaves the shortest time as sure, which makes the lower bound
// hold whichever was meant.
func (l *featureLog) in(e *loggedEvent) {
	client := identify(e.user, e.host)
	if e.reason != "" && strings.Trim(e.reason, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_ ") == "" {
		l.f.note(repaired, e.line, "check-ins made by the server, not the client ("+e.reason+")")
	}
	left := e.quantity
	open := l.open[client]
	for first := true; left > 0 && len(open) > 0; first = false {
		i := len(open) - 1
		if first {
			i = l.match(open, e)
		}
		returned, whole := l.release(open[i], e, left)
		left -= returned
		if whole {
			open = slices.Delete(open, i, i+1)
		}
	}
	l.open[client] = open
	if left > 0 {
		l.orphan(e, left)
	}
}

// match picks the check-out that a check-in most likely ends.
func (l *featureLog) match(open []outstanding, e *loggedEvent) int {
	same := len(open) - 1
	for i := len(open) - 1; i >= 0; i-- {
		if open[i].handle != "" && open[i].handle == e.handle() {
			return i
		}
		if l.f.Checkouts[open[same].checkout].Quantity != e.quantity && l.f.Checkouts[open[i].checkout].Quantity == e.quantity {
			same = i
		}
	}
	return same
}

// release ends a check-out, or splits off and ends the part that came back. It
// gives how many licences came back and whether that was all of it.
func (l *featureLog) release(o outstanding, e *loggedEvent, left int64) (returned int64, whole bool) {
	c := &l.f.Checkouts[o.checkout]
	end := e.at
	if end.Before(c.Held.From) {
		l.f.note(repaired, e.line, "check-ins dated before their check-out, taken as held for no time")
		end = c.Held.From
	}
	held := Span{c.Held.From, end}
	if left < c.Quantity {
		l.f.note(repaired, e.line, "check-ins of a part of what was checked out")
		part := *c
		part.Quantity, part.Held, part.Sure = left, held, held
		c.Quantity -= left
		l.f.Checkouts = append(l.f.Checkouts, part)
		l.running -= left
		return left, false
	}
	c.Held, c.Sure = held, held
	l.running -= c.Quantity
	return c.Quantity, true
}

// orphan counts licences that came back without a check-out in the log: they may
// have been held since the daemon started or the log began.
func (l *featureLog) orphan(e *loggedEvent, quantity int64) {
	part := *e
	part.quantity = quantity
	c := l.checkout(&part, Span{l.daemon.since, e.at}, Span{e.at, e.at})
	l.f.Checkouts = append(l.f.Checkouts, c)
	l.f.note(doubtful, e.line, "check-ins without a check-out: held since some time after the log or the server began")
}

// void ends everything outstanding because the daemon stopped, at an instant that
// the log states, or started anew, having ended at some time since its last line.
func (l *featureLog) void(e *loggedEvent, seen time.Time, stated bool) {
	for _, client := range l.keys {
		for _, o := range l.open[client] {
			c := &l.f.Checkouts[o.checkout]
			end := e.at
			if end.Before(c.Held.From) {
				end = c.Held.From
			}
			c.Held.To, c.Sure = end, Span{c.Held.From, end}
			if !stated && seen.Before(end) && !seen.Before(c.Held.From) {
				c.Sure.To = seen
			}
			what := "check-outs ended by a restart of the server, which gives up all licences"
			if stated {
				what = "check-outs ended by a stop of the server, which gives up all licences"
			}
			l.f.note(repaired, e.line, what)
		}
	}
	l.open, l.keys, l.running = map[identity][]outstanding{}, nil, 0
}

// close settles the feature at the end of the log.
func (l *featureLog) close() Feature {
	outstanding := 0
	for _, client := range l.keys {
		outstanding += len(l.open[client])
	}
	if outstanding > 0 {
		l.f.Notes = append(l.f.Notes, Note{Doubtful: true, Count: outstanding,
			What: "check-outs without a check-in: still held when the log ends, or the check-in is missing"})
	}
	for _, s := range []struct {
		spellings
		what string
	}{
		{l.users, "users spelled in more than one way, counted as one"},
		{l.hosts, "hosts spelled in more than one way, counted as one"},
	} {
		if n := s.variants(); n > 0 {
			l.f.Notes = append(l.f.Notes, Note{Count: n, What: s.what})
		}
	}
	l.f.LogPeak = &l.peak
	return *l.f
}

func (f *Feature) refuse(e *loggedEvent) {
	for i := range f.Refusals {
		if r := &f.Refusals[i]; r.Event == e.word && r.Reason == e.reason {
			r.Requests++
			r.Licences = addCapped(r.Licences, e.quantity)
			r.Last = e.at
			return
		}
	}
	f.Refusals = append(f.Refusals, Refusal{Event: e.word, Reason: e.reason, Requests: 1,
		Licences: e.quantity, First: e.at, Last: e.at})
}
