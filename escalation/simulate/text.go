package simulate

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// WriteText writes the report for a person, the same bytes for the same report.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "From %s until %s: %d cases, %d of them taken, %d events\n", r.From.Format(time.DateOnly), r.Until.Format(time.DateOnly), r.Cases, r.Taken, r.Events)
	rows := []string{"CHAIN\tSTAGE\tFROM\tUNTIL\tNOBODY FOR"}
	for _, g := range r.Gaps {
		rows = append(rows, fmt.Sprintf("%s\t%s\t%s\t%s\t%s", g.Chain, g.Stage, g.From, g.Until, strings.Join(g.Tell, ", ")))
	}
	table(&b, "Days on which nobody is on duty", rows)
	for _, part := range []struct {
		title  string
		counts []Count
	}{{"Stages passed over", r.Uncovered}, {"Cases that all stages let pass", r.Exhausted}, {"Due times missed", r.Missed}} {
		rows := []string{"WHAT\tTIMES"}
		for _, c := range part.counts {
			rows = append(rows, fmt.Sprintf("%s\t%d", c.What, c.Times))
		}
		table(&b, part.title, rows)
	}
	rows = []string{"PERSON\tMESSAGES\tHELD BACK\tMOST IN A DAY\tON"}
	for _, l := range r.Load {
		rows = append(rows, fmt.Sprintf("%s\t%d\t%d\t%d\t%s", l.Person, l.Messages, l.Held, l.Most, l.Busiest))
	}
	table(&b, "Load", rows)
	rows = []string{"CALENDAR\tAT\tSHIFT\tWORKING TIME\tACTIONS THAT DAY"}
	for _, c := range r.Changes {
		rows = append(rows, fmt.Sprintf("%s\t%s\t%s\t%t\t%d", c.Calendar, c.At.Format(time.RFC3339), c.Shift, c.Open, c.Actions))
	}
	table(&b, "Changes of the clocks", rows)
	_, err := io.WriteString(w, b.String())
	return err
}

func table(b *strings.Builder, title string, rows []string) {
	if len(rows) < 2 {
		return
	}
	fmt.Fprintf(b, "\n%s\n", title)
	tw := tabwriter.NewWriter(b, 0, 4, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(tw, "  "+row)
	}
	_ = tw.Flush() // a strings.Builder takes everything
}
