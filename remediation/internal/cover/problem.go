package cover

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// Term is an amount in one row: units of a need, or load on a limit.
type Term struct {
	Row    int
	Amount int64
}

// Item is something that can be chosen.
type Item struct {
	// ID breaks ties, so it must be unique.
	ID string
	// Cost of taking it once. It is never negative.
	Cost int64
	// Max is how often it may be taken, at least once.
	Max int64
	// Gains are units that one taking gives, Loads what it takes of limits. The
	// amounts are positive; a row appears once.
	Gains, Loads []Term
}

// Problem asks for the cheapest choice that meets every need within all limits.
type Problem struct {
	Items []Item
	// Need is how many units each row needs, Limit how much load each allows.
	Need, Limit []int64
	// Excludes are pairs of items, by index, of which at most one may be chosen.
	Excludes [][2]int
	// Requires are pairs of which the first may be chosen only with the second.
	Requires [][2]int
}

// Solution is a choice.
type Solution struct {
	// Count says how often each item of the problem is taken.
	Count []int64
	Cost  int64
	// Bound is a cost that no choice can be below. It equals Cost where the
	// choice is proven best.
	Bound int64
	// Nodes is the number of nodes that the search visited.
	Nodes int
}

// Exact says whether the choice is proven best.
func (s Solution) Exact() bool { return s.Bound == s.Cost }

// ErrInfeasible is returned when no choice meets every need within the limits.
var ErrInfeasible = errors.New("no choice meets every need")

// ErrUndecided is returned when the search ended at its node limit without having
// found a choice. More nodes may find one.
var ErrUndecided = errors.New("no choice was found within the node limit")

// ErrTooLarge is wrapped by the error for a problem whose sums could pass what
// the arithmetic holds.
var ErrTooLarge = errors.New("amounts are too large to plan exactly")

// most bounds the sum of all costs, so that no bound can overflow.
const most = int64(1) << 60

func (p Problem) check() error {
	var total int64
	for i, it := range p.Items {
		if it.Cost < 0 || it.Max < 1 {
			return fmt.Errorf("cover: item %q: cost %d, max %d", it.ID, it.Cost, it.Max)
		}
		for _, rows := range []struct {
			terms []Term
			n     int
		}{{it.Gains, len(p.Need)}, {it.Loads, len(p.Limit)}} {
			for _, t := range rows.terms {
				if t.Row < 0 || t.Row >= rows.n || t.Amount <= 0 {
					return fmt.Errorf("cover: item %d %q: bad term %v", i, it.ID, t)
				}
			}
		}
		n := useful(it.Max, it.Gains, p.Need, true)
		if it.Cost > 0 && n > (most-total)/it.Cost {
			return fmt.Errorf("cover: item %q: %w", it.ID, ErrTooLarge)
		}
		total += it.Cost * n
	}
	for _, pair := range slices.Concat(p.Excludes, p.Requires) {
		for _, i := range pair {
			if i < 0 || i >= len(p.Items) {
				return fmt.Errorf("cover: pair %v names no item", pair)
			}
		}
	}
	return nil
}

// canonical is the order of the items by name: the solution must not depend on
// the order in which the caller lists them.
func (p Problem) canonical() []int {
	order := make([]int, len(p.Items))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(p.Items[a].ID, p.Items[b].ID) })
	return order
}
