package topology

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The ranks of a row, from the row for the rest to one that names the machine.
const (
	rankRest = iota
	rankMaker
	rankBrand
	_
	rankNumber
	rankSystem
	// "All single core chips" and "any core running Linux only" override the family.
	rankOverride = 10

	rankCondition = 2 // a condition makes a row closer than the same without
)

// fit tries a row on a processor.
func (r rule) fit(id identity, q Query) fit {
	f := fit{verdict: No, rank: -1}
	switch {
	case len(r.alternatives) > 0:
		for _, a := range r.alternatives {
			if g := a.fit(id, q, r.earlier); g.verdict != No && (g.rank > f.rank || g.verdict == Yes && f.verdict != Yes) {
				f = g
			}
		}
	case r.rest:
		f = fit{verdict: Yes, rank: rankRest, because: []string{"no other row fits"}}
	case r.maxCores+r.minCores+len(r.coreCounts) > 0:
		f = fit{verdict: Yes, rank: rankOverride}
	}
	if f.verdict == No {
		return f
	}
	switch {
	case r.linuxOnly:
		f.rank = rankOverride
	case r.conditional() && !r.rest && f.rank < rankOverride:
		f.rank += rankCondition
	}
	for _, c := range r.checks(id, q) {
		f.apply(c)
	}
	return f
}

// check is a condition tried on a query.
type check struct {
	holds   Trit
	missing string
	because string
}

func (f *fit) apply(c check) {
	switch {
	case c.holds == No || f.verdict == No:
		f.verdict = No
	case c.holds == Unknown:
		f.verdict = Unknown
		f.missing = append(f.missing, c.missing)
	default:
		f.because = append(f.because, c.because)
	}
}

// checks tries each condition of the row.
func (r rule) checks(id identity, q Query) []check {
	var out []check
	add := func(asked bool, known, holds bool, missing, because string) {
		if asked {
			c := check{No, missing, because}
			if !known {
				c.holds = Unknown
			} else if holds {
				c.holds = Yes
			}
			out = append(out, c)
		}
	}
	cores := q.CoresPerSocket
	if id.multicore && cores == 1 {
		cores = 0 // a guest is shown one core of a chip that has more
	}
	add(r.maxCores == 1, cores > 0 || id.multicore, cores == 1, "cores per socket", "one core a socket")
	add(r.minCores > 0, cores > 0 || r.minCores == 2 && id.multicore, cores >= r.minCores || cores == 0, "cores per socket",
		fmt.Sprintf("%d or more cores a socket", r.minCores))
	add(len(r.coreCounts) > 0, cores > 0, slices.Contains(r.coreCounts, cores), "cores per socket", fmt.Sprintf("%d cores a socket", cores))
	add(len(r.speeds) > 0, q.SpeedMHz > 0, nearSpeed(r.speeds, q.SpeedMHz), "clock", fmt.Sprintf("%d MHz", q.SpeedMHz))
	add(r.maxSockets > 0, q.SocketCapacity > 0, q.SocketCapacity <= r.maxSockets, socketCapacity,
		fmt.Sprintf("at most %d sockets", r.maxSockets))
	add(r.minSockets > 0, q.SocketCapacity > 0, q.SocketCapacity >= r.minSockets, socketCapacity,
		fmt.Sprintf("%d or more sockets", r.minSockets))
	add(!r.boughtBefore.IsZero(), !q.Purchased.IsZero(), q.Purchased.Before(r.boughtBefore), "purchase date",
		"bought before "+r.boughtBefore.Format("2006-01-02"))
	add(!r.boughtFrom.IsZero(), !q.Purchased.IsZero(), !q.Purchased.Before(r.boughtFrom), "purchase date",
		"bought on or after "+r.boughtFrom.Format("2006-01-02"))
	add(r.linuxOnly, q.LinuxOnly != Unknown, q.LinuxOnly == Yes, "whether the cores run Linux only", "the cores run Linux only")
	return out
}

// nearSpeed compares clocks as tables round them, to a tenth of a GHz.
func nearSpeed(speeds []int, mhz int) bool {
	return slices.ContainsFunc(speeds, func(s int) bool { return s-50 < mhz && mhz < s+50 })
}

