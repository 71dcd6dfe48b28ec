package forecast

import (
	"fmt"
	"math/big"
	"slices"
)

// point is a sample as numbers: seconds since the first, and units.
type point struct{ t, y *big.Rat }

// trend is a line with what it may be off by.
type trend struct {
	slope, level *big.Rat // level is the value at the pivot
	pivot        *big.Rat
	slopes       [2]*big.Rat // the bounds of the slope
	scatter      [2]*big.Rat // the bounds of what a value differs from the line
}

// maxPoints is how many samples a trend is taken from at most: of more, that many
// are taken at even distances.
const maxPoints = 60

// thinned leaves out samples evenly, never the first or the last.
func thinned[T any](all []T) []T {
	if len(all) <= maxPoints {
		return all
	}
	out := make([]T, maxPoints)
	for i := range out {
		out[i] = all[i*(len(all)-1)/(maxPoints-1)]
	}
	return out
}

// needed is the least number of samples from which an interval of a coverage can be
// had: as many as make room for the scatter and leave some for the slope.
func needed(coverage *big.Rat) int {
	n := 3
	for {
		if _, _, ok := ranks(n, coverage); ok {
			return n
		}
		n++
	}
}

// ranks are the ranks of the residuals and of the slopes that bound an interval of at
// least the coverage over n samples. The error is shared: to the scatter goes half of
// it, or what one residual at each end takes if that is more, to the slope the rest.
func ranks(n int, coverage *big.Rat) (residual, slope int, ok bool) {
	all := new(big.Rat).Sub(big.NewRat(1, 1), coverage)
	half := new(big.Rat).Quo(all, big.NewRat(2, 1))
	residual = 1
	for tail(n, residual+1).Cmp(half) <= 0 {
		residual++
	}
	rest := new(big.Rat).Sub(all, tail(n, residual))
	slope = slopeRank(n, rest)
	return residual, slope, slope > 0
}

// tail is the probability that a further residual is beyond the k-th of n from either
// end.
func tail(n, k int) *big.Rat { return big.NewRat(int64(2*k), int64(n+1)) }

// slopeRank is the largest rank M such that the slope is between the M-th smallest and
// the M-th largest of the pairwise slopes but for the given probability; 0 where there
// is none. The number of pairs that disagree is distributed as the inversions of a
// random permutation.
func slopeRank(n int, beyond *big.Rat) int {
	if beyond.Sign() <= 0 {
		return 0
	}
	counts := inversions(n)
	total := new(big.Int).MulRange(1, int64(n))
	below, rank := new(big.Int), 0
	for rank < len(counts)/2 {
		below.Add(below, counts[rank])
		outside := new(big.Rat).SetFrac(new(big.Int).Lsh(below, 1), total)
		if outside.Cmp(beyond) > 0 {
			break
		}
		rank++
	}
	return rank
}

// inversions counts the permutations of n things by their inversions.
func inversions(n int) []*big.Int {
	counts := []*big.Int{big.NewInt(1)}
	for k := 2; k <= n; k++ {
		next := make([]*big.Int, len(counts)+k-1)
		sum := new(big.Int) // of the k counts that reach this one
		for i := range next {
			if i < len(counts) {
				sum.Add(sum, counts[i])
			}
			if i >= k {
				sum.Sub(sum, counts[i-k])
			}
			next[i] = new(big.Int).Set(sum)
		}
		counts = next
	}
	return counts
}

// fit puts a line through points in the order of time.
func fit(points []point, coverage *big.Rat) (trend, error) {
	n := len(points)
	residual, rank, ok := ranks(n, coverage)
	if !ok {
		return trend{}, fmt.Errorf("%d samples; at least %d are needed", n, needed(coverage))
	}
	var slopes []*big.Rat
	for i, p := range points {
		for _, q := range points[i+1:] {
			dy, dt := new(big.Rat).Sub(q.y, p.y), new(big.Rat).Sub(q.t, p.t)
			slopes = append(slopes, dy.Quo(dy, dt))
		}
	}
	sortRats(slopes)
	tr := trend{slope: median(slopes), pivot: median(column(points, func(p point) *big.Rat { return p.t }))}
	tr.slopes = [2]*big.Rat{slopes[rank-1], slopes[len(slopes)-rank]}
	offsets := column(points, func(p point) *big.Rat {
		return new(big.Rat).Sub(p.y, new(big.Rat).Mul(tr.slope, new(big.Rat).Sub(p.t, tr.pivot)))
	})
	tr.level = median(offsets)
	tr.scatter = [2]*big.Rat{new(big.Rat).Sub(offsets[residual-1], tr.level), new(big.Rat).Sub(offsets[n-residual], tr.level)}
	return tr, nil
}

// at is the line at an instant, and its bounds: first by the slope, then by scatter
// too.
func (tr trend) at(t *big.Rat) (line *big.Rat, bySlope, byScatter [2]*big.Rat) {
	ahead := new(big.Rat).Sub(t, tr.pivot)
	on := func(slope *big.Rat) *big.Rat { return new(big.Rat).Add(tr.level, new(big.Rat).Mul(slope, ahead)) }
	for i := range 2 {
		bySlope[i] = on(tr.slopes[i])
		byScatter[i] = new(big.Rat).Add(bySlope[i], tr.scatter[i])
	}
	return on(tr.slope), bySlope, byScatter
}

// column is one number of each point, sorted.
func column(points []point, of func(point) *big.Rat) []*big.Rat {
	out := make([]*big.Rat, len(points))
	for i, p := range points {
		out[i] = of(p)
	}
	sortRats(out)
	return out
}

func sortRats(rs []*big.Rat) { slices.SortFunc(rs, (*big.Rat).Cmp) }

// median is that of sorted numbers.
func median(sorted []*big.Rat) *big.Rat {
	n := len(sorted)
	sum := new(big.Rat).Add(sorted[(n-1)/2], sorted[n/2])
	return sum.Quo(sum, big.NewRat(2, 1))
}
