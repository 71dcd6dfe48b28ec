package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/remedy"
)

func lessonsCommand() command {
	return command{
		name: "lessons", args: "[-propose | -indicators] [-log DIR] [-key FILE] PLAYBOOK",
		about: "say what closed cases taught: their causes, the most frequent first, what mending them saved and which changes were proposed; -propose writes the changes of the playbook as differences to review, with reasons and cases; -indicators says how long cases took, how many came again, and what was planned and realised",
		run: func(ctx context.Context, s streams, args []string) error {
			f := newRemedyFlags("lessons")
			propose, indicators := f.Bool("propose", false, ""), f.Bool("indicators", false, "")
			return f.desk(ctx, args, nil, func(_ *playbook.Playbook, d *remedy.Desk, _ []string) error {
				switch {
				case *propose:
					return tellProposals(ctx, s, d, f.file)
				case *indicators:
					return tellIndicators(ctx, s, d)
				}
				return tellLessons(ctx, s, d)
			})
		},
	}
}

func tellLessons(ctx context.Context, s streams, d *remedy.Desk) error {
	learned, err := d.Lessons(ctx)
	if err != nil {
		return err
	}
	for _, i := range learned {
		fmt.Fprintf(s.out, "%s: %d cases, %s\n", i.Cause, len(i.Cases), strings.Join(i.Positions, ", "))
		for _, m := range i.Saved {
			fmt.Fprintf(s.out, "  exposure fell by %s\n", m)
		}
		for _, p := range i.Proposals {
			fmt.Fprintf(s.out, "  proposed: %s\n", p)
		}
	}
	return nil
}

func tellProposals(ctx context.Context, s streams, d *remedy.Desk, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	proposals, err := d.Proposals(ctx, filepath.Base(file), text)
	for _, p := range proposals {
		fmt.Fprint(s.out, p)
	}
	return err
}

func tellIndicators(ctx context.Context, s streams, d *remedy.Desk) error {
	i, err := d.Indicators(ctx)
	if err != nil {
		return err
	}
	known := func(n decimal.NullDecimal) string {
		if !n.Valid {
			return "not known"
		}
		return n.Decimal.String()
	}
	amounts := func(all []compliance.Money) string {
		words := make([]string, len(all))
		for i, m := range all {
			words[i] = m.String()
		}
		return strings.Join(words, ", ")
	}
	fmt.Fprintf(s.out, "cases: %d asked for, %d verified, %d closed\n", i.Asked, i.Verified, i.Closed)
	fmt.Fprintf(s.out, "mean days to remedy: %s\n", known(i.MeanDays))
	fmt.Fprintf(s.out, "reopened: %d, a share of %s\n", i.Reopened, known(i.ShareReopened))
	fmt.Fprintf(s.out, "saving: %s of %s planned\n", amounts(i.Saving), amounts(i.PlannedSaving))
	fmt.Fprintf(s.out, "cost: %s of %s planned\n", amounts(i.Cost), amounts(i.PlannedCost))
	return nil
}
