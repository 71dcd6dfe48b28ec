package usage

import (
	"strings"
	"time"
)

// expires sets the end of the lot from a date as licence tools write it. It is
// false where the text is no date that can be understood without guessing.
func (l *Lot) expires(text string, zone *time.Location) bool {
	text = strings.ToLower(strings.TrimSpace(text))
	if strings.HasPrefix(text, "permanent") || text == "never" {
		l.Permanent = true
		return true
	}
	if part := strings.Split(text, "-"); len(part) == 3 && part[2] != "" && strings.Trim(part[2], "0") == "" {
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
		exists := int(t.Month()) == month && t.Day() == day && t.Hour() == hour && t.Minute() == minute
		recent := !t.After(at.Add(time.Minute)) && !t.Before(at.AddDate(-1, 0, -1))
		if exists && recent && (weekday < 0 || int(t.Weekday()) == weekday) {
			return t, true
		}
	}
	return time.Time{}, false
}
