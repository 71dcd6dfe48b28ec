package topology

import (
	"regexp"
	"strings"
)

// family is what the maker says of every processor of a family, so that a dump
// which lists only logical processors still bounds the cores.
type family struct {
	name    *regexp.Regexp
	cores   int  // most cores a socket
	threads int  // most threads a core; 1 means exactly one
	alone   bool // only ever one in a machine
}

// families holds published limits: Sun and Oracle SPARC data sheets and
// supplements, Fujitsu SPARC64 specifications, IBM Power Redbooks, Intel
// Itanium datasheets, HP PA-RISC and Alpha handbooks. The first match counts.
var families = []family{
	{name: rx(`UltraSPARC[- ]?(I|II|III)[ie+]*\b|UltraSparc (I|II|III)[ie+]*\b`), cores: 1, threads: 1},
	{name: rx(`UltraSPARC[- ]?IV\+?`), cores: 2, threads: 1},
	{name: rx(`UltraSPARC[- ]?T1`), cores: 8, threads: 4, alone: true},
	{name: rx(`UltraSPARC[- ]?T2\+`), cores: 8, threads: 8},
	{name: rx(`UltraSPARC[- ]?T2`), cores: 8, threads: 8, alone: true},
	{name: rx(`\bSPARC[- ]?T3`), cores: 16, threads: 8},
	{name: rx(`\bSPARC[- ]?T4`), cores: 8, threads: 8},
	{name: rx(`\bSPARC[- ]?T5`), cores: 16, threads: 8},
	{name: rx(`\bSPARC[- ]?M5`), cores: 6, threads: 8},
	{name: rx(`\bSPARC[- ]?M6`), cores: 12, threads: 8},
	{name: rx(`\bSPARC[- ]?[MT][78]`), cores: 32, threads: 8},
	{name: rx(`\bSPARC[- ]?S7`), cores: 8, threads: 8},
	{name: rx(`SPARC64[- ]?VI\b`), cores: 2, threads: 2},
	{name: rx(`SPARC64[- ]?VII\+?`), cores: 4, threads: 2},
	{name: rx(`SPARC64[- ]?XII`), cores: 12, threads: 8},
	{name: rx(`SPARC64[- ]?X\+?`), cores: 16, threads: 2},
	{name: rx(`PPC970MP|PowerPC[- ]G5`), cores: 2, threads: 1},
	{name: rx(`PPC970|PowerPC[- ]G[34]|PowerPC_(604|RS64|601|630)|^(601|603|604|740|750|74[0-9]{2})[a-z]*\b`), cores: 1, threads: 1},
	{name: rx(`POWER3`), cores: 1, threads: 1},
	{name: rx(`POWER4`), cores: 2, threads: 1},
	{name: rx(`POWER[56]`), cores: 2, threads: 2},
	{name: rx(`POWER7`), cores: 8, threads: 4},
	{name: rx(`POWER8`), cores: 12, threads: 8},
	{name: rx(`POWER9`), cores: 24, threads: 8},
	{name: rx(`POWER10`), cores: 15, threads: 8},
	{name: rx(`POWER11`), cores: 16, threads: 8},
	{name: rx(`Cell Broadband`), cores: 1, threads: 2},
	{name: rx(`^Alpha\b`), cores: 1, threads: 1},
	{name: rx(`PA-?RISC 8[89]00|PA-?8[89]00`), cores: 2, threads: 1},
	{name: rx(`PA-?RISC 8[0-7][0-9]{2}|PA-?[78][0-7][0-9]{2}`), cores: 1, threads: 1},
	{name: rx(`Itanium.*\b9[01]`), cores: 2, threads: 2},
	{name: rx(`Itanium.*\b93`), cores: 4, threads: 2},
	{name: rx(`Itanium.*\b9[57]`), cores: 8, threads: 2},
	{name: rx(`Madison|McKinley`), cores: 1, threads: 1},
	{name: rx(`Core ?(\(TM\))? ?2\b`), cores: 4, threads: 1},
	{name: rx(`\bOpteron`), cores: 16, threads: 1},
	{name: rx(`^R4[0-9]{3}|^R1[0-9]000`), cores: 1, threads: 1},
	{name: rx(`Apple M[0-9]`), cores: 0, threads: 1},
}

// rx compiles an expression for text in lower case. Folding case in the
// expression would cost it its literal prefix.
func rx(expr string) *regexp.Regexp { return regexp.MustCompile(strings.ToLower(expr)) }

// familyOf finds the published limits for a model name.
func familyOf(model string) (family, bool) {
	model = strings.ToLower(model)
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
