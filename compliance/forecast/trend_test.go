package forecast

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func rat(a, b int64) *big.Rat { return big.NewRat(a, b) }

// permutations calls with every order of 0..n-1.
func permutations(n int, call func([]int)) {
	p := make([]int, n)
	var place func(v int)
	place = func(v int) {
		if v == n {
			call(p)
			return
		}
		for i := range p {
			if p[i] < 0 {
				p[i] = v
				place(v + 1)
				p[i] = -1
			}
		}
	}
	for i := range p {
		p[i] = -1
	}
	place(0)
}

func TestInversions(t *testing.T) {
	for n := 1; n <= 6; n++ {
		want := make([]int64, n*(n-1)/2+1)
		permutations(n, func(p []int) {
			k := 0
			for i := range p {
				for j := range i {
					if p[j] > p[i] {
						k++
					}
				}
			}
			want[k]++
		})
		var got []int64
		for _, c := range inversions(n) {
			got = append(got, c.Int64())
		}
		assert.Equal(t, want, got, "n=%d", n)
	}
}

// Over all orders of six values without a trend, the interval of the slope holds zero
// in the share that was asked for, and the next narrower one does not.
func TestSlopeIntervalHoldsItsShare(t *testing.T) {
	const n = 6
	for _, beyond := range []*big.Rat{rat(1, 100), rat(5, 100), rat(20, 100), rat(50, 100)} {
		rank := slopeRank(n, beyond)
		require.Positive(t, rank)
		var all, outside, outsideNext int64
		permutations(n, func(p []int) {
			var slopes []*big.Rat
			for i := range p {
				for j := range i {
					slopes = append(slopes, rat(int64(p[i]-p[j]), int64(i-j)))
				}
			}
			sortRats(slopes)
			without := func(rank int) bool { return slopes[rank-1].Sign() > 0 || slopes[len(slopes)-rank].Sign() < 0 }
			all++
			if without(rank) {
				outside++
			}
			if without(rank + 1) {
				outsideNext++
			}
		})
		assert.LessOrEqual(t, rat(outside, all).Cmp(beyond), 0)
		assert.Positive(t, rat(outsideNext, all).Cmp(beyond))
	}
}

func TestSamplesNeeded(t *testing.T) {
	for _, tt := range []struct {
		percent int64
		want    int
	}{{50, 4}, {80, 10}, {90, 20}, {95, 40}} {
		assert.Equal(t, tt.want, needed(rat(tt.percent, 100)), "%d %%", tt.percent)
	}
}

// The example of Sen's paper, whose points are not evenly spaced.
func TestSensExample(t *testing.T) {
	var points []point
	for i, x := range []int64{1, 2, 3, 4, 10, 12, 18} {
		points = append(points, point{rat(x, 1), rat([]int64{9, 15, 19, 20, 45, 55, 78}[i], 1)})
	}
	tr, err := fit(points, rat(60, 100))
	require.NoError(t, err)
	assert.Equal(t, "4", tr.slope.RatString())
	line, bySlope, byScatter := tr.at(rat(20, 1))
	assert.Equal(t, "86", line.RatString(), "the line through the fourth point, the median of time, with what remains")
	for i, sign := range []int{-1, 1} {
		assert.Equal(t, sign, bySlope[i].Cmp(line))
		assert.Equal(t, sign, byScatter[i].Cmp(bySlope[i]))
	}
}

// One wild sample moves neither slope nor level.
func TestOutliersDoNotMoveTheLine(t *testing.T) {
	var points []point
	for i := range int64(12) {
		points = append(points, point{rat(i, 1), rat(100+2*i, 1)})
	}
	points[5].y = rat(5000, 1)
	tr, err := fit(points, rat(80, 100))
	require.NoError(t, err)
	line, _, _ := tr.at(rat(20, 1))
	assert.Equal(t, "2", tr.slope.RatString())
	assert.Equal(t, "140", line.RatString())
}

func TestThinning(t *testing.T) {
	all := make([]int, 1000)
	for i := range all {
		all[i] = i
	}
	some := thinned(all)
	assert.Len(t, some, maxPoints)
	assert.Equal(t, []int{0, 16}, some[:2])
	assert.Equal(t, 999, some[maxPoints-1])
	assert.Len(t, thinned(all[:7]), 7)
}
