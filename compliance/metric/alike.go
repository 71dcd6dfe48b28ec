package metric

import (
	"slices"

	"github.com/trueup-dev/trueup/internal/expr"
)

// Multiplies says whether n things that agree on their facts, and differ in who
// they are, need n times what one of them needs. One thing with a count may then
// stand for all of them, whatever their names, users and devices.
//
// It is false for a metric that counts as a whole or looks at its list as a whole,
// such as at its greatest elements; for one that takes a share of each thing, which
// may round; and for one that tells users apart.
func (m *Metric) Multiplies() bool {
	if m.items == nil || m.share != nil {
		return false
	}
	if m.once != nil && (m.items.elem.name != "use" || m.once.name != "device") {
		return false
	}
	if m.items.elem.name == "use" && slices.ContainsFunc(m.reads, func(f *kindField) bool { return f.name == "user" || f.name == "device" }) {
		return false
	}
	return !slices.ContainsFunc(m.expressions(), func(n *expr.Node) bool { return uses(n, m.items.name) })
}

// expressions are all that the metric evaluates.
func (m *Metric) expressions() []*expr.Node {
	out := []*expr.Node{m.where, m.each, m.poolBy, m.poolCount, m.sum}
	for _, d := range m.definitions {
		out = append(out, d.node)
	}
	for _, c := range slices.Concat(m.conditions, m.onItem) {
		out = append(out, c.require)
	}
	for _, r := range slices.Concat(m.remarks, m.itemRemarks) {
		out = append(out, r.when)
	}
	for _, a := range m.also {
		out = append(out, a.count)
	}
	return out
}

// uses says whether an expression names something.
func uses(n *expr.Node, name string) bool {
	if n == nil {
		return false
	}
	return n.Op == expr.Name && n.Name == name || slices.ContainsFunc(n.Args, func(a *expr.Node) bool { return uses(a, name) })
}