// fit tries one processor, series or machine that a row names.
func (a alternative) fit(id identity, q Query, earlier bool) fit {
	f := fit{verdict: Yes, rank: rankSystem}
	if a.brand != "" {
		switch {
		case id.brand == a.brand:
			f.rank, f.because = rankBrand, []string{"brand " + a.brand}
		case id.maker == a.brand:
			f.rank, f.because = rankMaker, []string{"made by " + a.brand}
		case id.brand == id.maker && makerOf(a.brand) == id.maker:
			f.rank, f.verdict, f.missing = rankBrand, Unknown, []string{"model"}
		default:
			return fit{verdict: No}
		}
	}
	if a.number != "" && f.verdict == Yes {
		f.rank = rankNumber
		f.apply(a.tryNumber(id, earlier))
	}
	if len(a.words) > 0 {
		f.rank = max(f.rank, rankSystem)
		f.apply(a.tryWords(q))
		f.named = a.wordsIn(q.Model)
	}
	return f
}

func (a alternative) tryNumber(id identity, earlier bool) check {
	if id.number == "" {
		return check{Unknown, "model number", ""}
	}
	if a.brand == "z" {
		return check{holds: map[bool]Trit{true: Yes, false: No}[id.number == a.number], because: id.number}
	}
	for pattern := range strings.SplitSeq(a.number, "|") {
		if numberFits(pattern, id) || earlier && a.brand == "power" && generation(id.number) <= generation(pattern) {
			return check{Yes, "", fmt.Sprintf("number %s%s in %s", id.series, id.number, pattern)}
		}
	}
	if earlier && a.brand != "power" {
		return check{Unknown, "whether the model is earlier than those named", ""}
	}
	return check{holds: No}
}

// generation orders POWER4 < POWER5 < POWER5+ < POWER6.
func generation(number string) int {
	n, _ := strconv.Atoi(strings.TrimSuffix(number, "+"))
	if strings.HasSuffix(number, "+") {
		return n*2 + 1
	}
	return n * 2
}

// numberFits compares a number with "56xx", "e7-28xx", "3000-3499", "93" or a
// whole number. A series that the pattern does not name does not fit: a Xeon
// E5-5440 or Gold 5440 would not be of the 54xx series.
func numberFits(pattern string, id identity) bool {
	if low, high, ok := strings.Cut(pattern, "-"); ok && len(low) == 4 && len(high) == 4 {
		return id.series == "" && low <= id.number && id.number <= high
	}
	series, digits := "", pattern
	if i := strings.IndexByte(pattern, '-'); i >= 0 {
		series, digits = pattern[:i+1], pattern[i+1:]
	} else if id.brand == "ultrasparc" || id.brand == "sparc" || id.brand == "sparc64" {
		return pattern == id.series+id.number
	}
	if series != id.series {
		return false
	}
	if len(digits) == 2 && len(id.number) == 4 && id.brand != "power" {
		digits += "xx"
	}
	if len(digits) != len(id.number) {
		return false
	}
	for i := range len(digits) {
		if digits[i] != 'x' && digits[i] != id.number[i] {
			return false
		}
	}
	return true
}

// The facts that rows ask for which name a machine or its size.
const (
	machineModel   = "machine model"
	socketCapacity = "socket capacity"
)

// tryWords looks for the words that name a machine.
func (a alternative) tryWords(q Query) check {
	if a.wordsIn(q.Model) {
		return check{Yes, "", "model " + strings.Join(a.words, " ")}
	}
	if q.System == "" {
		if a.brand == "" {
			return check{holds: No} // nothing else ties the row to this processor
		}
		return check{Unknown, machineModel, ""}
	}
	if !a.wordsIn(q.System + " " + q.Model) {
		return check{holds: No}
	}
	return check{Yes, "", "machine " + strings.Join(a.words, " ")}
}

// wordsIn says whether a name has all the words.
func (a alternative) wordsIn(name string) bool {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return r == ' ' || r == ',' || r == '(' || r == ')' || r == '/'
	})
	return !slices.ContainsFunc(a.words, func(w string) bool {
		return !slices.ContainsFunc(words, func(s string) bool { return wordFits(w, s) })
	})
}

// wordFits compares a word of a row with one of the machine's name: whole,
// "s9xx" with x for any digit, "710-740" or "ps700-ps703" for a range, or a
// single letter for a line of machines.
func wordFits(w, s string) bool {
	if w == s {
		return true
	}
	if low, high, ok := strings.Cut(w, "-"); ok && len(low) == len(high) && len(low) == len(s) {
		return low <= s && s <= high
	}
	if len(w) == 1 {
		return len(s) > 1 && s[0] == w[0] && s[1] >= '0' && s[1] <= '9'
	}
	if len(w) != len(s) || !strings.Contains(w, "xx") {
		return false
	}
	for i := range len(w) {
		if w[i] != s[i] && (w[i] != 'x' || s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	return true
}
