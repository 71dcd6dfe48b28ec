package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/compliance/forecast"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/remedy"
	"github.com/trueup-dev/trueup/remediation"
	"github.com/trueup-dev/trueup/remediation/renewal"
)

func renewalsCommand() command {
	return command{
		name: "renewals", args: "[-horizon DATE] [-notice DAYS[,CONTRACT=DAYS]...] [-let-end ENTITLEMENT -policy FILE] [-json] (-estate DIR [-as-of TIME] [-known-at TIME] | [-connectors DIR] [-secrets FILE] [-unpinned] [-now TIME] -playbook PLAYBOOK) [RESULT.json...]",
		about: "say which entitlements and contracts end, by when each must be decided, how many units will be needed, on which day they could end together, and what is reported at the next true-ups, with who was counted; -let-end plans what has to be done before an end by the policy in FILE, which has the form of a playbook's section remediation; results that reconcile -json printed are the history of the forecast",
		run:   runRenewals,
	}
}

// notices is a flag of days of notice, in general and of single contracts.
type notices struct {
	days int
	by   map[compliance.ContractID]int
}

func (n *notices) String() string { return "" }

func (n *notices) Set(v string) error {
	for _, part := range strings.Split(v, ",") {
		contract, days, single := strings.Cut(part, "=")
		if !single {
			days = contract
		}
		count, err := strconv.Atoi(days)
		if err != nil || count < 0 {
			return fmt.Errorf("%q is no number of days", days)
		}
		if !single {
			n.days = count
			continue
		}
		n.by[compliance.ContractID(contract)] = count
	}
	return nil
}

func runRenewals(ctx context.Context, s streams, args []string) error {
	f := newRemedyFlags("renewals")
	hands := f.hands()
	side := datesOf(f.FlagSet)
	dir, book := f.String("estate", "", ""), f.String("playbook", "", "")
	letEnd, policy := f.String("let-end", "", ""), f.String("policy", "", "")
	asJSON := f.Bool("json", false, "")
	var horizon instants
	f.Var(&horizon, "horizon", "")
	notice := notices{by: map[compliance.ContractID]int{}}
	f.Var(&notice, "notice", "")
	if err := f.Parse(args); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if (*dir == "") == (*book == "") || (*letEnd == "") != (*policy == "") {
		return fmt.Errorf("%w: needed is either -estate or -playbook, and -policy with -let-end alone", errUsage)
	}
	var in compliance.Input
	if *dir != "" {
		read, err := inputOf(*dir, side(0))
		if err != nil {
			return err
		}
		in = read.Input
	} else {
		var err error
		if in, err = f.collected(ctx, *book, hands); err != nil {
			return err
		}
	}
	if in.AsOf.IsZero() {
		in.AsOf = in.Estate.At()
	}
	if *letEnd != "" {
		return printLetEnd(ctx, s, in, compliance.EntitlementID(*letEnd), *policy)
	}
	o := renewal.Options{Horizon: horizon.side(0), NoticeDays: notice.days, Notices: notice.by}
	if o.Horizon.IsZero() {
		o.Horizon = in.AsOf.AddDate(1, 0, 0)
	}
	history, err := historyOf(f.Args())
	if err != nil {
		return err
	}
	ahead, err := renewal.Look(ctx, in, history, o)
	if err != nil {
		return err
	}
	if *asJSON {
		return printJSON(s.out, ahead)
	}
	return printAhead(s.out, ahead)
}

// collected is what a run of the playbook now would judge.
func (f *remedyFlags) collected(ctx context.Context, file string, hands func(context.Context, *playbook.Playbook, func(remedy.Hands) error) error) (in compliance.Input, err error) {
	if f.now, err = instant(*f.at); err != nil {
		return in, err
	}
	f.file = file
	p, err := playbook.Load(file)
	if err != nil {
		return in, err
	}
	err = hands(ctx, p, func(h remedy.Hands) error {
		facts, err := h.Look(ctx)
		if err == nil {
			in = p.Input(facts, f.now)
		}
		return err
	})
	return in, err
}

func historyOf(files []string) ([]forecast.Sample, error) {
	var out []forecast.Sample
	for _, name := range files {
		samples, err := samplesOf(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out = append(out, samples...)
	}
	return out, nil
}

func printLetEnd(ctx context.Context, s streams, in compliance.Input, id compliance.EntitlementID, file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var doc remediation.PolicyDocument
	if err := document.Read(file, data, &doc); err != nil {
		return err
	}
	policy, err := remediation.NewPolicy(doc)
	if err != nil {
		return err
	}
	plan, err := renewal.LetEnd(ctx, remediation.Request{Input: in, Policy: policy, Now: in.AsOf}, id)
	if err != nil {
		return err
	}
	if len(plan.Steps) == 0 && plan.Closed() {
		fmt.Fprintf(s.out, "%s may end on %s: nothing is short without it\n", id, plan.Due.Format(time.DateOnly))
		return nil
	}
	return plan.WriteText(s.out)
}

func printAhead(w io.Writer, a renewal.Ahead) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "ENTITLEMENT\tPRODUCT\tQUANTITY\tENDS\tDECIDE BY\tRENEW\tAT MOST\tDROP\tCO-TERM\tBASIS")
	for _, r := range a.Renewals {
		most, coTerm := "not known", "-"
		if r.AtMost.Valid {
			most = r.AtMost.Decimal.String()
		}
		if !r.CoTerm.IsZero() {
			coTerm = r.CoTerm.Format(time.DateOnly)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Entitlement, r.Product, r.Quantity, r.End.Format(time.DateOnly), deadline(r.Decide, r.Late), r.Renew, most, r.Drop, coTerm, r.Basis)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, c := range a.Contracts {
		fmt.Fprintf(w, "contract %s ends on %s, decide by %s; still under it: %s\n", c.Contract, c.End.Format(time.DateOnly), deadline(c.Decide, c.Late), joined(c.Entitlements))
	}
	for _, u := range a.TrueUps {
		fmt.Fprintf(w, "true-up of %s on %s, counted in estate %.12s\n", u.Contract, u.At.Format(time.DateOnly), u.Estate)
		t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		for _, l := range u.Lines {
			fmt.Fprintf(t, "  %s\treport %s %s\towned %s\tshort %s\t%s\t%d counted\t%s\n", l.Product, l.Required, l.Unit, l.Owned, l.Short, priced(l.Cost), len(l.Counted), l.Basis)
			if len(l.Doubtful) > 0 {
				fmt.Fprintf(t, "    count again: %s in doubt\n", joined(l.Doubtful))
			}
		}
		if err := t.Flush(); err != nil {
			return err
		}
	}
	return nil
}

func priced(m compliance.Money) string {
	if m.Currency == "" {
		return "price not known"
	}
	return m.String()
}

func deadline(t time.Time, late bool) string {
	if late {
		return t.Format(time.DateOnly) + " (past)"
	}
	return t.Format(time.DateOnly)
}

func joined[T ~string](all []T) string {
	if len(all) == 0 {
		return "nothing"
	}
	words := make([]string, len(all))
	for i, a := range all {
		words[i] = string(a)
	}
	return strings.Join(words, ", ")
}
