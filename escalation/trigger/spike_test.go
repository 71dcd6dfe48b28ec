package trigger

import (
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trueup-dev/trueup/compliance"
)

// units is an interval: one number for what is known, two for a range, and -1 for an
// upper bound that nobody knows.
func units(n ...int64) compliance.Interval {
	i := compliance.Interval{Low: decimal.NewFromInt(n[0])}
	if last := n[len(n)-1]; last >= 0 {
		i.High = decimal.NewNullDecimal(decimal.NewFromInt(last))
	}
	return i
}

// series required so much in the runs before, and now.
func series(now compliance.Interval, before ...int64) Series {
	s := Series{Position: compliance.Position{Product: "autodesk/autocad", Metric: "generic.device", Required: now}}
	for i, n := range before {
		s.Before = append(s.Before, Point{At: at.AddDate(0, 0, i-len(before)), Required: units(n)})
	}
	return s
}

var quarter = Spike{Share: decimal.RequireFromString("0.25")}

func ExampleSpikes() {
	for _, f := range Spikes([]Series{series(units(34), 20, 21, 20, 22, 21)}, quarter, at) {
		fmt.Println(f.Verdict, f.Message)
		fmt.Println(f.Facts)
	}
	// Output:
	// fail autodesk/autocad requires 34, after a median of 21 in the 5 runs before
	// [{required 34} {median 21} {deviation 1} {runs 5}]
}

func TestSpikes(t *testing.T) {
	for name, c := range map[string]struct {
		s    Series
		rule Spike
		want string
	}{
		"grows by a quarter":           {series(units(25), 20), quarter, ""},
		"grows by more than a quarter": {series(units(26), 20), quarter, "fail"},
		"falls":                        {series(units(2), 20), quarter, ""},
		"has nothing before":           {series(units(99)), quarter, ""},
		"came of nothing":              {series(units(1), 0, 0), quarter, "fail"},
		"came of less than counts":     {series(units(4), 0), Spike{Share: quarter.Share, Least: decimal.NewFromInt(5)}, ""},
		// 0.6745 x (60-30) / 6 is 3.37, 0.6745 x (62-30) / 6 is 3.60.
		"swings anyway":                     {series(units(60), 24, 36, 30, 24, 36), quarter, ""},
		"swings more than ever":             {series(units(62), 24, 36, 30, 24, 36), quarter, "fail"},
		"too few to know how it swings":     {series(units(60), 24, 36, 30, 24), quarter, "fail"},
		"only the last count":               {series(units(60), 10, 10, 60, 60), Spike{Share: quarter.Share, Over: 2}, ""},
		"upper bound would be":              {series(units(20, 40), 20), quarter, "unknown"},
		"upper bound would not be":          {series(units(20, 25), 20), quarter, ""},
		"upper bound is open":               {series(units(20, -1), 20), quarter, "unknown"},
		"lower bound is already":            {series(units(40, -1), 20), quarter, "fail"},
		"median of an even number is exact": {series(units(3), 1, 2), Spike{Share: one}, ""},
	} {
		got := Spikes([]Series{c.s}, c.rule, at)
		if c.want == "" {
			assert.Empty(t, got, name)
			continue
		}
		require.Len(t, got, 1, name)
		assert.Equal(t, c.want, got[0].Verdict.String(), name)
	}
	unknown := series(units(40), 20)
	unknown.Before = append(unknown.Before, Point{At: at, Required: units(0, -1)})
	got := Spikes([]Series{unknown}, quarter, at)
	require.Len(t, got, 1, "a run that could not tell does not count")
	assert.Equal(t, compliance.Fact{Name: "runs", Value: "1"}, got[0].Facts[3])
	later := Spikes([]Series{series(units(90), 20)}, quarter, at.AddDate(0, 1, 0))
	assert.Equal(t, got[0].Identity(), later[0].Identity(), "one position, one case")
}

// More use is never less of a spike, and the order of what was before is no matter.
func TestSpikesAreMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before := rapid.SliceOfN(rapid.Int64Range(0, 100), 1, 12).Draw(t, "before")
		now := rapid.Int64Range(0, 300).Draw(t, "now")
		if len(Spikes([]Series{series(units(now), before...)}, quarter, at)) == 0 {
			return
		}
		more := rapid.Int64Range(0, 100).Draw(t, "more")
		shuffled := rapid.Permutation(before).Draw(t, "shuffled")
		if len(Spikes([]Series{series(units(now+more), shuffled...)}, quarter, at)) != 1 {
			t.Fatalf("%d is a spike after %v, %d is none", now, before, now+more)
		}
	})
}

func TestFreeSeatsAreMeasured(t *testing.T) {
	lead := &Thresholds{doc: Document{}, seats: map[productKey]FreeSeatsDocument{"autodesk/autocad": {LeadDays: 10}}}
	s := series(units(30), 10, 20)
	s.Position.Surplus = decimal.NewFromInt(100)
	assert.Equal(t, "10", lead.supplies([]Series{s}, at)[0].PerDay.Decimal.String(), "20 more over two days")
	assert.Empty(t, lead.Find(Facts{Series: []Series{s}}, at), "they last ten days to the unit")
	s.Position.Surplus = decimal.NewFromInt(99)
	assert.Len(t, lead.Find(Facts{Series: []Series{s}}, at), 1)
	s.Before = nil
	got := lead.Find(Facts{Series: []Series{s}}, at)
	require.Len(t, got, 1)
	assert.Equal(t, compliance.Unknown, got[0].Verdict, "nothing before to measure from")
	thirds := Series{Position: compliance.Position{Required: units(1)}, Before: []Point{{At: at.Add(-3 * 24 * time.Hour), Required: units(0)}}}
	assert.Equal(t, "0.334", thirds.perDay(at).Decimal.String(), "rounded up")
}
