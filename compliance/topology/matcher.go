package topology

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// Row is one row of a vendor's table, in the vendor's own words.
type Row struct {
	// Family is the text of the row: "Intel Xeon Series 56XX, Series 65XX",
	// "UltraSPARC T1 1.0/1.2 GHz", "IBM POWER7, 7+, 8, 9", "POWER7 770 / 780",
	// "Opteron, single-core", "All other multi-core chips".
	Family string
	// Vendor is the maker, and makes a row of all its processors where Family
	// is empty.
	Vendor string
	// Value is what the row assigns: a core factor, PVU per core.
	Value decimal.Decimal
}

// Query is what is known of a processor to be found in a table. Only what the
// rows ask for need be known; what is asked for and missing is named.
type Query struct {
	Model, Vendor  string
	SpeedMHz       int       // 0 is not known
	CoresPerSocket int       // 0 is not known
	SocketCapacity int       // sockets the machine can hold; 0 is not known
	System         string    // the machine's model: "Sun Fire T2000", "IBM Power 770"
	Purchased      time.Time // when the machine was bought; zero is not known
	LinuxOnly      Trit      // whether the cores run Linux alone (IBM's IFL)
}

// Match is a row found, or the reason why none is, with the rows between which
// the answer lies.
type Match struct {
	// Index is the row's place in the table, -1 when no single row is found.
	Index int
	// Value is valid when it is known, even if the row is not: all rows that
	// may fit say the same.
	Value decimal.NullDecimal
	// Low and High bound the value; both are invalid when no row can fit. Certain
	// says that one of the candidates does fit; where it is false the bounds hold
	// only if the table lists the processor at all.
	Low, High decimal.NullDecimal
	Certain   bool
	// Candidates are the rows that may fit, in the order of the table.
	Candidates []int
	// Missing names the facts that would decide.
	Missing []string
	// Reason is a sentence for a person.
	Reason string
}

// Matcher finds processors in a table. It is immutable and safe for use by many
// goroutines.
type Matcher struct {
	rows  []Row
	rules []rule
}

// ErrNoRows is what NewMatcher returns for a table without rows.
var ErrNoRows = errors.New("topology: the table has no rows")

// NewMatcher reads the rows of a table, which apply to the date for which the
// caller chose them. The order matters only between rows that say the same.
func NewMatcher(rows []Row) (*Matcher, error) {
	if len(rows) == 0 {
		return nil, ErrNoRows
	}
	m := &Matcher{rows: slices.Clone(rows)}
	for i, row := range rows {
		if strings.TrimSpace(row.Family) == "" && identify("", row.Vendor).brand == "" {
			return nil, fmt.Errorf("topology: row %d: %w: neither a family nor a known vendor (%q)", i+1, ErrMalformed, row.Vendor)
		}
		m.rules = append(m.rules, parseRow(row))
	}
	return m, nil
}

// Queries gives one Query for each model of a machine. Purchased and LinuxOnly
// are for the caller to fill, who knows them. A guest's cores per socket say
// nothing of the chip and are left out; of a machine they are those fitted.
func (p Processors) Queries() []Query {
	base := Query{Model: p.Model, Vendor: p.Vendor, SpeedMHz: p.SpeedMHz, SocketCapacity: p.SocketCapacity.N(), System: p.System}
	if p.Virtual != Yes {
		base.CoresPerSocket = ratio(p.Installed.Cores, p.Installed.Sockets).N()
		fill(&base.CoresPerSocket, p.CoresPerSocket().N())
	}
	if len(p.Groups) < 2 {
		return []Query{base}
	}
	out := make([]Query, len(p.Groups))
	for i, g := range p.Groups {
		out[i] = base
		out[i].Model = g.Model
		if out[i].CoresPerSocket = 0; p.Virtual != Yes {
			out[i].CoresPerSocket = ratio(g.Cores, g.Sockets).N()
		}
		if out[i].SpeedMHz = speedMHz(g.Model); i == 0 {
			fill(&out[i].SpeedMHz, base.SpeedMHz)
		}
	}
	return out
}

// fit is how one row takes a query.
type fit struct {
	index   int
	verdict Trit // Unknown: it depends on the facts missing
	named   bool // the model itself names the row's machine
	rank    int  // how closely the row describes the processor
	missing []string
	because []string
}

