package choice

// box is a set of assignments: how many copies of a class take each option, at
// least and at most. A node of the search tree is one.
type box struct{ least, most []int64 }

// root is the box of all assignments.
func (q *part) root() box {
	b := box{make([]int64, len(q.options)), make([]int64, len(q.options))}
	for i, o := range q.options {
		b.most[i] = o.most
	}
	return b
}

// tighten takes out of the bounds of each class what its count rules out, and
// says whether anything is left.
func (q *part) tighten(b box) bool {
	for _, c := range q.classes {
		var least, most int64
		for i := c.first; i < c.end; i++ {
			least += b.least[i]
			most = min(most+b.most[i], maxTotal)
			if b.least[i] > b.most[i] {
				return false
			}
		}
		if least > c.count || most < c.count {
			return false
		}
		for i := c.first; i < c.end; i++ {
			low, high := b.least[i], b.most[i]
			b.least[i] = max(low, c.count-(most-high))
			b.most[i] = min(high, c.count-(least-low))
			least += b.least[i] - low
			most -= high - b.most[i]
		}
	}
	return true
}

// fixed says whether the box holds one choice only.
func (b box) fixed() bool {
	for i, n := range b.least {
		if n != b.most[i] {
			return false
		}
	}
	return true
}

// round makes whole numbers of x, within the box: the largest fractions go up.
func (q *part) round(x []float64, b box) []int64 {
	out := make([]int64, len(x))
	for _, c := range q.classes {
		left := c.count
		for i := c.first; i < c.end; i++ {
			out[i] = min(max(int64(x[i]+1e-6), b.least[i]), b.most[i])
			left -= out[i]
		}
		for ; left != 0; left -= q.nudge(c, x, b, out, left) {
		}
	}
	return out
}

// nudge moves the option of a class that is furthest from x in the direction of
// left, as far as its neighbour whole number or, where none is behind, as far as
// need be. It gives by how much.
func (q *part) nudge(c class, x []float64, b box, out []int64, left int64) int64 {
	best, most := -1, 0.0
	for i := c.first; i < c.end; i++ {
		behind := x[i] - float64(out[i])
		if left < 0 {
			behind = -behind
		}
		open := left > 0 && out[i] < b.most[i] || left < 0 && out[i] > b.least[i]
		if open && (best < 0 || behind > most) {
			best, most = i, behind
		}
	}
	step := int64(max(1, most))
	if left > 0 {
		step = min(step, left, b.most[best]-out[best])
	} else {
		step = -min(step, -left, out[best]-b.least[best])
	}
	out[best] += step
	return step
}
