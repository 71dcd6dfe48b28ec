package calendar

import (
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"github.com/trueup-dev/trueup/compliance/document"
)

// dayMinutes is how many minutes a civil day has.
const dayMinutes = 24 * 60

// stretch is a half-open stretch of civil time on a day, in minutes since
// midnight. It may go past midnight, up to the end of the next day.
type stretch struct{ start, end int }

var stretchForm = regexp.MustCompile(`^(\d\d):(\d\d)-(\d\d):(\d\d)( next day)?$`)

// parseStretch reads 08:00-12:00, 13:00-24:00 and 22:00-06:00 next day.
func parseStretch(text string) (stretch, error) {
	m := stretchForm.FindStringSubmatch(text)
	if m == nil {
		return stretch{}, fmt.Errorf("%q is no stretch of time; write 08:00-12:00, or 22:00-06:00 next day", text)
	}
	start, err := clock(m[1], m[2])
	if err != nil {
		return stretch{}, err
	}
	end, err := clock(m[3], m[4])
	if err != nil {
		return stretch{}, err
	}
	overnight := m[5] != ""
	switch {
	case start == dayMinutes:
		return stretch{}, fmt.Errorf("%q cannot begin at 24:00; it begins at 00:00 of the next day", text)
	case overnight:
		end += dayMinutes
		if end-start > dayMinutes {
			return stretch{}, fmt.Errorf("%q is longer than a day", text)
		}
	case end <= start:
		return stretch{}, fmt.Errorf("%q ends before it begins; write %q when it goes past midnight", text, text+" next day")
	}
	return stretch{start, end}, nil
}

func clock(hour, minute string) (int, error) {
	h, _ := strconv.Atoi(hour)
	m, _ := strconv.Atoi(minute)
	if m > 59 || h*60+m > dayMinutes {
		return 0, fmt.Errorf("%s:%s is no time of day; 00:00 to 24:00 are", hour, minute)
	}
	return h*60 + m, nil
}

// parseDay reads the stretches of one day, in any order, and refuses overlaps.
func parseDay(texts []document.Text) ([]stretch, document.Problems) {
	var day []stretch
	var ps document.Problems
	for _, t := range texts {
		s, err := parseStretch(strings.TrimSpace(t.Value))
		if err != nil {
			ps = append(ps, t.Problem(1, 1, "%v", err))
			continue
		}
		for _, o := range day {
			if s.start < o.end && o.start < s.end {
				ps = append(ps, t.Problem(1, 1, "%s overlaps another stretch of the day", t.Value))
			}
		}
		day = append(day, s)
	}
	sort.Slice(day, func(i, j int) bool { return day[i].start < day[j].start })
	return day, ps
}
