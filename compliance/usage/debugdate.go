package usage

import (
	"strings"
	"time"
)

// A debug log gives each line a time of day and names the date only now and then:
// TIMESTAMP lines every few hours, the line that says the server started, the
// statistics. calendar finds the day of every line from both.
//
// Between two dates a time that falls back by more than slack begins a new day; a
// smaller step back is two daemons writing out of order, or the end of daylight
// saving. Each date named then confirms or corrects the days counted since the
// last one: what is missing is put where the log broke off (a server start, a small
// step back), else where the last new day was counted, else at the date itself.
type calendar struct {
	day    int // counted from the first line
	second int // of the last line
	any    bool

	offset   int  // from day to days since 1970-01-01, in the last segment
	dated    bool // offset is known
	segments []segment

	confirmed int // events before this index have a confirmed date
	breakAt   int // the event after which the log may have broken off, or -1
	rolledAt  int // the first event after the last new day that was counted, or -1
}

// segment gives the offset of the events from index first on.
type segment struct{ first, offset int }

const (
	daySeconds = 24 * 60 * 60
	slack      = 2 * 60 * 60
	late       = 10 * 60 // how long after midnight a line of the day before may come
)

// step takes the time of the next line; next is the index that the next event will
// have.
func (c *calendar) step(second, next int) {
	if !c.any {
		c.any, c.second, c.breakAt, c.rolledAt = true, second, -1, -1
		return
	}
	switch back := c.second - second; {
	case back > slack:
		c.day++
		c.rolledAt = next
	case back > 0:
		c.breakAt = next
	case -back > daySeconds-late && c.day > 0:
		c.day-- // a line of the day before, written late
	}
	c.second = second
}

// started marks that a server start was logged: the log may have stopped before.
func (c *calendar) started(next int) { c.breakAt = next }

// named takes the date on which the current line was written, in days since
// 1970-01-01. It says by how many days it corrects what was counted, and from which
// event on dates are doubtful: next, if none is.
func (c *calendar) named(date, next int) (correction, unsure int) {
	unsure = next
	if !c.dated {
		c.dated, c.offset = true, date-c.day
		c.segments = []segment{{0, c.offset}}
		c.settle(next)
		return 0, next
	}
	correction = date - (c.day + c.offset)
	if correction != 0 {
		first := next
		switch {
		case correction > 0 && c.breakAt >= 0:
			first = c.breakAt
		case c.rolledAt >= 0:
			first, unsure = c.rolledAt, c.confirmed
		default:
			unsure = c.confirmed
		}
		c.offset += correction
		c.segments = append(c.segments, segment{first, c.offset})
	}
	c.settle(next)
	return correction, unsure
}

func (c *calendar) settle(next int) {
	c.confirmed, c.breakAt, c.rolledAt = next, -1, -1
}

// dates gives the offset of each event, to be asked with rising indexes.
func (c *calendar) dates() func(event int) (offset int) {
	segments := c.segments
	offset := 0
	if len(segments) > 0 {
		offset = segments[0].offset
	}
	return func(event int) int {
		for len(segments) > 0 && segments[0].first <= event {
			offset = segments[0].offset
			segments = segments[1:]
		}
		return offset
	}
}

// dateNamed finds the date on which a message was written, in days since
// 1970-01-01, if the message names one and it fits the line's time of day.
func dateNamed(message string, second int) (int, bool) {
	if rest, ok := strings.CutPrefix(message, "TIMESTAMP "); ok {
		return usDate(strings.TrimSpace(rest))
	}
	if strings.Contains(message, " started on ") && strings.HasSuffix(message, ")") {
		return usDate(message[strings.LastIndexByte(message, '(')+1 : len(message)-1])
	}
	if strings.HasPrefix(message, "(@") {
		_, message, _ = strings.Cut(message, " ")
	}
	for _, label := range []string{"Server's System Date and Time: ", "Start-Date: ", "Time: ", "Reread time: "} {
		if rest, ok := strings.CutPrefix(message, label); ok {
			return longDate(rest, second)
		}
	}
	return 0, false
}

// usDate reads m/d/yyyy, the only order that FlexNet writes.
func usDate(s string) (int, bool) {
	t, err := time.Parse("1/2/2006", s)
	if err != nil || !plausible(t) {
		return 0, false
	}
	return int(t.Unix() / daySeconds), true
}

// plausible keeps a garbled year from moving a log by centuries. FlexLM is of 1988.
func plausible(t time.Time) bool { return t.Year() >= 1988 && t.Year() < 2200 }

// longDate reads "Thu May 05 2022 08:42:23 Name of the zone" where its clock is
// within minutes of the line's, and gives the date of the line.
func longDate(s string, second int) (int, bool) {
	const layout = "Mon Jan 02 2006 15:04:05"
	if len(s) < len(layout) {
		return 0, false
	}
	t, err := time.Parse(layout, s[:len(layout)])
	if err != nil || !plausible(t) {
		return 0, false
	}
	day := int(t.Unix() / daySeconds)
	lag := second - int(t.Unix()%daySeconds)
	switch { // written on the other side of midnight
	case lag > daySeconds/2:
		day, lag = day-1, lag-daySeconds
	case lag < -daySeconds/2:
		day, lag = day+1, lag+daySeconds
	}
	const tolerance = 120
	return day, lag >= -tolerance && lag <= tolerance
}
