package remediation

import (
	"fmt"
	"time"
)

// Date is an instant that a document gives as a day, in UTC, or with a time of
// RFC 3339.
type Date struct{ time.Time }

// UnmarshalText reads 2026-03-31 or 2026-03-31T17:00:00Z.
func (d *Date) UnmarshalText(text []byte) error {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, string(text)); err == nil {
			d.Time = t.UTC()
			return nil
		}
	}
	return fmt.Errorf("%q is not a date; write it like 2026-03-31", text)
}

const day = 24 * time.Hour

func addDays(t time.Time, n int) time.Time { return t.AddDate(0, 0, n) }

// wholeDays is how many full days passed between two instants, never negative.
func wholeDays(from, to time.Time) int {
	return int(max(to.Sub(from), 0) / day)
}
