package remediation

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Text is the plan for a person to read.
func (p Plan) Text() string {
	var b strings.Builder
	p.head(&b)
	for _, c := range p.Positions {
		fmt.Fprintf(&b, "\n%s, in %s\n", c.Position, c.Unit)
		fmt.Fprintf(&b, "  before  required %s, covered %s, short %s, exposure %s\n", c.Before.Required, c.Before.Covered, c.Before.Short, c.Before.Exposure)
		fmt.Fprintf(&b, "  after   required %s, covered %s, short %s, exposure %s (%s)\n", c.After.Required, c.After.Covered, c.After.Short, c.After.Exposure, c.After.Status)
	}
	for _, c := range p.Causes {
		fmt.Fprintf(&b, "Cause since %s of %s: %s, short by %s more, exposure %s more\n", c.Since.Format(time.DateOnly), c.Position, c.Name, c.Short, c.Exposure)
	}
	p.Impact.write(&b)
	for i, s := range p.Steps {
		s.write(&b, i+1, p.Steps)
	}
	p.tail(&b)
	return b.String()
}

// WriteText writes what [Plan.Text] returns.
func (p Plan) WriteText(w io.Writer) error {
	_, err := io.WriteString(w, p.Text())
	return err
}

func (p Plan) head(b *strings.Builder) {
	fmt.Fprintf(b, "Plan of %s: %d steps, %s, disruption %d, done on %s", p.Strategy, len(p.Steps), p.Cost, p.Disruption, p.Ready.Format(time.DateOnly))
	if !p.Due.IsZero() {
		fmt.Fprintf(b, ", due on %s", p.Due.Format(time.DateOnly))
	}
	if p.Exact {
		fmt.Fprintf(b, "\nNo plan that closes as much has less %s.\n", p.measure())
	} else {
		fmt.Fprintf(b, "\nNo plan that closes as much can have a %s below %s.\n", p.measure(), p.Bound)
	}
}

func (i Impact) write(b *strings.Builder) {
	if i.Devices+i.Users+i.Irreversible == 0 {
		return
	}
	fmt.Fprintf(b, "Devices touched: %d, users: %d", i.Devices, i.Users)
	for _, list := range [][]string{i.Entities, i.Environments} {
		if len(list) > 0 {
			fmt.Fprintf(b, " in %s", strings.Join(list, ", "))
		}
	}
	fmt.Fprintf(b, "; steps that cannot be undone: %d\n", i.Irreversible)
}

func (s Step) write(b *strings.Builder, n int, all []Step) {
	fmt.Fprintf(b, "\n%d. %s\n", n, s.Verb)
	fmt.Fprintf(b, "   owner %s, by %s, cost %s", s.Owner, s.Due.Format(time.DateOnly), s.Cost)
	if s.Risk != "" {
		fmt.Fprintf(b, ", risk %s", s.Risk)
	}
	b.WriteByte('\n')
	if s.Justification != "" {
		fmt.Fprintf(b, "   since %s, not before %s\n", s.Justification, s.Earliest.Format(time.DateOnly))
	}
	for _, id := range s.After {
		at := slices.IndexFunc(all, func(o Step) bool { return o.ID == id })
		fmt.Fprintf(b, "   after step %d\n", at+1)
	}
	if len(s.Also) > 0 {
		fmt.Fprintf(b, "   helps %s too\n", strings.Join(s.Also, ", "))
	}
	fmt.Fprintf(b, "   done when %s\n", s.Criterion)
	if s.Undo == "" {
		fmt.Fprintf(b, "   cannot be undone\n")
	} else {
		fmt.Fprintf(b, "   undo: %s\n", s.Undo)
	}
}

func (p Plan) tail(b *strings.Builder) {
	fmt.Fprintf(b, "\nDone as a whole when %s\n", p.Success)
	for _, o := range p.Open {
		fmt.Fprintf(b, "Stays short: %s by %s, exposure %s: %s\n", o.Position, o.Short, o.Exposure, o.Why)
		if o.Possible != "" {
			fmt.Fprintf(b, "  and by up to %s more where facts are missing\n", o.Possible)
		}
		if a := o.Accepted; a != nil {
			fmt.Fprintf(b, "  accepted by %s until %s: %s\n", a.Approver, a.Until.Format(time.DateOnly), a.Reason)
		}
	}
	for _, n := range p.Negotiations {
		fmt.Fprintf(b, "May be negotiated for %s, by leave of %s: %s; nothing of it counts until it is answered, and %s stays at risk\n", n.Position, n.Approver, n.Topic, n.Exposure)
	}
	for _, s := range p.Later {
		fmt.Fprintf(b, "Possible only after the due date: %s, by %s, cost %s\n", s.Verb, s.Due.Format(time.DateOnly), s.Cost)
	}
	writeUnused(b, p.Unused)
	for _, w := range p.Waivers {
		fmt.Fprintf(b, "Guard %s is waived: %s\n", w.Guard, w.Reason)
	}
	for _, a := range p.Alternatives {
		fmt.Fprintf(b, "Alternative %s: %d steps, %s, disruption %d, done on %s\n", a.Strategy, len(a.Steps), a.Cost, a.Disruption, a.Ready.Format(time.DateOnly))
	}
}

// unusedShown is how many options that fail for one reason are named before the
// rest of them is only counted.
const unusedShown = 2

// writeUnused names the options that were not used, those of one position that
// fail for the same reason together: a page of thirty equal lines is not read.
func writeUnused(b *strings.Builder, unused []Unused) {
	type group struct {
		state    State
		what, on string
	}
	seen := map[group]int{}
	of := func(u Unused) group {
		what, _, _ := strings.Cut(u.Verb, " from ")
		what, _, _ = strings.Cut(what, ": ")
		return group{u.State, what, u.Why}
	}
	for _, u := range unused {
		seen[of(u)]++
	}
	shown := map[group]int{}
	for _, u := range unused {
		g := of(u)
		if shown[g]++; shown[g] <= unusedShown {
			fmt.Fprintf(b, "Not used (%s): %s: %s\n", u.State, u.Verb, u.Why)
		}
		if rest := seen[g] - unusedShown; shown[g] == seen[g] && rest > 0 {
			fmt.Fprintf(b, "Not used (%s): %s, and %d more like it\n", u.State, g.what, rest)
		}
	}
}
