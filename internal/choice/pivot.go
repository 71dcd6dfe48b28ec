package choice

import "math"

// column is a pattern of the basis as its rows see it.
func (x *relaxation) column(k pattern, into []float64) {
	clear(into)
	if k.class < 0 {
		into[k.row] = 1
		return
	}
	for _, u := range k.use {
		into[u.row] += u.units
	}
	for _, u := range x.key[k.class].use {
		into[u.row] -= u.units
	}
}

// factor computes the inverse of the basis anew, and all that follows from it. A
// basis that has become singular is given up for that of the slacks.
func (x *relaxation) factor() {
	n := len(x.right)
	m := make([][]float64, n)
	col := make([]float64, n)
	for r := range m {
		m[r] = make([]float64, 2*n)
		m[r][n+r] = 1
	}
	for c, k := range x.basis {
		x.column(k, col)
		for r := range m {
			m[r][c] = col[r]
		}
	}
	if !invert(m) {
		for r := range x.basis {
			x.basis[r] = pattern{class: -1, row: r}
		}
		x.factor()
		return
	}
	x.inv = m
	for r := range m {
		m[r] = m[r][n:]
	}
	x.values()
}

// values computes levels and prices from the inverse.
func (x *relaxation) values() {
	n := len(x.right)
	left := append([]float64(nil), x.right...)
	for _, k := range x.key {
		for _, u := range k.use {
			left[u.row] -= u.units
		}
	}
	clear(x.price)
	for r := range n {
		x.level[r] = dot(x.inv[r], left)
		k := x.basis[r]
		if k.class < 0 {
			continue
		}
		cost := x.cost(k) - x.cost(x.key[k.class])
		for i, v := range x.inv[r] {
			x.price[i] -= float64(cost * v)
		}
	}
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += float64(v * b[i])
	}
	return sum
}

// invert turns [A I] into [I A^-1].
func invert(m [][]float64) bool {
	n := len(m)
	for c := range n {
		best := c
		for r := c + 1; r < n; r++ {
			if math.Abs(m[r][c]) > math.Abs(m[best][c]) {
				best = r
			}
		}
		if math.Abs(m[best][c]) < 1e-11 {
			return false
		}
		m[c], m[best] = m[best], m[c]
		by := m[c][c]
		for j := range m[c] {
			m[c][j] /= by
		}
		for r := range m {
			if r != c && m[r][c] != 0 {
				subtract(m[r], m[c], m[r][c])
			}
		}
	}
	return true
}

func subtract(from, row []float64, times float64) {
	for j, v := range row {
		from[j] -= float64(times * v)
	}
}

// enter brings a pattern or slack into the basis, at whose level of one the cost
// changes by the given amount.
func (x *relaxation) enter(k pattern, reduced float64) {
	if x.pivots++; x.pivots%64 == 0 {
		x.factor()
	}
	x.column(k, x.a)
	for r := range x.y {
		x.y[r] = dot(x.inv[r], x.a)
	}
	row, step := x.blocking()
	class, keyStep := x.blockingKey(k)
	if row < 0 && class < 0 {
		return
	}
	if class >= 0 && keyStep < step {
		if row = x.rekey(class, k); row < 0 {
			x.key[class] = k
			for r, y := range x.y {
				x.level[r] -= y
			}
			return
		}
		step = 0
		if x.y[row] != 0 {
			step = x.level[row] / x.y[row]
		}
	}
	x.replace(row, k, step, reduced)
}

const pivotal = 1e-9

// blocking is the row of the pattern that is used up first.
func (x *relaxation) blocking() (int, float64) {
	row, step := -1, math.Inf(1)
	for r, y := range x.y {
		if y <= pivotal {
			continue
		}
		at := max(x.level[r], 0) / y
		if at < step-1e-12 || at <= step && row >= 0 && y > x.y[row] {
			row, step = r, at
		}
	}
	return row, step
}

// blockingKey is the class whose key is used up first.
func (x *relaxation) blockingKey(in pattern) (int, float64) {
	class, step := -1, math.Inf(1)
	try := func(c int) {
		level, change := 1.0, 0.0
		if c == in.class {
			change = -1
		}
		for r, k := range x.basis {
			if k.class == c {
				level -= x.level[r]
				change += x.y[r]
			}
		}
		if at := max(level, 0) / -change; change < -pivotal && at < step {
			class, step = c, at
		}
	}
	if in.class >= 0 {
		try(in.class)
	}
	for r, k := range x.basis {
		if k.class >= 0 && k.class != in.class && x.firstOf(k.class) == r {
			try(k.class)
		}
	}
	return class, step
}

func (x *relaxation) firstOf(class int) int {
	for r, k := range x.basis {
		if k.class == class {
			return r
		}
	}
	return -1
}

// rekey makes another pattern of a class its key, and gives the row in which the
// old key now stands; -1 when no other pattern is in the basis.
func (x *relaxation) rekey(class int, in pattern) int {
	row := -1
	for r, k := range x.basis {
		if k.class == class && (row < 0 || x.level[r] > x.level[row]) {
			row = r
		}
	}
	if row < 0 {
		return -1
	}
	level, y := 1.0, 0.0
	if in.class == class {
		y = 1
	}
	for i := range x.inv[row] {
		sum := 0.0
		for r, k := range x.basis {
			if k.class == class {
				sum += x.inv[r][i]
			}
		}
		x.inv[row][i] = -sum
	}
	for r, k := range x.basis {
		if k.class == class {
			level -= x.level[r]
			y -= x.y[r]
		}
	}
	x.level[row], x.y[row] = level, y
	x.key[class], x.basis[row] = x.basis[row], x.key[class]
	return row
}

// replace puts a pattern into a row at a level.
func (x *relaxation) replace(row int, k pattern, step, reduced float64) {
	by := x.y[row]
	if math.Abs(by) < pivotal {
		return
	}
	for i, v := range x.inv[row] {
		x.price[i] -= float64(reduced / by * v)
		x.inv[row][i] = v / by
	}
	for r, y := range x.y {
		if r != row && y != 0 {
			subtract(x.inv[r], x.inv[row], y)
			x.level[r] -= float64(step * y)
		}
	}
	x.level[row] = step
	x.basis[row] = k
}
