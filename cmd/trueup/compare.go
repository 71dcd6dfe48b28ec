package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/saving"
)

// lists are the methods that a comparison may be with; priority-list is all of them.
func lists(name string) ([]compliance.Method, error) {
	if name == "priority-list" {
		return []compliance.Method{compliance.RightsFirst, compliance.ConsumersInTurn}, nil
	}
	m, known := compliance.ParseMethod(name)
	if !known || m == compliance.Optimum {
		return nil, fmt.Errorf("%w: -compare takes priority-list, rights-first or consumers-in-turn, not %q", errUsage, name)
	}
	return []compliance.Method{m}, nil
}

// compare prints what lists of priorities cost beside the optimum.
func compare(ctx context.Context, s streams, in compliance.Input, name string, asJSON bool) error {
	methods, err := lists(name)
	if err != nil {
		return err
	}
	var out []saving.Comparison
	for _, m := range methods {
		c, err := saving.Over(ctx, in, m)
		if err != nil {
			return err
		}
		out = append(out, c)
	}
	if asJSON {
		return printJSON(s.out, out)
	}
	return printComparisons(s.out, out)
}

func printComparisons(w io.Writer, comparisons []saving.Comparison) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "PRODUCT\tLIST\tSHORT\tOPTIMUM\tAT RISK\tOPTIMUM\tSAVED\tVALUE USED\tOPTIMUM\tSAVED")
	for _, c := range comparisons {
		for _, p := range c.Products {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s %s\n", p.Product, c.Method, p.List.Short, p.Optimum.Short,
				p.List.AtRisk, p.Optimum.AtRisk, p.Saved.AtRisk, p.List.ValueUsed, p.Optimum.ValueUsed, p.Saved.ValueUsed, p.Currency)
		}
	}
	return t.Flush()
}
