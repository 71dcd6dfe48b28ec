package usage

import (
	"fmt"
	"strings"
	"time"
)

// describe writes a report as a person would check it against its input.
func describe(r *Report, err error) string {
	var b strings.Builder
	if err != nil {
		fmt.Fprintf(&b, "error: %v\n", err)
	}
	if r == nil {
		return b.String()
	}
	fmt.Fprintf(&b, "%v, zone %v, %d lines, %d not understood\n", r.Format, r.Zone, r.Lines, r.UnparsedLines)
	if !r.Covers.From.IsZero() {
		fmt.Fprintf(&b, "covers %s\n", describeSpan(r.Covers))
	}
	if !r.At.IsZero() {
		fmt.Fprintf(&b, "taken %s\n", short(r.At))
	}
	for _, u := range r.Unparsed {
		fmt.Fprintf(&b, "%d:%d: %s: %s\n", u.Line, u.Column, u.Problem, u.Text)
	}
	describeNotes(&b, "", r.Notes)
	for i := range r.Features {
		describeFeature(&b, &r.Features[i])
	}
	return b.String()
}

func describeFeature(b *strings.Builder, f *Feature) {
	fmt.Fprintf(b, "\n%s (%s): %s, owned %s, in use %s", f.Name, f.Vendor, f.Status, known(f.Owned), known(f.InUse))
	if f.Pool != "" {
		fmt.Fprintf(b, " by pool %s, %s of it here", f.Pool, known(f.InUseSelf))
	}
	if f.Reserved > 0 {
		fmt.Fprintf(b, ", %d of it reserved", f.Reserved)
	}
	b.WriteString("\n")
	describePeak(b, f)
	for _, l := range f.Lots {
		end := "end not said"
		if l.Permanent {
			end = "no end"
		} else if !l.Expires.IsZero() {
			end = "until " + short(l.Expires)
		}
		number := fmt.Sprint(l.Licences)
		if l.Uncounted {
			number = "uncounted"
		}
		fmt.Fprintf(b, "  lot %s v%s, in use %s, %s, %s\n", number, l.Version, known(l.InUse), end, l.Server)
	}
	for _, c := range f.Checkouts {
		fmt.Fprintf(b, "  %d v%s %s@%s %s", c.Quantity, c.Version, c.User, c.Host, describeSpan(c.Held))
		if !c.Exact() {
			fmt.Fprintf(b, ", surely %s", describeSpan(c.Sure))
		}
		b.WriteString("\n")
	}
	for _, d := range f.Refusals {
		fmt.Fprintf(b, "  %s %d requests for %d: %s\n", d.Event, d.Requests, d.Licences, d.Reason)
	}
	if f.Queue != (Queue{}) {
		fmt.Fprintf(b, "  queue: %d requests for %s licences, %d served\n", f.Queue.Requests, known(f.Queue.Licences), f.Queue.Served)
	}
	describeNotes(b, "  ", f.Notes)
}

func describePeak(b *strings.Builder, f *Feature) {
	p, err := f.Peak()
	switch {
	case err != nil:
		fmt.Fprintf(b, "  peak: %v\n", err)
		return
	case p == nil:
		b.WriteString("  peak not known\n")
		return
	}
	fmt.Fprintf(b, "  peak %d to %s", p.AtLeast, known(p.AtMost))
	for _, s := range p.Spans {
		fmt.Fprintf(b, " [%s]", describeSpan(s))
	}
	if f.LogPeak != nil {
		fmt.Fprintf(b, ", in log order %d", *f.LogPeak)
	}
	for _, h := range p.Holders {
		fmt.Fprintf(b, ", %s@%s %d", h.User, h.Host, h.Quantity)
	}
	b.WriteString("\n")
}

func describeNotes(b *strings.Builder, indent string, notes []Note) {
	for _, n := range notes {
		kind := "repaired"
		if n.Doubtful {
			kind = "doubtful"
		}
		fmt.Fprintf(b, "%s%s: %d %s", indent, kind, n.Count, n.What)
		if n.Line > 0 {
			fmt.Fprintf(b, " (line %d)", n.Line)
		}
		b.WriteString("\n")
	}
}

func known(n *int64) string {
	if n == nil {
		return "unknown"
	}
	return fmt.Sprint(*n)
}

func short(t time.Time) string {
	if t.IsZero() {
		return "?"
	}
	return strings.TrimSuffix(t.Format("2006-01-02 15:04:05 MST"), " UTC")
}

func describeSpan(s Span) string { return short(s.From) + " .. " + short(s.To) }
