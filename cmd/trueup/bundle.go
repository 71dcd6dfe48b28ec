package main

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"io"
	"maps"
	"math/big"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/trueup-dev/trueup/evidence/cosign"
	"github.com/trueup-dev/trueup/evidence/disclose"
	"github.com/trueup-dev/trueup/evidence/verify"
)

func bundleVerifyCommand() command {
	return command{
		name: "bundle verify", args: "-key FILE.pub -audience NAME [-policy FILE] [-challenge TEXT] [-now TIME] BUNDLE",
		about: "check a bundle that trueup disclose wrote, with nothing but the log's public key, and print what it shows",
		run:   verifyBundle,
	}
}

func verifyBundle(_ context.Context, s streams, args []string) error {
	f := flags("bundle verify")
	keyFile := f.String("key", "", "")
	policyFile := f.String("policy", "", "")
	audience := f.String("audience", "", "")
	challenge := f.String("challenge", "", "")
	at := f.String("now", "", "")
	file, err := one(f, args, "a bundle")
	if err != nil {
		return err
	}
	if *keyFile == "" || *audience == "" {
		return fmt.Errorf("%w: -key with the public key and -audience are needed", errUsage)
	}
	now, err := instant(*at)
	if err != nil {
		return err
	}
	opts, err := verifyOptions(*keyFile, *policyFile, "")
	if err != nil {
		return err
	}
	key, err := verify.PublicKey(opts.Key)
	if err != nil {
		return fmt.Errorf("%s: %w", *keyFile, err)
	}
	if opts.Policy == nil {
		if opts.Policy, err = cosign.ParsePolicy(*keyFile, []byte("log "+strings.TrimSpace(opts.Key)+"\nquorum none\n")); err != nil {
			return err
		}
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	shown, err := disclose.Open(b, disclose.Options{Keys: []ed25519.PublicKey{key}, Policy: opts.Policy, Audience: *audience, Now: now, Challenge: *challenge})
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return printBundle(s.out, shown)
}

func printBundle(w io.Writer, d *disclose.Disclosed) error {
	fmt.Fprintf(w, "The bundle holds: for %s, %s, until %s.\n\n", d.Audience, d.Purpose, d.Expires.Format("2006-01-02 15:04 MST"))
	tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, l := range d.Header.Lines() {
		fmt.Fprintf(tw, "%s\t%s\n", cell(l[0]), cell(l[1]))
	}
	how := "proved by their sum trees"
	if d.Recomputed {
		how = "added up anew from the quantities of all rows"
	}
	for _, name := range slices.Sorted(maps.Keys(d.Totals)) {
		fmt.Fprintf(tw, "Total %s\t%s, %s\n", cell(name), d.Totals[name], how)
	}
	fmt.Fprintf(tw, "Log\t%s, %d entries, root %s\n", d.Witnessed.Origin, d.Witnessed.Size, d.Witnessed.Root)
	for _, c := range d.Witnessed.Cosignatures {
		fmt.Fprintf(tw, "Witness\t%s\n", cell(c.Witness))
	}
	if n := int64(len(d.Drawn)); n > 0 {
		fmt.Fprintf(tw, "Sample\t%d of %d rows, drawn from the checkpoint\n", n, d.Population)
		for _, deviating := range slices.Compact([]int64{1, max(1, (d.Population+19)/20), max(1, (d.Population+9)/10)}) {
			p, err := disclose.Detection(d.Population, deviating, n)
			if err != nil {
				return err
			}
			fmt.Fprintf(tw, "Detection\tof %d deviating: %s\n", deviating, percent(p))
		}
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	return printRows(w, d)
}

// percent is a probability with two digits, rounded down: it promises no more.
func percent(p *big.Rat) string {
	n := new(big.Int).Mul(p.Num(), big.NewInt(10000))
	n.Quo(n, p.Denom())
	return fmt.Sprintf("%d.%02d %%", n.Int64()/100, n.Int64()%100)
}

func printRows(w io.Writer, d *disclose.Disclosed) error {
	if len(d.Rows) == 0 {
		fmt.Fprintf(w, "\nNo row of %d is shown.\n", d.Population)
		return nil
	}
	fmt.Fprintf(w, "\n%d of %d rows\n", len(d.Rows), d.Population)
	tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintf(tw, "  PLACE\t%s\n", strings.ToUpper(strings.Join(d.Columns, "\t")))
	for _, r := range d.Rows {
		fmt.Fprintf(tw, "  %d", r.Place)
		for _, c := range d.Columns {
			v, ok := r.Values[c]
			if !ok {
				v = "-"
			}
			fmt.Fprintf(tw, "\t%s", cell(v))
		}
		fmt.Fprintln(tw)
	}
	return tw.Flush()
}

// cell is a text from elsewhere that cannot steer a terminal or shift a table.
func cell(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, s)
}
