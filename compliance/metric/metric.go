package metric

import (
	"slices"

	"github.com/trueup-dev/trueup/internal/expr"
)

// Metric is a checked metric. It is immutable and safe for concurrent use.
type Metric struct {
	source      *source
	key         Key
	digest      string // of its document
	facts       []fact
	kinds       map[string]*kind
	params      []parameter
	choices     []choice
	tables      []*table
	definitions []definition

	// items is the fact whose elements are counted, nil for a metric that
	// counts as a whole.
	items                         *fact
	item                          string
	where, each                   *expr.Node
	once                          *kindField
	poolBy, poolCount, share, sum *expr.Node
	reads                         []*kindField
	conditions, onItem            []condition
	remarks, itemRemarks          []remark
	also                          []also
}

type condition struct {
	require   *expr.Node
	otherwise string
}

type remark struct {
	when *expr.Node
	say  string
}

type also struct {
	unit  string
	count *expr.Node
}

// Key is the metric's key.
func (m *Metric) Key() Key { return m.key }

// Name is the metric as people call it.
func (m *Metric) Name() string { return m.source.Name }

// Unit is what is counted, such as core licenses.
func (m *Metric) Unit() string { return m.source.Unit }

// Scope is what consumes: what the items of a measurement are.
func (m *Metric) Scope() Scope { return m.source.Scope }

// Reaches says whether the metric may count hosts on which the product does not
// run, so that it must be given those of the same clusters as well: its count
// depends on the fact host.runs.
func (m *Metric) Reaches() bool {
	return m.Scope() == PhysicalHost && slices.ContainsFunc(m.reads, func(f *kindField) bool { return f.name == "runs" })
}

// About is the rule in words.
func (m *Metric) About() string { return m.source.About }

// Sources are where the rule was published.
func (m *Metric) Sources() []Citation { return append([]Citation(nil), m.source.Sources...) }

// Disagreements are the questions on which the sources differ.
func (m *Metric) Disagreements() []Disagreement {
	return append([]Disagreement(nil), m.source.Disagreements...)
}
