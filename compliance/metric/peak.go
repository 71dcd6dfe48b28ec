package metric

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/trueup-dev/trueup/compliance/metric/internal/reckon"
)

var errEmptyAverage = errors.New("average of an empty list")

// change is a number of licenses taken or given back at an instant.
type change struct {
	at, by *big.Rat
}

// peak is the most that sessions hold at one instant. Intervals are half open: a
// session that ends when another starts does not overlap it. Sessions whose ends
// are not known count for nothing at the least, and throughout at the most.
func peak(_ context.Context, args []reckon.Value) (reckon.Value, error) {
	if !args[0].Known() {
		n := reckon.Number{Low: new(big.Rat)}
		return reckon.Value{Kind: reckon.NumberKind, Number: n, Missing: args[0].Missing, Term: reckon.Labelled(n, "")}, nil
	}
	var changes []change
	unknown := new(big.Rat)
	missing := map[string]bool{}
	for _, v := range args[0].List {
		s := v.Object.(*Session)
		quantity := rat(s.Quantity, 1)
		start, end := s.Start, s.End
		if !start.Known() || !end.Known() || len(v.Perhaps) > 0 {
			unknown.Add(unknown, quantity)
			for name, n := range map[string]Number{"session.start": start, "session.end": end} {
				if !n.Known() {
					missing[name] = true
				}
			}
			for _, p := range v.Perhaps {
				missing[p] = true
			}
			continue
		}
		from, to := rat(start, 0), rat(end, 0)
		if to.Cmp(from) < 0 {
			return reckon.Value{}, fmt.Errorf("session %q ends at %s, before it starts at %s", s.ID, end, start)
		}
		changes = append(changes, change{from, quantity}, change{to, new(big.Rat).Neg(quantity)})
	}
	most := highest(changes)
	if unknown.Sign() == 0 {
		return reckon.NumberValue(most, reckon.Labelled(reckon.Exactly(most), "")), nil
	}
	n := reckon.Number{Low: most, High: new(big.Rat).Add(most, unknown)}
	return reckon.Value{Kind: reckon.NumberKind, Number: n, Missing: sortedKeys(missing), Term: reckon.Labelled(n, "")}, nil
}

// highest sweeps over the changes; at one instant what is given back comes first.
func highest(changes []change) *big.Rat {
	slices.SortFunc(changes, func(a, b change) int {
		if c := a.at.Cmp(b.at); c != 0 {
			return c
		}
		return a.by.Cmp(b.by)
	})
	held, most := new(big.Rat), new(big.Rat)
	for _, c := range changes {
		held.Add(held, c.by)
		if held.Cmp(most) > 0 {
			most.Set(held)
		}
	}
	return most
}

func rat(n Number, fallback int64) *big.Rat {
	if d, ok := n.Decimal(); ok {
		return d.Rat()
	}
	return new(big.Rat).SetInt64(fallback)
}

func sortedKeys(set map[string]bool) []string {
	out := make([]string, 0, len(set))
	for k := range set {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
