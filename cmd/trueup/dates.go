package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/delta"
	"github.com/trueup-dev/trueup/compliance/ledger"
	"github.com/trueup-dev/trueup/compliance/metric"
	"github.com/trueup-dev/trueup/connectors/estate"
)

// dates are the instants of a position: that for which it is, and that whose
// knowledge it is computed from. Zero means the estate's, and all that is known.
type dates struct{ asOf, knownAt time.Time }

// instants is a flag of one instant, or of two with a comma between: one for each
// side of a comparison.
type instants []time.Time

func (i *instants) String() string { return "" }

func (i *instants) Set(v string) error {
	*i = nil
	for _, part := range strings.Split(v, ",") {
		t, err := time.Parse(time.DateOnly, part)
		if err != nil {
			t, err = time.Parse(time.RFC3339, part)
		}
		if err != nil {
			return fmt.Errorf("%q is neither a date such as 2026-12-31 nor an instant of RFC 3339", part)
		}
		*i = append(*i, t)
	}
	return nil
}

// side is the instant for one side; a single one is for both.
func (i instants) side(n int) time.Time {
	if len(i) == 0 {
		return time.Time{}
	}
	return i[min(n, len(i)-1)]
}

// datesOf adds the flags of the two instants.
func datesOf(f *flag.FlagSet) (side func(n int) dates) {
	var asOf, knownAt instants
	f.Var(&asOf, "as-of", "")
	f.Var(&knownAt, "known-at", "")
	return func(n int) dates { return dates{asOf.side(n), knownAt.side(n)} }
}

// folder is an estate folder as an input, with the terms behind it.
type folder struct {
	compliance.Input
	terms ledger.Terms
}

// inputOf is the input that a folder holds for two instants, with the embedded
// catalog and metrics.
func inputOf(dir string, d dates) (folder, error) { return inputBy(estate.Read, dir, d) }

// inputBy is [inputOf] by a reader that may leave devices out.
func inputBy(reader func(fs.FS) (estate.Folder, error), dir string, d dates) (folder, error) {
	read, err := reader(os.DirFS(dir))
	if err != nil {
		return folder{}, fmt.Errorf("%s: %w", dir, err)
	}
	titles, err := catalog.Default()
	if err != nil {
		return folder{}, err
	}
	metrics, err := metric.Standard()
	if err != nil {
		return folder{}, err
	}
	if d.asOf.IsZero() {
		d.asOf = read.Estate.At()
	}
	in := read.Ledger.Input(compliance.Input{Estate: read.Estate, Catalog: titles, Metrics: metrics}, d.asOf, d.knownAt)
	return folder{in, read.Ledger.At(d.asOf, d.knownAt)}, nil
}

func diffCommand() command {
	return command{
		name: "diff", args: "[-json] [-as-of TIME[,TIME]] [-known-at TIME[,TIME]] DIR [DIR]",
		about: "say what changed between two positions, of two estate folders or of one at two instants, split by cause",
		run: func(ctx context.Context, s streams, args []string) error {
			f := flags("diff")
			asJSON := f.Bool("json", false, "")
			side := datesOf(f)
			if err := f.Parse(args); err != nil {
				return fmt.Errorf("%w: %w", errUsage, err)
			}
			if f.NArg() != 2 && (f.NArg() != 1 || side(0) == side(1)) {
				return fmt.Errorf("%w: two estate folders are needed, or one and two instants", errUsage)
			}
			from, err := inputOf(f.Arg(0), side(0))
			if err != nil {
				return err
			}
			to, err := inputOf(f.Arg(f.NArg()-1), side(1))
			if err != nil {
				return err
			}
			changes, err := delta.Split(ctx, from.Input, to.Input)
			if err != nil {
				return err
			}
			if *asJSON {
				return printJSON(s.out, changes)
			}
			if err := printChanges(s.out, changes); err != nil {
				return err
			}
			printRevisions(s.out, ledger.Revisions(from.terms, to.terms))
			return nil
		},
	}
}

// printRevisions says which entitlements, contracts and licensing lines differ.
func printRevisions(w io.Writer, revisions []ledger.Revision) {
	for _, r := range revisions {
		fmt.Fprintf(w, "%s %s %s\n", r.Kind, r.ID, r.Verb)
		for _, f := range r.Fields {
			fmt.Fprintf(w, "    %s: %s -> %s\n", f.Name, orNone(f.Before), orNone(f.After))
		}
	}
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