// Match finds the row that describes the processor most closely: a number
// before a brand, a brand before a maker, and the row for the rest last. Rows
// that depend on facts not known are possible; where they disagree with the row
// found, and describe the processor as closely, the answer is unknown and
// bounded.
func (m *Matcher) Match(q Query) Match {
	id := identifyQuery(q)
	if id.brand == "" {
		return m.anything(q)
	}
	var fits []fit
	best := -1
	for i, r := range m.rules {
		f := r.fit(id, q)
		f.index = i
		if f.verdict == No {
			continue
		}
		fits = append(fits, f)
		if f.verdict == Yes {
			best = max(best, f.rank)
		}
	}
	fits = slices.DeleteFunc(fits, func(f fit) bool { return f.rank < best })
	if slices.ContainsFunc(fits, func(f fit) bool { return f.named && f.verdict == Yes }) {
		fits = slices.DeleteFunc(fits, func(f fit) bool { return !f.named && slices.Contains(f.missing, machineModel) })
	}
	return m.decide(id, q, fits)
}

// anything is the answer for a name of no family known here: no row can be
// ruled out.
func (m *Matcher) anything(q Query) Match {
	out := Match{Index: -1, Missing: []string{"model"}, Reason: "the processor's model is not known"}
	out.Certain = slices.ContainsFunc(m.rules, func(r rule) bool { return r.rest })
	if q.Model != "" {
		out.Reason = fmt.Sprintf("%q is of no processor family known here", q.Model)
	}
	for i, row := range m.rows {
		out.Candidates = append(out.Candidates, i)
		out.widen(row.Value)
	}
	return out
}

// widen extends the bounds to a value.
func (out *Match) widen(v decimal.Decimal) {
	if !out.Low.Valid || v.LessThan(out.Low.Decimal) {
		out.Low = decimal.NewNullDecimal(v)
	}
	if !out.High.Valid || v.GreaterThan(out.High.Decimal) {
		out.High = decimal.NewNullDecimal(v)
	}
}

// decide turns the rows left into an answer.
func (m *Matcher) decide(id identity, q Query, fits []fit) Match {
	out := Match{Index: -1}
	name := q.Model
	if name == "" {
		name = id.String()
	}
	if len(fits) == 0 {
		out.Reason = fmt.Sprintf("no row of the table fits %q, and none is for the rest", name)
		return out
	}
	fits = tightest(m.rules, fits)
	for _, f := range fits {
		out.widen(m.rows[f.index].Value)
		out.Candidates = append(out.Candidates, f.index)
	}
	sure := slices.IndexFunc(fits, func(f fit) bool { return f.verdict == Yes })
	out.Certain = sure >= 0 || anyCapacity(m.rules, fits)
	if out.Low.Decimal.Equal(out.High.Decimal) && (sure >= 0 || len(fits) > 1) {
		out.Value = out.Low
	}
	if sure >= 0 && out.Value.Valid {
		f := fits[sure]
		out.Index = f.index
		out.Reason = fmt.Sprintf("%q is in row %q: %s", name, m.label(f.index), strings.Join(f.because, ", "))
		return out
	}
	for _, f := range fits {
		for _, fact := range f.missing {
			if !slices.Contains(out.Missing, fact) {
				out.Missing = append(out.Missing, fact)
			}
		}
	}
	out.Reason = m.undecided(name, fits, out)
	return out
}

// anyCapacity says whether the rows that may fit differ in the sockets a machine
// can hold and in nothing else, and leave out no number.
func anyCapacity(rules []rule, fits []fit) bool {
	most, least := 0, 0
	for _, f := range fits {
		r := rules[f.index]
		if !slices.Equal(f.missing, []string{socketCapacity}) {
			return false
		}
		most, least = max(most, r.maxSockets), max(least, r.minSockets)
	}
	return least > 0 && most >= least-1
}

// undecided says why no single row is found.
func (m *Matcher) undecided(name string, fits []fit, out Match) string {
	var labels []string
	for _, f := range fits {
		if s := fmt.Sprintf("%q (%v)", m.label(f.index), m.rows[f.index].Value); !slices.Contains(labels, s) {
			labels = append(labels, s)
		}
	}
	s := fmt.Sprintf("%q may be in %s", name, strings.Join(labels, " or "))
	if len(out.Missing) > 0 {
		s += "; not known: " + strings.Join(out.Missing, ", ")
	}
	return s
}

func (m *Matcher) label(i int) string {
	if m.rows[i].Family != "" {
		return m.rows[i].Family
	}
	return "all of " + m.rows[i].Vendor
}

// tightest keeps, of rows that differ in the most sockets a machine can hold,
// the one with the lowest limit that still fits.
func tightest(rules []rule, fits []fit) []fit {
	low := 0
	for _, f := range fits {
		if n := rules[f.index].maxSockets; f.verdict == Yes && n > 0 && (low == 0 || n < low) {
			low = n
		}
	}
	if low == 0 {
		return fits
	}
	return slices.DeleteFunc(fits, func(f fit) bool { return rules[f.index].maxSockets > low })
}
