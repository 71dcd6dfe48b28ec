package cover

import (
	"context"
	"fmt"
)

// Options bound the work.
type Options struct {
	// Nodes is the most nodes that the search visits in one component; 0 means
	// 50,000, and fewer where a component is large.
	Nodes int
}

const (
	defaultNodes = 50_000
	leastNodes   = 200
	// work is how many class visits a search may spend by default.
	work = 400_000_000
	// tableCells is the largest table of a dynamic program.
	tableCells = 20_000_000
)

// Solve finds the cheapest choice. It returns [ErrInfeasible] when there is none,
// wraps [ErrTooLarge] when amounts are past the arithmetic, and else the
// context's error when it was cancelled.
func Solve(ctx context.Context, p Problem, o Options) (Solution, error) {
	if err := p.check(); err != nil {
		return Solution{}, err
	}
	s := Solution{Count: make([]int64, len(p.Items))}
	for _, c := range components(p) {
		part, err := c.solve(ctx, o)
		if err != nil {
			return Solution{}, err
		}
		s.Cost += part.cost >> c.shift
		s.Bound += ceilDiv(part.bound, 1<<c.shift)
		s.Nodes += part.nodes
		for k, n := range part.count {
			c.classes[k].spread(n, s.Count)
		}
	}
	return s, nil
}

// choice is the solution of a component, by class.
type choice struct {
	count       []int64
	cost, bound int64
	nodes       int
}

func (c *component) solve(ctx context.Context, o Options) (choice, error) {
	if err := ctx.Err(); err != nil {
		return choice{}, fmt.Errorf("cover: %w", err)
	}
	for r, got := range c.reach() {
		switch {
		case got >= saturated:
			return choice{}, fmt.Errorf("cover: %w", ErrTooLarge)
		case got < c.need[r]:
			return choice{}, ErrInfeasible
		}
	}
	if c.plain() {
		if t, ok := newTable(c); ok {
			return t.solve()
		}
	}
	return newSearch(ctx, c, o).run()
}

// reach is what taking everything gives each need, cut off where it passes the
// need by far.
func (c *component) reach() []int64 {
	out := make([]int64, len(c.need))
	for _, cl := range c.classes {
		for _, t := range cl.gains {
			out[t.Row] = addSat(out[t.Row], mulSat(t.Amount, cl.max))
		}
	}
	return out
}

// saturated is more than any amount that a problem may hold.
const saturated = int64(1) << 62

func mulSat(a, b int64) int64 {
	if a == 0 || b == 0 {
		return 0
	}
	if a > saturated/b {
		return saturated
	}
	return a * b
}

func addSat(a, b int64) int64 { return min(a+b, saturated) }
