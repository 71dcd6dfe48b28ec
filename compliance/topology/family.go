package topology

import "regexp"

// family is what the maker says of every processor of a family, so that a dump
// which lists only logical processors still bounds the cores.
type family struct {
	name    *regexp.Regexp
	cores   int // most cores a socket
	threads int // most threads a core; 1 means exactly one
}

// families holds published limits: Sun and Oracle SPARC data sheets and
// supplements, Fujitsu SPARC64 specifications, IBM Power Redbooks, Intel
// Itanium datasheets, HP PA-RISC and Alpha handbooks. The first match counts.
var families = []family{
	{rx(`UltraSPARC[- ]?(I|II|III)[ie+]*\b|UltraSparc (I|II|III)[ie+]*\b`), 1, 1},
	{rx(`UltraSPARC[- ]?IV\+?`), 2, 1},
	{rx(`UltraSPARC[- ]?T1`), 8, 4},
	{rx(`UltraSPARC[- ]?T2\+?`), 8, 8},
	{rx(`\bSPARC[- ]?T3`), 16, 8},
	{rx(`\bSPARC[- ]?T4`), 8, 8},
	{rx(`\bSPARC[- ]?T5`), 16, 8},
	{rx(`\bSPARC[- ]?M5`), 6, 8},
	{rx(`\bSPARC[- ]?M6`), 12, 8},
	{rx(`\bSPARC[- ]?[MT][78]`), 32, 8},
	{rx(`\bSPARC[- ]?S7`), 8, 8},
	{rx(`SPARC64[- ]?VI\b`), 2, 2},
	{rx(`SPARC64[- ]?VII\+?`), 4, 2},
	{rx(`SPARC64[- ]?XII`), 12, 8},
	{rx(`SPARC64[- ]?X\+?`), 16, 2},
	{rx(`PPC970MP`), 2, 1},
	{rx(`PPC970|PowerPC[- ]G[345]|PowerPC_(604|RS64|601|630)|^(601|603|604|740|750|74[0-9]{2})[a-z]*\b`), 1, 1},
	{rx(`POWER3`), 1, 1},
	{rx(`POWER4`), 2, 1},
	{rx(`POWER[56]`), 2, 2},
	{rx(`POWER7`), 8, 4},
	{rx(`POWER8`), 12, 8},
	{rx(`POWER9`), 24, 8},
	{rx(`POWER10`), 15, 8},
	{rx(`POWER11`), 16, 8},
	{rx(`Cell Broadband`), 1, 2},
	{rx(`^Alpha\b`), 1, 1},
	{rx(`PA-?RISC 8[89]00|PA-?8[89]00`), 2, 1},
	{rx(`PA-?RISC 8[0-7][0-9]{2}|PA-?[78][0-7][0-9]{2}`), 1, 1},
	{rx(`Itanium.*\b9[01]`), 2, 2},
	{rx(`Itanium.*\b93`), 4, 2},
	{rx(`Itanium.*\b9[57]`), 8, 2},
	{rx(`Madison|McKinley`), 1, 1},
	{rx(`Core ?(\(TM\))? ?2\b`), 4, 1},
	{rx(`\bOpteron`), 16, 1},
	{rx(`^R4[0-9]{3}|^R1[0-9]000`), 1, 1},
	{rx(`Apple M[0-9]`), 0, 1},
}

func rx(expr string) *regexp.Regexp { return regexp.MustCompile(`(?i)` + expr) }

// familyOf finds the published limits for a model name.
func familyOf(model string) (family, bool) {
	for _, f := range families {
		if f.name.MatchString(model) {
			return f, true
		}
	}
	return family{}, false
}

// coresOf bounds the cores that so many threads of one socket run on.
func (f family) coresOf(threads Count) Count {
	return Count{Min: ceilDiv(threads.Min, max(f.threads, 1)), Max: threads.Max}
}

// applyFamily narrows cores and sockets by the model's published limits, where
// the dump itself says nothing better.
func (p *Processors) applyFamily() {
	f, ok := familyOf(p.Model)
	if !ok || f.threads == 0 {
		return
	}
	if f.threads == 1 && p.Cores == (Count{}) {
		p.Cores = p.Threads
	}
	p.Cores.narrow(f.coresOf(p.Threads))
	if f.cores > 0 {
		p.Sockets.narrow(AtLeast(ceilDiv(p.Cores.Min, f.cores)))
	}
	if f.cores == 1 {
		p.Sockets.narrow(p.Cores)
	}
	if n, ok := p.Sockets.Exact(); ok && f.cores > 0 {
		p.Cores.narrow(Count{Max: n * f.cores})
	}
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
