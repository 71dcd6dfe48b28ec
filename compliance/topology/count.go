package topology

import (
	"encoding/json"
	"fmt"
)

// Count is a number of sockets, cores or threads as far as a dump tells it: an
// exact number, a range, or nothing.
//
// The zero Count is unknown. Max is 0 when no upper bound is known, so a Count
// can say "at least 2" (a dump from before firmware reported cores).
type Count struct {
	Min, Max int
}

// Exactly is the Count of a known number. Exactly(0) is unknown: a machine that
// runs has at least one of everything counted here.
func Exactly(n int) Count { return Count{Min: n, Max: n} }

// AtLeast is the Count of which only the lower bound is known.
func AtLeast(n int) Count { return Count{Min: n} }

// Between is the Count known to lie in a range, bounds included.
func Between(low, high int) Count { return Count{Min: low, Max: high} }

// Exact gives the number when it is known.
func (c Count) Exact() (n int, ok bool) {
	if c.Min > 0 && c.Min == c.Max {
		return c.Min, true
	}
	return 0, false
}

// Known says whether the number is known exactly.
func (c Count) Known() bool { _, ok := c.Exact(); return ok }

// N is the number, or 0 when it is not known exactly.
func (c Count) N() int { n, _ := c.Exact(); return n }

// String is "4", "4 to 8", "at least 2" or "unknown".
func (c Count) String() string {
	switch {
	case c.Known():
		return fmt.Sprint(c.Min)
	case c.Max > 0:
		return fmt.Sprintf("%d to %d", max(c.Min, 1), c.Max)
	case c.Min > 1:
		return fmt.Sprintf("at least %d", c.Min)
	}
	return "unknown"
}

// MarshalJSON writes the number, or null when it is not known exactly.
func (c Count) MarshalJSON() ([]byte, error) {
	if n, ok := c.Exact(); ok {
		return json.Marshal(n)
	}
	return []byte("null"), nil
}

// plus adds two counts; an unknown upper bound stays unknown.
func (c Count) plus(d Count) Count {
	sum := Count{Min: c.Min + d.Min}
	if c.Max > 0 && d.Max > 0 {
		sum.Max = c.Max + d.Max
	}
	return sum
}

// narrow keeps what both counts allow. It reports false, and leaves c as it
// was, when they contradict each other.
func (c *Count) narrow(d Count) bool {
	out := Count{Min: max(c.Min, d.Min), Max: c.Max}
	if c.Max == 0 || d.Max > 0 && d.Max < c.Max {
		out.Max = d.Max
	}
	if out.Max > 0 && out.Min > out.Max {
		return false
	}
	*c = out
	return true
}

// Trit is yes, no, or not known.
type Trit uint8

// The values of a Trit. The zero value is not known.
const (
	Unknown Trit = iota
	No
	Yes
)

// String is "unknown", "no" or "yes".
func (t Trit) String() string {
	switch t {
	case No:
		return "no"
	case Yes:
		return "yes"
	}
	return "unknown"
}

// MarshalJSON writes true, false or null.
func (t Trit) MarshalJSON() ([]byte, error) {
	switch t {
	case No:
		return []byte("false"), nil
	case Yes:
		return []byte("true"), nil
	}
	return []byte("null"), nil
}
