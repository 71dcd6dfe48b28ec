package usage

import (
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWindowsFollowTheCalendar(t *testing.T) {
	madrid, err := time.LoadLocation("Europe/Madrid")
	require.NoError(t, err)
	kolkata, err := time.LoadLocation("Asia/Kolkata")
	require.NoError(t, err)
	for _, tc := range []struct {
		name     string
		from, to time.Time
		period   Period
		lengths  []time.Duration
	}{
		{"the clocks go back: a day of 25 hours", time.Date(2026, 10, 24, 12, 0, 0, 0, madrid),
			time.Date(2026, 10, 26, 6, 0, 0, 0, madrid), Day, []time.Duration{12 * time.Hour, 25 * time.Hour, 6 * time.Hour}},
		{"the clocks go forward: a day of 23 hours", time.Date(2026, 3, 29, 0, 0, 0, 0, madrid),
			time.Date(2026, 3, 30, 0, 0, 0, 0, madrid), Day, []time.Duration{23 * time.Hour}},
		{"the hour that occurs twice is two hours", time.Date(2026, 10, 25, 1, 0, 0, 0, madrid),
			time.Date(2026, 10, 25, 4, 0, 0, 0, madrid), Hour, []time.Duration{time.Hour, time.Hour, time.Hour, time.Hour}},
		{"months", time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), Month,
			[]time.Duration{24 * time.Hour, 28 * 24 * time.Hour, 24 * time.Hour}},
		{"hours of a zone half an hour off", time.Date(2026, 1, 1, 9, 45, 0, 0, kolkata),
			time.Date(2026, 1, 1, 11, 15, 0, 0, kolkata), Hour, []time.Duration{15 * time.Minute, time.Hour, 15 * time.Minute}},
		{"before 1970", time.Date(1960, 1, 1, 9, 45, 0, 0, time.UTC),
			time.Date(1960, 1, 1, 10, 15, 0, 0, time.UTC), Hour, []time.Duration{15 * time.Minute, 15 * time.Minute}},
		{"no period", noon, at(60), PeriodInvalid, nil},
		{"no time", noon, noon, Hour, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var lengths []time.Duration
			for _, w := range timeline(t).Windows(Span{tc.from, tc.to}, tc.period) {
				lengths = append(lengths, w.Duration())
			}
			assert.Equal(t, tc.lengths, lengths)
		})
	}
}

func TestAverageIsExact(t *testing.T) {
	tl := timeline(t, held("ann", 0, 20, 1), held("bob", 10, 50, 2))
	least, most := tl.Average(span(0, 70))
	assert.Equal(t, "10/7", most.RatString()) // (20 x 1 + 40 x 2) / 70
	assert.Equal(t, "10/7", least.RatString())
	_, none := tl.Average(span(5, 5))
	assert.Nil(t, none)
}

func TestAverageBeyond64Bits(t *testing.T) {
	year := Span{noon, noon.AddDate(1, 0, 0)}
	c := Checkout{User: "ann", Host: "pc", Quantity: 1 << 40, Held: year, Sure: year}
	_, most := timeline(t, c).Average(year)
	assert.Zero(t, most.Cmp(big.NewRat(1<<40, 1)))
}

func TestMean(t *testing.T) {
	tl := timeline(t, held("ann", 0, 60, 1), held("bob", 30, 90, 1))
	hours := tl.Windows(span(0, 180), Hour)
	hosts := Mean(hours, func(w Window) *big.Rat { return big.NewRat(int64(w.Hosts), 1) })
	assert.Equal(t, "2/3", hosts.RatString()) // one host in each of the first two hours
	used := Mean(hours, func(w Window) *big.Rat { return w.AverageAtMost })
	assert.Equal(t, "2/3", used.RatString()) // 120 licence-minutes in 180 minutes
	assert.Nil(t, Mean(nil, nil))
}
