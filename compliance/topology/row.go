package topology

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// rule is a row's text taken apart: alternatives of which one must fit, and
// conditions that all must.
type rule struct {
	alternatives []alternative
	rest         bool // the row for whatever no other fits
	earlier      bool // also what came before the numbers named

	speeds                   []int // MHz
	minCores, maxCores       int   // per socket; 0 is no condition
	coreCounts               []int // "dual/quad core"
	minSockets, maxSockets   int   // sockets the machine can hold
	boughtBefore, boughtFrom time.Time
	linuxOnly                bool
}

// alternative is one processor, series or machine that a row names.
type alternative struct {
	brand  string
	number string   // pattern, "" for the whole brand
	words  []string // of the machine's name; all must appear
}

func (r rule) conditional() bool {
	return len(r.speeds)+len(r.coreCounts)+r.minSockets+r.maxSockets > 0 || r.minCores > 2 || r.maxCores == 1 ||
		!r.boughtBefore.IsZero() || !r.boughtFrom.IsZero()
}

var (
	rowRest    = rx(`\b(all|any) others?\b|not listed|not identified|of any kind|\ball\b.*\bchips\b`)
	rowEarlier = rx(`\b(or|and) earlier\b`)
	rowLinux   = rx(`\(?running linux only\)?|\(ifl\)|\bifl\b`)
	rowSpeed   = rx(`[0-9]+(?:\.[0-9]+)?(?:\s*(?:or|/|,)\s*[0-9]+(?:\.[0-9]+)?)*\s*ghz`)
	rowNumber  = rx(`[0-9]+(?:\.[0-9]+)?`)
	rowSingle  = rx(`single[- ]core`)
	rowMulti   = rx(`multi-?\s?core`)
	rowCounts  = rx(`\b((?:dual|quad)(?:[/, -]+(?:dual|quad))*)[- ]core`)
	rowAtLeast = rx(`with ([0-9]+) or more cores`)
	rowMaxSock = rx(`max(?:imum)?\.? ([0-9]+) sockets`)
	rowMinSock = rx(`more than ([0-9]+) sockets`)
	rowBought  = rx(`(?:\bin|for)?\s*\(?(?:for )?(?:servers? )?(?:bought|purchased) (before|prior to|on or after|after) ([a-z0-9 ,]+)\)?`)
	rowParens  = rx(`\([^)]*\)`)
	rowSplit   = rx(`\s*[,/;]\s*|\s+(?:or|and)\s+`)
	ordinal    = rx(`([0-9])(st|nd|rd|th)\b`)
)

// parseRow takes a row apart. Words that it does not know must appear in the
// name of the machine or the model, so that no row fits by being obscure.
func parseRow(row Row) rule {
	var r rule
	text := strings.ToLower(squeeze(marks.ReplaceAllString(row.Family, "")))
	if text == "" {
		id := identify("", row.Vendor)
		r.alternatives = []alternative{{brand: id.brand}}
		return r
	}
	text = r.conditions(text)
	text = strings.TrimSpace(rowParens.ReplaceAllString(text, " "))
	carried := alternative{}
	for _, phrase := range rowSplit.Split(text, -1) {
		if phrase = strings.TrimSpace(phrase); phrase == "" {
			continue
		}
		a := parseAlternative(phrase, carried)
		if a.brand == "" && a.number == "" && len(a.words) == 0 {
			continue
		}
		r.alternatives = append(r.alternatives, a)
		carried = alternative{brand: a.brand, number: a.number}
	}
	return r
}

// conditions reads and removes everything that is not the name of a processor.
func (r *rule) conditions(text string) string {
	take := func(expr *regexp.Regexp, use func([]string)) {
		if m := expr.FindStringSubmatch(text); m != nil {
			use(m)
			text = strings.Replace(text, m[0], " ", 1)
		}
	}
	take(rowBought, func(m []string) { r.bought(m[1], m[2]) })
	take(rowEarlier, func([]string) { r.earlier = true })
	take(rowLinux, func([]string) { r.linuxOnly = true })
	take(rowSpeed, func(m []string) {
		for _, n := range rowNumber.FindAllString(m[0], -1) {
			r.speeds = append(r.speeds, speedMHz(n+" GHz"))
		}
	})
	take(rowAtLeast, func(m []string) { r.minCores = atoi(m[1]) })
	take(rowMinSock, func(m []string) { r.minSockets = atoi(m[1]) + 1 })
	take(rowMaxSock, func(m []string) { r.maxSockets = atoi(m[1]) })
	take(rowCounts, func(m []string) {
		for word, n := range map[string]int{"dual": 2, "quad": 4} {
			if strings.Contains(m[1], word) {
				r.coreCounts = append(r.coreCounts, n)
			}
		}
		slices.Sort(r.coreCounts)
	})
	take(rowSingle, func([]string) { r.maxCores = 1 })
	take(rowMulti, func([]string) { r.minCores = max(r.minCores, 2) })
	take(rowRest, func([]string) { r.rest = r.maxCores != 1 })
	return text
}

