package notice

import (
	"fmt"
	"time"
)

// Clearance is how much an audience may know. A higher one includes the lower.
type Clearance uint8

// The clearances, from the least.
const (
	ClearanceInvalid Clearance = iota
	// Public facts may leave the company: that there is a case, and its dates.
	Public
	// Supplier facts are for the publisher concerned, once released.
	Supplier
	// Internal facts are for everyone in the company: product and measure.
	Internal
	// Confidential facts are for those on the case: money, contracts, names.
	Confidential
	// Privileged facts are for counsel and those whom counsel names.
	Privileged
)

var clearances = [...]string{"invalid", "public", "supplier", "internal", "confidential", "privileged"}

// String is the clearance as documents write it.
func (c Clearance) String() string {
	if int(c) < len(clearances) {
		return clearances[c]
	}
	return clearances[ClearanceInvalid]
}

// UnmarshalText reads a clearance as documents write it.
func (c *Clearance) UnmarshalText(text []byte) error {
	for i, n := range clearances[1:] {
		if n == string(text) {
			*c = Clearance(i + 1)
			return nil
		}
	}
	return fmt.Errorf("no clearance is called %q; known are public, supplier, internal, confidential, privileged", text)
}

// Fact is one thing that a message can tell.
type Fact struct {
	Name, Value string
	// Needs is the clearance to see it. A fact without one is for nobody.
	Needs Clearance
	// Until is the end of an embargo: before it the fact needs Privileged
	// whatever Needs says.
	Until time.Time
	// People is set when the fact counts people: how many they are. Such a
	// count is blurred below the audience's threshold.
	People *int
}

// Audience is who reads a message.
type Audience struct {
	Clearance Clearance
	// Threshold is the least number of people that is told as it is; 0 means 5.
	Threshold int
}

const defaultThreshold = 5

// visible is what the audience may know of a fact at an instant.
func (a Audience) visible(f Fact, at time.Time) (string, bool) {
	needs := f.Needs
	if at.Before(f.Until) {
		needs = max(needs, Privileged)
	}
	if f.Needs == ClearanceInvalid || a.Clearance < needs {
		return "", false
	}
	if f.People == nil || a.Clearance >= Confidential {
		return f.Value, true
	}
	k := a.Threshold
	if k <= 0 {
		k = defaultThreshold
	}
	if *f.People < k {
		return fmt.Sprintf("fewer than %d", k), true
	}
	return f.Value, true
}
