package remedy

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Proposal is a change of a playbook that the lessons of closed cases ask for. Nothing
// takes it in: a person reviews the difference and applies it, or does not.
type Proposal struct {
	// Path and Value are the lesson's.
	Path, Value string
	// Cases are the closed cases whose lessons ask for it, in the order in which they
	// were closed, Reasons what they say: cause, what was learned, change; each once.
	Cases, Reasons []string
	// Diff is the change as a unified difference of the playbook's text. It is empty where
	// the playbook says so already (Taken), and where it cannot be made (Problem).
	Diff    string
	Taken   bool
	Problem string
}

// Proposals are the changes of a playbook that lessons ask for, those that most cases ask
// for first. The text is that of the playbook as it stands in its file, whose name the
// differences carry.
func (d *Desk) Proposals(ctx context.Context, file string, text []byte) ([]Proposal, error) {
	cases, err := d.Cases(ctx)
	if err != nil {
		return nil, err
	}
	cases = slices.DeleteFunc(cases, func(c Case) bool { return c.Closed == nil })
	slices.SortStableFunc(cases, func(a, b Case) int { return a.Closed.At.Compare(b.Closed.At) })
	var out []Proposal
	for _, c := range cases {
		for _, l := range c.Closed.Lessons {
			if l.Path == "" {
				continue
			}
			at := slices.IndexFunc(out, func(p Proposal) bool { return p.Path == l.Path && p.Value == l.Value })
			if at < 0 {
				at, out = len(out), append(out, Proposal{Path: l.Path, Value: l.Value})
			}
			out[at].Cases = once(out[at].Cases, c.Case)
			out[at].Reasons = once(out[at].Reasons, fmt.Sprintf("%s: %s; %s", l.Cause, l.What, l.Change))
		}
	}
	slices.SortStableFunc(out, func(a, b Proposal) int { return len(b.Cases) - len(a.Cases) })
	for i := range out {
		p := &out[i]
		changed, err := edited(text, p.Path, p.Value)
		if err != nil {
			p.Problem = err.Error()
			continue
		}
		p.Taken = string(changed) == string(text)
		p.Diff = unified(file, string(text), string(changed))
	}
	return out, nil
}

// String is the proposal for a reviewer: why, by which cases, and the difference.
func (p Proposal) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s: %s\n", p.Path, p.Value)
	for _, r := range p.Reasons {
		fmt.Fprintf(&b, "# because of %s\n", r)
	}
	fmt.Fprintf(&b, "# learned in case %s\n", strings.Join(p.Cases, ", "))
	switch {
	case p.Problem != "":
		fmt.Fprintf(&b, "# to be changed by hand: %s\n", p.Problem)
	case p.Taken:
		b.WriteString("# the playbook says so already\n")
	}
	return b.String() + p.Diff
}

// context is how many lines a difference shows around what changes.
const contextLines = 3

// unified is the difference of two texts that differ in one place.
func unified(file, before, after string) string {
	if before == after {
		return ""
	}
	a, b := strings.SplitAfter(before, "\n"), strings.SplitAfter(after, "\n")
	from := 0
	for from < min(len(a), len(b)) && a[from] == b[from] {
		from++
	}
	tail := 0
	for tail < min(len(a), len(b))-from && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	start, end := max(0, from-contextLines), min(tail, contextLines)
	var out strings.Builder
	lines := func(mark string, lines []string) {
		for _, l := range lines {
			if l == "" {
				continue
			}
			out.WriteString(mark + strings.TrimSuffix(l, "\n") + "\n")
			if !strings.HasSuffix(l, "\n") {
				out.WriteString("\\ No newline at end of file\n")
			}
		}
	}
	count := func(l []string) int {
		return len(slices.DeleteFunc(slices.Clone(l), func(s string) bool { return s == "" }))
	}
	fmt.Fprintf(&out, "--- a/%s\n+++ b/%s\n@@ -%d,%d +%d,%d @@\n", file, file, start+1, count(a[start:len(a)-tail+end]), start+1, count(b[start:len(b)-tail+end]))
	lines(" ", a[start:from])
	lines("-", a[from:len(a)-tail])
	lines("+", b[from:len(b)-tail])
	lines(" ", a[len(a)-tail:len(a)-tail+end])
	return out.String()
}
