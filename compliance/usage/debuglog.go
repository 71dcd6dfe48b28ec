package usage

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// debugLog reads a FlexNet debug log: lines of the form
//
//	8:44:48 (adskflex) OUT: "87545ACD_2022_0F" user001@lab0003  (2 licenses)
//
// It keeps the events; their dates and the pairs of check-out and check-in are
// found at the end, when every date that the log names is known.
type debugLog struct {
	calendar calendar
	events   []loggedEvent
	strings  map[string]string // one copy of each name, so that no line is kept
}

// loggedEvent is an event, or with an empty word the start or stop of a daemon.
type loggedEvent struct {
	logEvent
	line   int
	day    int
	second int
	daemon string
	mark   daemonMark
	at     time.Time // set at the end
}

// daemonMark is what happened to a daemon.
type daemonMark int

const (
	noMark      daemonMark = iota
	daemonAlive            // it wrote a line
	daemonStart            // it started: what it had granted is void
	daemonStop             // it ended: what it had granted is void
	allStart               // the manager started, and all its daemons with it
	allStop                // the manager ended
)

var (
	startedDaemon = regexp.MustCompile(`^(?i:re)?[Ss]tarted (\S+) \((?:pid|internet|internal)\b`)
	exitedDaemon  = regexp.MustCompile(`^(\S+) exited with status\b`)
	exiting       = regexp.MustCompile(`(?i)^EXITING (?:DUE TO SIGNAL|WITH CODE)\b`)
	daemonBanner  = regexp.MustCompile(`(?i)^FlexNet Licensing version v`)
)

func (d *debugLog) line(in *input) {
	if strings.TrimSpace(in.text) == "" {
		return
	}
	l, ok := splitLogLine(in.text)
	if !ok {
		in.unparsed(0, "not of the form hh:mm:ss (daemon) message")
		return
	}
	d.calendar.step(l.second, len(d.events))
	if l.daemon == "lmgrd" && strings.HasPrefix(l.message, "-----") { // the banner of a start
		d.calendar.started(len(d.events))
	}
	d.date(in, l)
	if word, ok := isEvent(l.message); ok {
		d.event(in, l, word)
		return
	}
	if mark, daemon := markOf(l); mark != noMark {
		if mark == daemonStart || mark == allStart {
			d.calendar.started(len(d.events))
		}
		d.add(in, l, loggedEvent{mark: mark, daemon: d.intern(daemon)})
		return
	}
	d.alive(in, l)
}

func (d *debugLog) event(in *input, l logLine, word string) {
	switch word {
	case "OUT", "IN", "DENIED", "UNSUPPORTED", "QUEUED", "DEQUEUED":
	default:
		in.unparsed(l.offset, fmt.Sprintf("the event %s is not known", shorten(word)))
		return
	}
	e, offset, problem := parseEvent(word, l.message)
	if problem != "" {
		in.unparsed(l.offset+offset, problem)
		return
	}
	e.word = d.intern(e.word)
	e.feature = FeatureName(d.intern(string(e.feature)))
	e.user, e.host = User(d.intern(string(e.user))), Host(d.intern(string(e.host)))
	e.reason = d.intern(e.reason)
	if v := e.verbose; v != nil {
		v.version, v.user, v.handle = d.intern(v.version), User(d.intern(string(v.user))), strings.Clone(v.handle)
	}
	d.add(in, l, loggedEvent{logEvent: e})
}

func (d *debugLog) add(in *input, l logLine, e loggedEvent) {
	e.line, e.day, e.second = in.number, d.calendar.day, l.second
	if e.daemon == "" {
		e.daemon = d.intern(l.daemon)
	}
	d.events = append(d.events, e)
}

// alive keeps the time of a line that is no event: a daemon that died was alive
// when it wrote its last line, and the log's time runs from its first line to its
// last. Of lines in a row one mark is moved along, unless a day began in between.
func (d *debugLog) alive(in *input, l logLine) {
	c := &d.calendar
	n := len(d.events) - 1
	if n > 0 && n >= max(c.confirmed, c.breakAt, c.rolledAt) &&
		d.events[n].mark == daemonAlive && d.events[n].daemon == l.daemon {
		d.events[n].line, d.events[n].day, d.events[n].second = in.number, d.calendar.day, l.second
		return
	}
	d.add(in, l, loggedEvent{mark: daemonAlive})
}

// date follows a date that the line names.
func (d *debugLog) date(in *input, l logLine) {
	date, ok := dateNamed(l.message, l.second)
	if !ok {
		return
	}
	correction, unsure := d.calendar.named(date, len(d.events))
	if correction == 0 {
		return
	}
	what := "a date named in the log lies after the days counted since the one before, and was followed"
	if correction < 0 {
		what = "a date named in the log lies before the days counted since the one before, and was followed"
	}
	in.note(repaired, in.number, what)
	for _, e := range d.events[unsure:] {
		if e.mark == noMark {
			in.note(doubtful, e.line, fmt.Sprintf("entries before line %d that may be dated wrongly: no line says where days were skipped", in.number))
		}
	}
}

// intern keeps one copy of a text, which is a part of a line that may go.
func (d *debugLog) intern(s string) string {
	if d.strings == nil {
		d.strings = make(map[string]string)
	}
	if kept, ok := d.strings[s]; ok {
		return kept
	}
	s = strings.Clone(s)
	d.strings[s] = s
	return s
}

// markOf finds the messages that end all checkouts. "Server started on" is not
// one: a daemon writes it again when it rereads its licence file.
func markOf(l logLine) (daemonMark, string) {
	if l.daemon == "lmgrd" {
		if strings.Contains(l.message, " started on ") && strings.Contains(l.message, "icensing (") {
			return allStart, l.daemon
		}
		if m := startedDaemon.FindStringSubmatch(l.message); m != nil {
			return daemonStart, m[1]
		}
		if m := exitedDaemon.FindStringSubmatch(l.message); m != nil {
			return daemonStop, m[1]
		}
		if exiting.MatchString(l.message) {
			return allStop, l.daemon
		}
		return noMark, ""
	}
	if exiting.MatchString(l.message) {
		return daemonStop, l.daemon
	}
	if daemonBanner.MatchString(l.message) {
		return daemonStart, l.daemon
	}
	return noMark, ""
}