func atoi(s string) int { n, _ := strconv.Atoi(s); return n }

func (r *rule) bought(when, date string) {
	date = ordinal.ReplaceAllString(strings.ReplaceAll(strings.TrimSpace(date), ",", ""), "$1")
	for _, layout := range []string{"2 Jan 2006", "Jan 2 2006", "2 January 2006", "January 2 2006"} {
		d, err := time.Parse(layout, date)
		switch {
		case err != nil:
			continue
		case when == "before" || when == "prior to":
			r.boughtBefore = d
		case when == "after":
			r.boughtFrom = d.AddDate(0, 0, 1)
		default:
			r.boughtFrom = d
		}
		return
	}
}

// noise are words of a row that name no processor.
var noise = map[string]bool{
	"series": true, "models": true, "model": true, "processors": true, "processor": true, "chips": true, "chip": true,
	"servers": true, "technology": true, "core": true, "cores": true, "cpu": true, "intel": true, "amd": true, "ibm": true,
	"hp": true, "sun": true, "oracle": true, "fujitsu": true, "all": true, "other": true, "any": true, "the": true, "of": true,
	"single": true, "in": true, "default": true,
}

// codeNames are the numbers behind names that makers gave a generation.
var codeNames = map[string]string{"nehalem-ex": "65xx|75xx"}

var (
	numberWord = regexp.MustCompile(`^(e[357]-|[tmsx-z])?([0-9x]{1,4})(\+)?\.*$|^[0-9]{4}-[0-9]{4}$`)
	romanWord  = regexp.MustCompile(`^(x{0,2}(?:i[vx]|v?i{0,3}))\+?$`)
)

// parseAlternative reads one phrase of a list. What it leaves out, the brand or
// the generation, is that of the phrase before.
func parseAlternative(phrase string, carried alternative) alternative {
	var a alternative
	words := strings.Fields(phrase)
	id := identify(phrase, "")
	if a.brand = id.brand; a.brand != "" && (a.brand == "power" || strings.HasSuffix(a.brand, "sparc") || a.brand == "sparc64") {
		a.number = id.series + id.number
	}
	if a.brand == "" {
		a.brand = carried.brand
	}
	for _, w := range words {
		w = strings.Trim(w, ".:")
		switch {
		case noise[w] || w == "" || brandWord(w, a.brand):
		case codeNames[w] != "":
			a.number = codeNames[w]
		case a.brand == "" || a.number == "" && !isModelNumber(w, a.brand) || a.number != "" && id.brand != "" && !strings.HasSuffix(a.number, w):
			a.words = append(a.words, w)
		case isModelNumber(w, a.brand):
			a.number = w
		}
	}
	switch sparc := strings.Contains(a.brand, "sparc"); {
	case a.brand == "z":
		a.number = id.number
	case sparc && id.brand != "" && a.number == "" && len(a.words) > 0:
		// "SPARC Enterprise T2000" is a machine.
		a = alternative{words: words}
	case len(a.words) > 0 && a.number == "" && id.brand == "":
		a.number = carried.number
	}
	return a
}

func brandWord(w, brand string) bool {
	return brand != "" && identify(w, "").brand == brand
}

// isModelNumber says whether a word is a number as the brand writes them;
// otherwise it is part of a machine's name.
func isModelNumber(w, brand string) bool {
	switch brand {
	case "power":
		return len(strings.TrimSuffix(w, "+")) <= 2 && rowNumber.MatchString(w[:1])
	case "sparc64":
		return romanWord.MatchString(w)
	case "sparc", "ultrasparc":
		return romanWord.MatchString(w) || len(w) <= 3 && numberWord.MatchString(w)
	case "xeon", "opteron", "itanium", "intel", "amd", "epyc":
		return numberWord.MatchString(w)
	}
	return false
}
