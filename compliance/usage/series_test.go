package usage

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// polled is the output of lmstat as a job appends it, one status a minute from
// 12:00, with the numbers in use of each feature; -1 is a feature that the status
// does not name.
func polled(counts ...map[string]int) string {
	var b strings.Builder
	for minute, features := range counts {
		b.WriteString(strings.ReplaceAll(lmstatHead, "12:16", fmt.Sprintf("12:%02d", minute)))
		b.WriteString("License server status: 27000@lic1\n    License file(s) on lic1: /opt/lic:\n\n")
		for _, name := range []string{"draw", "print"} {
			n, named := features[name]
			if !named {
				continue
			}
			fmt.Fprintf(&b, "Users of %s:  (Total of 50 licenses issued;  Total of %d licenses in use)\n\n", name, n)
			for i := range n {
				fmt.Fprintf(&b, "    user%02d pc%02d pc%02d (v1.0) (lic1/27000 %d), start Mon 3/2 8:00\n", i, i, i, 100+i)
			}
		}
	}
	return b.String()
}

// Statuses that follow one another in one file are a series with one peak, at
// every instant at which it was seen.
func TestSeriesOfStatuses(t *testing.T) {
	r := read(t, polled(map[string]int{"draw": 2, "print": 1}, map[string]int{"draw": 5}, map[string]int{"draw": 0}, map[string]int{"draw": 5}, map[string]int{"draw": 3}), Options{})
	require.Len(t, r.Features, 2)
	assert.Equal(t, 4, r.At.Minute())
	draw := r.Features[0]
	assert.EqualValues(t, 3, *draw.InUse)
	assert.Len(t, draw.Checkouts, 3)
	assert.Len(t, draw.Snapshots, 5)
	peak, err := draw.Peak()
	require.NoError(t, err)
	assert.EqualValues(t, 5, peak.AtLeast)
	assert.Nil(t, peak.AtMost, "what happened between the statuses nobody knows")
	require.Len(t, peak.Spans, 2)
	assert.Equal(t, []int{1, 3}, []int{peak.Spans[0].From.Minute(), peak.Spans[1].From.Minute()})
	assert.Len(t, peak.Holders, 5)

	gone := r.Features[1]
	assert.Nil(t, gone.InUse, "not named is not zero")
	peak, err = gone.Peak()
	require.NoError(t, err)
	assert.EqualValues(t, 1, peak.AtLeast)
	require.Len(t, gone.Notes, 1)
	assert.Contains(t, gone.Notes[0].What, "does not name the feature")
}

// Without the line of the server, a new head and a feature seen before begin the
// next status; statuses out of order are put in order.
func TestSeriesWithoutServers(t *testing.T) {
	one := func(minute string, used int) string {
		return strings.ReplaceAll(lmstatHead, "12:16", "12:"+minute) + fmt.Sprintf("Users of draw:  (Total of 9 licenses issued;  Total of %d licenses in use)\n", used)
	}
	r := read(t, one("30", 4)+one("10", 7), Options{})
	require.Len(t, r.Features, 1)
	f := r.Features[0]
	require.Len(t, f.Snapshots, 2)
	assert.Equal(t, 10, f.Snapshots[0].At.Minute())
	assert.EqualValues(t, 7, *f.Snapshots[0].InUse)
	assert.EqualValues(t, 7, *f.InUse, "the last of the file")
	assert.EqualValues(t, 9, *f.Owned, "issued once, not once a status")
}

// A server that does not answer at the last poll leaves the status before as it is.
func TestSeriesThatEndsWithoutAnAnswer(t *testing.T) {
	r := read(t, polled(map[string]int{"draw": 2})+strings.ReplaceAll(lmstatHead, "12:16", "12:45"), Options{})
	require.Len(t, r.Features, 1)
	assert.EqualValues(t, 2, *r.Features[0].InUse)
}

func TestPeakOfASeriesIsItsHighest(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		counts := rapid.SliceOfN(rapid.IntRange(0, 6), 2, 20).Draw(rt, "counts")
		var polls []map[string]int
		highest := 0
		for _, n := range counts {
			polls = append(polls, map[string]int{"draw": n})
			highest = max(highest, n)
		}
		r, err := Read(t.Context(), strings.NewReader(polled(polls...)), Options{})
		require.NoError(rt, err)
		peak, err := r.Features[0].Peak()
		require.NoError(rt, err)
		require.EqualValues(rt, highest, peak.AtLeast)
		var want []time.Time
		for minute, n := range counts {
			if n == highest && n > 0 {
				want = append(want, time.Date(2026, 3, 2, 12, minute, 0, 0, time.UTC))
			}
		}
		var got []time.Time
		for _, s := range peak.Spans {
			got = append(got, s.From.UTC())
		}
		require.Equal(rt, want, got)
	})
}
