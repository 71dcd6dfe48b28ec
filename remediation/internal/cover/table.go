package cover

// table is a dynamic program over what is still needed: best[n] is the least
// cost of n units. A class of many equal items enters as pieces of 1, 2, 4, ...
// of them, so that it costs the logarithm of its count.
type table struct {
	c      *component
	need   int64
	pieces []piece
	best   []int64
	taken  [][]uint64 // per piece, one bit for each n
}

type piece struct {
	class int
	times int64
}

// newTable says false when the table would be too large to be quicker than a
// search.
func newTable(c *component) (*table, bool) {
	t := &table{c: c, need: c.need[0]}
	for k, cl := range c.classes {
		for left, times := cl.max, int64(1); left > 0; times *= 2 {
			n := min(times, left)
			t.pieces = append(t.pieces, piece{k, n})
			left -= n
		}
	}
	return t, t.need < tableCells/int64(max(len(t.pieces), 1))
}

func (t *table) solve() (choice, error) {
	t.best = make([]int64, t.need+1)
	for n := range t.best[1:] {
		t.best[n+1] = saturated
	}
	t.taken = make([][]uint64, len(t.pieces))
	for i, p := range t.pieces {
		t.taken[i] = t.add(p)
	}
	out := choice{count: make([]int64, len(t.c.classes)), cost: t.best[t.need], bound: t.best[t.need]}
	if out.cost == saturated {
		return choice{}, ErrInfeasible
	}
	n := t.need
	for i := len(t.pieces) - 1; i >= 0 && n > 0; i-- {
		if t.taken[i][n/64]&(1<<(n%64)) != 0 {
			p := t.pieces[i]
			out.count[p.class] += p.times
			n = max(n-t.gain(p), 0)
		}
	}
	return out, nil
}

func (t *table) gain(p piece) int64 { return mulSat(t.c.classes[p.class].gains[0].Amount, p.times) }

// add lets the table use a piece and says for which needs it is then used.
func (t *table) add(p piece) []uint64 {
	used := make([]uint64, t.need/64+1)
	gain, cost := t.gain(p), t.c.classes[p.class].cost*p.times
	for n := t.need; n > 0; n-- {
		rest := t.best[max(n-gain, 0)]
		if rest < saturated && rest+cost < t.best[n] {
			t.best[n] = rest + cost
			used[n/64] |= 1 << (n % 64)
		}
	}
	return used
}
