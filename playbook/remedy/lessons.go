package remedy

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/trueup-dev/trueup/compliance"
)

// Learned is what closed cases taught about one cause.
type Learned struct {
	Cause string
	// Cases are those that name the cause, in the order in which they were closed.
	Cases []string
	// Positions are the keys that it concerned, sorted.
	Positions []string
	// Saved is by how much exposure fell in these positions, by currency, sorted.
	Saved []compliance.Money
	// Proposals are the changes that the lessons ask for, each once, in order.
	Proposals []string
}

// Lessons are the causes of all closed cases, the most frequent first: how often each
// came about, and what was proposed so that it does not come again. An author takes
// proposals into the playbook; nothing does it by itself.
func (d *Desk) Lessons(ctx context.Context) ([]Learned, error) {
	cases, err := d.Cases(ctx)
	if err != nil {
		return nil, err
	}
	cases = slices.DeleteFunc(cases, func(c Case) bool { return c.Closed == nil })
	slices.SortStableFunc(cases, func(a, b Case) int { return a.Closed.At.Compare(b.Closed.At) })
	var out []Learned
	for _, c := range cases {
		for _, l := range c.Closed.Lessons {
			at := slices.IndexFunc(out, func(i Learned) bool { return i.Cause == l.Cause })
			if at < 0 {
				at, out = len(out), append(out, Learned{Cause: l.Cause})
			}
			i := &out[at]
			i.Cases, i.Proposals = once(i.Cases, c.Case), once(i.Proposals, l.Change)
			for _, key := range l.Positions {
				i.Positions = once(i.Positions, key)
				i.save(c, key)
			}
			slices.Sort(i.Positions)
		}
	}
	slices.SortStableFunc(out, func(a, b Learned) int {
		return cmp.Or(len(b.Cases)-len(a.Cases), strings.Compare(a.Cause, b.Cause))
	})
	return out, nil
}

// save adds what a case saved in one position.
func (i *Learned) save(c Case, key string) {
	for _, p := range c.Report.Report.Positions {
		if p.Position != key {
			continue
		}
		i.Saved = plus(i.Saved, p.Saving)
	}
}

func once(list []string, s string) []string {
	if s == "" || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
