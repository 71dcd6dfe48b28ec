package compliance

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance/certificate"
	"github.com/trueup-dev/trueup/internal/choice"
)

// certificate states what was decided, with its proof. Groups are named by the
// consumers in them, supplies by their entitlement, and by the number of their pool
// where it has several.
func (m *modeller) certificate(groups []group, sol choice.Solution) *certificate.Certificate {
	l := choice.Labels{Scale: m.units, Cents: m.cents, Groups: make([]choice.GroupLabel, len(m.problem.Groups))}
	for _, d := range m.desks {
		seen := map[int]int{}
		for _, p := range d.bench.parts {
			id := string(d.bench.entitlements[p.entitlement].ID)
			if seen[p.entitlement]++; seen[p.entitlement] > 1 {
				id += fmt.Sprintf(" (%d)", seen[p.entitlement])
			}
			l.Supplies = append(l.Supplies, id)
		}
	}
	for n, g := range groups {
		if at := m.place[n]; at >= 0 {
			l.Groups[at] = choice.GroupLabel{ID: m.groupName(at, g)}
			for _, k := range m.open[n] {
				l.Groups[at].Options = append(l.Groups[at].Options, choice.OptionLabel{ID: m.optionName(k, g)})
			}
		}
	}
	for at := range l.Groups {
		if l.Groups[at].ID == "" {
			l.Groups[at] = choice.GroupLabel{ID: fmt.Sprintf("class %d", at+1), Options: []choice.OptionLabel{
				{Demands: []choice.DemandLabel{{Members: m.members[at]}}}}}
		}
	}
	c := choice.Certify(m.problem, sol, l)
	return &c
}

// groupName names a group by its number and its first consumers.
func (m *modeller) groupName(at int, g group) string {
	const most = 3
	var names []string
	for _, i := range g.items[:min(most, len(g.items))] {
		names = append(names, m.outcome(i).Consumer)
	}
	if more := len(g.items) - most; more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return fmt.Sprintf("group %d: %s", at+1, strings.Join(names, ", "))
}

// optionName names an option by its number and the ways that it takes.
func (m *modeller) optionName(k int, g group) string {
	var names []string
	for _, w := range g.options[k].ways {
		names = append(names, string(w.right)+" "+w.name)
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", k+1, strings.Join(names, ", ")))
}

// member names a consumer of a class by what it needs, with its product where
// several are decided together: it may need alike of them.
func (m *modeller) member(i int, amount decimal.Decimal) certificate.Member {
	o := m.outcome(i)
	id := strings.TrimSpace(o.Consumer + " " + o.Layer)
	if len(m.desks) > 1 {
		id = string(m.desks[m.items[i].desk].product) + " " + id
	}
	return certificate.Member{ID: id, Amount: amount}
}
