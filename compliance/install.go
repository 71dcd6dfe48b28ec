package compliance

import (
	"time"

	"github.com/trueup-dev/trueup/compliance/catalog"
)

// Install is one piece of software found on one device.
type Install struct {
	Device DeviceID
	// Title is what the source reports, unaltered; the catalog recognises it.
	Title catalog.Title
	// User is the user for whom it is installed, empty when for the machine.
	User UserID
	// FirstSeen is when it was first found, LastUsed when it was last started.
	// Zero means not known, which is not the same as never.
	FirstSeen, LastUsed time.Time
	Source              SourceID
}

// Seat is an assignment of a product to a user, as identity systems and vendor
// consoles report it.
type Seat struct {
	User UserID
	// Title names the product as the source does.
	Title catalog.Title
	// Assigned is when the seat was given, LastUsed when it was last used; zero
	// is not known.
	Assigned, LastUsed time.Time
	Source             SourceID
}

// Usage is a measured concurrency of a product: the highest number of licenses
// checked out at one instant within the period.
type Usage struct {
	Title catalog.Title
	// From and To bound the period, To exclusive.
	From, To time.Time
	// Peak is the count, At the first instant at which it occurred.
	Peak   int
	At     time.Time
	Source SourceID
}

// Source is where facts came from, and how fresh and whole they are.
type Source struct {
	ID SourceID `json:"id,omitempty"`
	// Collected is when the source was last read to its end. Zero means that it
	// never was.
	Collected time.Time `json:"collected,omitzero"`
	// Failure says why the last reading did not reach the end; empty when it did.
	// What a failed source gave counts, but every position it feeds is marked.
	Failure string `json:"failure,omitempty"`
	// Devices and Installs are the counts that the source itself stated, for
	// comparison with what arrived; -1 when it stated none.
	Devices  int `json:"devices"`
	Installs int `json:"installs"`
}
