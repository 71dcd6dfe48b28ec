package metric

import (
	"context"
	"math/big"
	"slices"

	"github.com/trueup-dev/trueup/compliance/metric/internal/reckon"
)

// tally counts how often each text of a list occurs. Where one of them is not
// known the counts are open.
func tally(_ context.Context, args []reckon.Value) (reckon.Value, error) {
	list := args[0]
	at := map[string]int{}
	var counts []int64
	missing := list.Missing
	for _, v := range list.List {
		if missing = reckon.Union(missing, reckon.Union(v.Missing, v.Perhaps)); !v.Known() {
			continue
		}
		i, seen := at[v.Text]
		if !seen {
			i = len(counts)
			at[v.Text] = i
			counts = append(counts, 0)
		}
		counts[i]++
	}
	if len(missing) > 0 {
		return reckon.Value{Kind: reckon.ListKind, Missing: missing}, nil
	}
	out := make([]reckon.Value, len(counts))
	for i, n := range counts {
		out[i] = reckon.Int(n)
	}
	return reckon.ListOf(out), nil
}

// top adds the greatest numbers of a list. It is open as soon as one of them is
// not known.
func top(_ context.Context, args []reckon.Value) (reckon.Value, error) {
	missing := reckon.Union(args[0].Missing, args[1].Missing)
	for _, v := range args[0].List {
		missing = reckon.Union(missing, reckon.Union(v.Missing, v.Perhaps))
	}
	n, known := args[1].Number.Exact()
	if len(missing) > 0 || !known {
		return unsure(0, nil, missing), nil
	}
	sorted := slices.Clone(args[0].List)
	slices.SortStableFunc(sorted, func(a, b reckon.Value) int { return b.Number.Low.Cmp(a.Number.Low) })
	if n.Num().IsInt64() && n.Num().Int64() < int64(len(sorted)) {
		sorted = sorted[:max(n.Num().Int64(), 0)]
	}
	return reckon.Total(reckon.ListOf(sorted)), nil
}

// windows are the means of every run of so many numbers of a list; of a list
// that is shorter, its mean.
func windows(_ context.Context, args []reckon.Value) (reckon.Value, error) {
	list := args[0]
	missing := reckon.Union(list.Missing, args[1].Missing)
	for _, v := range list.List {
		missing = reckon.Union(missing, reckon.Union(v.Missing, v.Perhaps))
	}
	width, known := args[1].Number.Exact()
	if len(missing) > 0 || !known {
		return reckon.Value{Kind: reckon.ListKind, Missing: missing}, nil
	}
	if width.Sign() <= 0 || len(list.List) == 0 {
		return reckon.Value{}, errEmptyAverage
	}
	n := len(list.List)
	if width.Num().IsInt64() && width.Num().Int64() < int64(n) {
		n = int(width.Num().Int64())
	}
	out := make([]reckon.Value, 0, len(list.List)-n+1)
	sum := new(big.Rat)
	for i, v := range list.List {
		sum = new(big.Rat).Add(sum, v.Number.Low)
		if i >= n {
			sum.Sub(sum, list.List[i-n].Number.Low)
		}
		if i >= n-1 {
			out = append(out, mean(list.List[i-n+1:i+1], sum))
		}
	}
	return reckon.ListOf(out), nil
}

// mean divides a run's sum by its length. A short run is spelt out.
func mean(run []reckon.Value, sum *big.Rat) reckon.Value {
	total := reckon.NumberValue(sum, reckon.Labelled(reckon.Exactly(sum), ""))
	if len(run) <= termsInline {
		total = reckon.Total(reckon.ListOf(run))
	}
	return reckon.Quotient(total, reckon.Int(int64(len(run))))
}
