package usage

import (
	"math"
	"strconv"
)

// mostLicences is more than any server counts; a larger number is a misread line.
const mostLicences = 1 << 40

// count reads a number of licences.
func count(s string) (int64, bool) {
	if s == "" || s[0] == '+' {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && n >= 0 && n <= mostLicences
}

// lot makes a lot of a number as the tool writes it; the number that stands for no
// limit makes it uncounted.
func lot(n int64) Lot {
	if n == uncountedNumber {
		return Lot{Uncounted: true}
	}
	return Lot{Licences: n}
}

// addCapped adds numbers of licences, stopping at the largest there is: hostile
// inputs do not wrap around.
func addCapped(a, b int64) int64 {
	if b > math.MaxInt64-a {
		return math.MaxInt64
	}
	return a + b
}
