package playbook

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/remediation"
)

// Report is what a run came to.
type Report struct {
	Run evidence.RunID
	Now time.Time
	// Facts are what was judged.
	Facts    Facts
	Result   *compliance.Result
	Findings []Judged
	// Cases are those that the run's findings belong to, opened now or before,
	// in the order of the findings.
	Cases []escalation.Case
	// Suppressed are the findings that got no case, in the order of the findings.
	Suppressed []Suppressed
	// Plan mends what is short; nil where nothing is or no policy says how.
	Plan *remediation.Plan
	// Checkpoint is the log's after the run.
	Checkpoint evidence.Checkpoint
}

// Short are the positions that are short.
func (r *Report) Short() []compliance.Position {
	var out []compliance.Position
	for _, p := range r.Result.Positions {
		if p.Status == compliance.Short {
			out = append(out, p)
		}
	}
	return out
}

// WriteText writes the report for a person, the same bytes for the same run.
func (r *Report) WriteText(w io.Writer) error {
	t := &printer{w: w}
	t.line("Run %s, as of %s", r.Run, r.Result.AsOf.Format(time.RFC3339))
	c := r.Facts.Estate.Count()
	t.line("Estate: %d devices, %d users, %d installs, %d seats (digest %.12s)", c.Devices, c.Users, c.Installs, c.Seats, r.Result.Estate)
	t.line("Titles: %d installs recognised, %d ignored, %d of unknown titles", r.Result.Recognised, r.Result.Ignored,
		r.Result.Installs-r.Result.Recognised-r.Result.Ignored)
	r.sources(t)
	r.positions(t)
	r.findings(t)
	r.cases(t)
	r.suppressed(t)
	if r.Plan != nil {
		t.line("")
		if t.err == nil {
			t.err = r.Plan.WriteText(w)
		}
	}
	t.line("")
	t.line("Log: %d entries, root %s", r.Checkpoint.Size, r.Checkpoint.Root)
	return t.err
}

// printer keeps the first error of writing.
type printer struct {
	w   io.Writer
	err error
}

func (t *printer) line(format string, args ...any) {
	if t.err == nil {
		_, t.err = fmt.Fprintf(t.w, format+"\n", args...)
	}
}

// table writes rows whose cells are separated by tabs.
func (t *printer) table(title string, rows []string) {
	if len(rows) < 2 || t.err != nil {
		return
	}
	t.line("\n%s", title)
	tw := tabwriter.NewWriter(t.w, 0, 4, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(tw, "  "+row)
	}
	if err := tw.Flush(); t.err == nil {
		t.err = err
	}
}

func (r *Report) sources(t *printer) {
	rows := []string{"SOURCE\tCOLLECTED\tDOUBT\tFAILURE"}
	for _, s := range r.Result.Sources {
		when := "never"
		if !s.Collected.IsZero() {
			when = s.Collected.Format(time.RFC3339)
		}
		rows = append(rows, fmt.Sprintf("%s\t%s\t%s\t%s", s.ID, when, dash(s.Doubt), dash(firstLine(s.Failure))))
	}
	t.table("Sources", rows)
}

func (r *Report) positions(t *printer) {
	rows := []string{"PRODUCT\tMETRIC\tSTATUS\tOWNED\tREQUIRED\tCOVERED\tSHORT\tSURPLUS\tEXPOSURE"}
	for _, p := range r.Result.Positions {
		rows = append(rows, fmt.Sprintf("%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s", p.Product, p.Metric, p.Status, p.Owned, p.Required,
			p.Covered, p.Short, p.Surplus, p.Exposure))
	}
	t.table("Positions", rows)
}

func (r *Report) findings(t *printer) {
	if len(r.Findings) == 0 {
		t.line("\nNo findings.")
		return
	}
	rows := []string{"SEVERITY\tVECTOR\tRULE\tROUTE\tFINDING"}
	for _, f := range r.Findings {
		rows = append(rows, fmt.Sprintf("%s\t%s\t%s\t%s\t%s", f.Severity, f.Vector, f.Rule, f.Route, firstLine(f.Message)))
	}
	t.table("Findings", rows)
}

func (r *Report) cases(t *printer) {
	rows := []string{"CASE\tSEVERITY\tSTATE\tOWNER\tACKNOWLEDGE BY\tCONTAIN BY\tREMEDY BY\tABOUT"}
	for _, c := range r.Cases {
		rows = append(rows, fmt.Sprintf("%.13s\t%s\t%s\t%s\t%s\t%s\t%s\t%s", c.ID, c.Grade.Severity, c.State, c.Owner,
			minute(c.Due.Acknowledge.At), minute(c.Due.Contain.At), minute(c.Due.Remedy.At), c.Opening.Subject))
	}
	t.table("Cases, times in UTC", rows)
}

func minute(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04")
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// Export is the report as JSON: what a program reads. Its form is that of the
// entries in the log.
func (r *Report) Export() Export {
	e := Export{Run: r.Run, Now: r.Now, Collections: r.Facts.Collections, Result: r.Result, Findings: r.Findings, Cases: r.Cases, Suppressed: r.Suppressed, Plan: r.Plan}
	e.Log.Size, e.Log.Root = r.Checkpoint.Size, r.Checkpoint.Root.String()
	return e
}

// Export is a [Report] for encoding/json.
type Export struct {
	Run         evidence.RunID     `json:"run"`
	Now         time.Time          `json:"now"`
	Collections []Collection       `json:"collections,omitempty"`
	Result      *compliance.Result `json:"result"`
	Findings    []Judged           `json:"findings"`
	Cases       []escalation.Case  `json:"cases"`
	Suppressed  []Suppressed       `json:"suppressed,omitempty"`
	Plan        *remediation.Plan  `json:"plan,omitempty"`
	Log         struct {
		Size int64  `json:"size"`
		Root string `json:"root"`
	} `json:"log"`
}
