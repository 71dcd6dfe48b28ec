package metric

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/compliance/metric/internal/reckon"
)

// Describe writes the metric for a person: the rule and its arithmetic, what it
// reads, the choices and how to choose, the disagreements, the sources, and the
// worked examples with the explanations of their counts.
func (m *Metric) Describe(ctx context.Context) (string, error) {
	d := describer{}
	d.line("%s: %s", m.key, m.source.Name)
	d.line("unit %s, scope %s", m.Unit(), m.Scope())
	d.line("\n%s", wrap(m.source.About))
	d.count(m.source)
	d.settings(m)
	d.tables(m)
	d.list("Disagreements", len(m.source.Disagreements), func(i int) string { return m.source.Disagreements[i].About })
	d.list("Sources", len(m.source.Sources), func(i int) string { return m.source.Sources[i].String() })
	if err := d.examples(ctx, m); err != nil {
		return "", err
	}
	return d.String(), nil
}

type describer struct{ strings.Builder }

func (d *describer) line(format string, args ...any) {
	fmt.Fprintf(d, format+"\n", args...)
}

func (d *describer) list(title string, n int, item func(int) string) {
	if n == 0 {
		return
	}
	d.line("\n%s", title)
	for i := range n {
		d.line("  %s", item(i))
	}
}

// String is the citation on one line.
func (c Citation) String() string {
	s := c.URL
	if c.Title != "" {
		s = c.Title + " <" + c.URL + ">"
	}
	if c.Date != "" {
		s += ", " + c.Date
	}
	return s
}

func (d *describer) count(s *source) {
	d.line("\nCount")
	say := func(what string, t document.Text) {
		if !t.IsZero() {
			d.line("  %-7s %s", what, strings.Join(strings.Fields(t.Value), " "))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Define)) {
		say(name, s.Define[name])
	}
	c := s.Count
	say("of", c.Of)
	say("where", c.Where)
	say("once", c.Once)
	say("each", c.Each)
	if c.Round != noRounding {
		d.line("  each rounded %s", c.Round)
	}
	if c.Pool != nil {
		say("pool by", c.Pool.By)
		say("pool", c.Pool.Count)
		if c.Pool.Round != noRounding {
			d.line("  pools rounded %s", c.Pool.Round)
		}
	}
	say("total", c.Total)
	if c.RoundTotal != noRounding {
		d.line("  total rounded %s", c.RoundTotal)
	}
	for _, p := range s.Packs {
		d.line("  packs of %d: %s", p.Size, p.Unit)
	}
	for _, a := range s.Also {
		say("also", a.Count)
	}
	for _, cond := range s.Conditions {
		say("require", cond.Require)
		d.line("          otherwise not allowed: %s", cond.Otherwise)
	}
}

func (r rounding) String() string { return [...]string{"not at all", "up", "down"}[r] }

func (d *describer) settings(m *Metric) {
	d.list("Facts", len(m.facts), func(i int) string {
		f := m.facts[i]
		s := fmt.Sprintf("%s: %s", f.name, m.source.Facts[f.name].Type.Value)
		if len(f.as) > 0 {
			s += ", also called " + strings.Join(f.as, ", ")
		}
		if t := m.source.Facts[f.name].Default; !t.IsZero() {
			s += fmt.Sprintf(", %q where not given", t.Value)
		}
		if f.about != "" {
			s += ": " + f.about
		}
		return s
	})
	d.list("Parameters", len(m.params), func(i int) string {
		return fmt.Sprintf("%s = %s: %s", m.params[i].name, m.params[i].value, m.params[i].about)
	})
	for _, c := range m.choices {
		d.line("\nChoice %s: %s", c.name, m.source.Choices[c.name].About)
		for _, r := range c.readings {
			mark := " "
			if r == c.fallback {
				mark = "*"
			}
			reading := m.source.Choices[c.name].Readings[r]
			d.line("  %s %s: %s", mark, r, reading.About)
			if reading.Source != nil {
				d.line("      %s", reading.Source)
			}
		}
		d.line("  * is taken unless another is chosen: -choose %s:%s=READING", m.key, c.name)
	}
}

func (d *describer) tables(m *Metric) {
	for _, t := range m.tables {
		d.line("\nTable %s (%s)", t.name, t.kind)
		for _, r := range t.rows {
			d.line("  %s", r)
		}
	}
}

// String is the row on one line.
func (r row) String() string {
	s := strings.Join(r.match, " | ")
	switch {
	case len(r.match) > 0:
	case r.to == nil:
		s = "above"
	default:
		s = "up to " + r.to.RatString()
	}
	value := "not published"
	if r.value != nil {
		value = reckon.Format(r.value)
	}
	s += ": " + value
	if !r.since.IsZero() {
		s += r.since.Format(", from 2006-01-02")
	}
	if !r.until.IsZero() {
		s += r.until.Format(", until 2006-01-02")
	}
	return s
}

func (d *describer) examples(ctx context.Context, m *Metric) error {
	d.line("\nExamples")
	for _, e := range m.source.Examples {
		facts, _, err := m.Read([]byte(e.Given.Value))
		if err != nil {
			return err
		}
		maps.Copy(facts.Choices, e.Choose)
		got, err := m.Measure(ctx, facts)
		if err != nil {
			return err
		}
		d.line("  %s\n    %s\n    %s", e.Name, e.Given.Value, got.Total.Explanation)
	}
	return nil
}

// wrap breaks a text into lines of at most 78 characters.
func wrap(s string) string {
	var b strings.Builder
	width := 0
	for i, w := range strings.Fields(s) {
		if n := len([]rune(w)); i > 0 && width+1+n > 78 {
			b.WriteByte('\n')
			width = n
		} else {
			if i > 0 {
				b.WriteByte(' ')
				width++
			}
			width += n
		}
		b.WriteString(w)
	}
	return b.String()
}
