package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/delta"
	"github.com/trueup-dev/trueup/connectors/estate"
)

func reconcileCommand() command {
	return command{
		name: "reconcile", args: "-estate DIR [-as-of TIME] [-known-at TIME] [-compare priority-list|rights-first|consumers-in-turn] [-json [-certificates]] [-stream]",
		about: "compute the positions of an estate folder (docs/formats.md), as of an instant, by what was known at another; -compare says what lists of priorities would cost more, -stream counts tables without holding them",
		run: func(ctx context.Context, s streams, args []string) error {
			f := flags("reconcile")
			dir := f.String("estate", "", "")
			asJSON := f.Bool("json", false, "")
			certificates := f.Bool("certificates", false, "")
			side := datesOf(f)
			with := f.String("compare", "", "")
			stream := f.Bool("stream", false, "")
			if err := f.Parse(args); err != nil {
				return fmt.Errorf("%w: %w", errUsage, err)
			}
			if f.NArg() > 0 || *dir == "" {
				return fmt.Errorf("%w: -estate with a folder is needed", errUsage)
			}
			if *stream && *with != "" {
				return fmt.Errorf("%w: -compare needs every consumer, which -stream does not keep", errUsage)
			}
			read := estate.Read
			if *stream {
				read = estate.Terms
			}
			in, err := inputBy(read, *dir, side(0))
			if err != nil {
				return err
			}
			if *with != "" {
				return compare(ctx, s, in.Input, *with, *asJSON)
			}
			in.Certificates = *certificates
			reconcile := compliance.Reconcile
			if *stream {
				reconcile = streamed(*dir)
			}
			res, err := reconcile(ctx, in.Input)
			if err != nil {
				return err
			}
			if *asJSON {
				return printJSON(s.out, res)
			}
			return printPositions(s.out, res.Positions)
		},
	}
}

// streamed reconciles a folder without holding its devices.
func streamed(dir string) func(context.Context, compliance.Input) (*compliance.Result, error) {
	return func(ctx context.Context, in compliance.Input) (*compliance.Result, error) {
		tally, err := compliance.NewTally(in.Estate.At(), in)
		if err != nil {
			return nil, err
		}
		if err := estate.Count(ctx, os.DirFS(dir), tally); err != nil {
			return nil, fmt.Errorf("%s: %w", dir, err)
		}
		return tally.Reconcile(ctx)
	}
}

func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

func printPositions(w io.Writer, positions []compliance.Position) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "PRODUCT\tMETRIC\tSTATUS\tOWNED\tREQUIRED\tCOVERED\tSHORT\tSURPLUS\tEXPOSURE")
	for _, p := range positions {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", p.Product, p.Metric, p.Status, p.Owned, p.Required, p.Covered, p.Short, p.Surplus, p.Exposure)
	}
	return t.Flush()
}

func explainCommand() command {
	return command{
		name: "explain", args: "-estate DIR [-as-of TIME] [-known-at TIME] CONSUMER",
		about: "say for a device or user, in every position, what it needs, what covers it and why",
		run: func(ctx context.Context, s streams, args []string) error {
			f := flags("explain")
			dir := f.String("estate", "", "")
			side := datesOf(f)
			consumer, err := one(f, args, "a device or user")
			if err != nil {
				return err
			}
			if *dir == "" {
				return fmt.Errorf("%w: -estate with a folder is needed", errUsage)
			}
			in, err := inputOf(*dir, side(0))
			if err != nil {
				return err
			}
			res, err := compliance.Reconcile(ctx, in.Input)
			if err != nil {
				return err
			}
			if !explain(s.out, in.Input, res, consumer) {
				return fmt.Errorf("%q consumes nothing in any position", consumer)
			}
			return nil
		},
	}
}

// explain writes what a consumer is in every position, and says whether it is in
// any.
func explain(w io.Writer, in compliance.Input, res *compliance.Result, consumer string) bool {
	found := false
	for _, p := range res.Positions {
		for _, o := range p.Consumers {
			if o.Consumer != consumer && string(o.Device) != consumer && string(o.User) != consumer {
				continue
			}
			e, ok := compliance.Explain(p, o.Consumer, in.Entitlements, res.AsOf)
			if !ok {
				continue
			}
			found = true
			fmt.Fprintf(w, "%s by %s: needs %s %s, %s\n", p.Product, p.Metric, e.Calculated, p.Unit, e.Reason)
			printExplanation(w, e, o.Missing)
		}
	}
	return found
}

func printExplanation(w io.Writer, e compliance.Explanation, missing []string) {
	fmt.Fprintf(w, "  because %s\n", e.Arithmetic)
	printChoice(w, e)
	for _, a := range e.Tried {
		fmt.Fprintf(w, "  %d. %s: %s, %s; asked for %s of %s available\n", a.Order, a.Entitlement, a.Outcome, a.Reason, a.Requested, a.Available)
	}
	if !e.Short.IsZero() {
		fmt.Fprintf(w, "  short: %s\n", e.Short)
	}
	for _, c := range e.Changes {
		what := fmt.Sprintf("%s %s %s %s", c.Kind, c.Quantity, c.Entitlement, c.Lift)
		fmt.Fprintf(w, "  would be covered by: %s\n", strings.TrimSpace(what))
	}
	for _, m := range missing {
		fmt.Fprintf(w, "  missing: %s\n", m)
	}
}

func printChanges(w io.Writer, changes []delta.Change) error {
	for _, c := range changes {
		fmt.Fprintf(w, "%s by %s: %s -> %s, short %s -> %s %s, at risk %s -> %s %s\n", c.Product, c.Metric, c.BeforeStatus, c.AfterStatus,
			c.Before.Short, c.After.Short, c.Unit, c.Before.Exposure, c.After.Exposure, c.Currency)
		t := tabwriter.NewWriter(w, 0, 4, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintln(t, "\tcause\towned\trequired\tcovered\tshort\tsurplus\tat risk\t")
		for _, p := range c.Parts {
			fmt.Fprintf(t, "\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", p.Cause, p.Change.Owned, p.Change.Required, p.Change.Covered, p.Change.Short, p.Change.Surplus, p.Change.Exposure)
		}
		if err := t.Flush(); err != nil {
			return err
		}
	}
	return nil
}
