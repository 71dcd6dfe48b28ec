package main

import (
	"context"
	"fmt"
	"time"

	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/remedy"
	"github.com/trueup-dev/trueup/remediation/execution"
)

func statusCommand() command {
	return command{
		name: "status", args: "[-log DIR] [-key FILE] PLAYBOOK CASE",
		about: "say where a case stands: who asked, voted, delegated, carries it out, stopped it or objected, what became of every step, which tasks are open",
		run: func(ctx context.Context, s streams, args []string) error {
			return newRemedyFlags("status").desk(ctx, args, []string{"a case"}, func(_ *playbook.Playbook, d *remedy.Desk, rest []string) error {
				c, err := d.Case(ctx, rest[0])
				if err != nil {
					return err
				}
				return tellStatus(ctx, s, d, c)
			})
		},
	}
}

func day(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func tellStatus(ctx context.Context, s streams, d *remedy.Desk, c remedy.Case) error {
	fmt.Fprintf(s.out, "case %s, plan %.12s of %s, %s%s\n", c.Case, c.Plan, c.Planned.Plan.Strategy, c.Planned.Plan.Cost, ending(c))
	fmt.Fprintf(s.out, "%s  asked for by %s\n", day(c.At), c.Requester)
	for _, v := range c.Votes {
		word := "approved"
		if !v.Vote.Approve {
			word = "rejected"
		}
		fmt.Fprintf(s.out, "%s  %s by %s%s%s\n", day(v.Vote.At), word, v.Vote.Account, prefixed(" for ", string(v.Vote.OnBehalfOf)), prefixed(": ", v.Vote.Reason))
	}
	given, err := d.Delegations(ctx)
	if err != nil {
		return err
	}
	for _, g := range given {
		fmt.Fprintf(s.out, "%s  delegation: ", day(g.At))
		tellDelegation(s, g)
	}
	events, err := d.History(ctx, c.Case)
	if err != nil {
		return err
	}
	for _, e := range events {
		switch {
		case e.Kind == execution.Started:
			fmt.Fprintf(s.out, "%s  started by %s\n", day(e.At), e.Executor)
		case e.By != "":
			fmt.Fprintf(s.out, "%s  %s by %s%s%s\n", day(e.At), e.Kind, e.By, prefixed(" on ", e.Step), prefixed(": ", e.Detail))
		}
	}
	if len(events) == 0 {
		return tellMissing(ctx, s, d, c.Case)
	}
	state, err := d.State(ctx, c.Case)
	if err != nil {
		return err
	}
	tellSteps(s, state)
	if state.Holder != "" && state.Status == execution.Running {
		fmt.Fprintf(s.out, "held by %s until %s\n", state.Holder, day(state.Until))
	}
	for _, so := range c.SignOffs {
		fmt.Fprintf(s.out, "%s  signed by %s as %s\n", day(so.At), so.Account, so.Role)
	}
	return tellTasks(ctx, s, d, c.Case)
}

// prefixed is a text with what comes before it, nothing where there is none.
func prefixed(before, text string) string {
	if text == "" {
		return ""
	}
	return before + text
}

// tellTasks says which tasks wait for a person.
func tellTasks(ctx context.Context, s streams, d *remedy.Desk, name string) error {
	c, err := d.Case(ctx, name)
	if err != nil {
		return err
	}
	for _, t := range c.Tasks {
		if _, ok := c.Confirmed[t.Key]; !ok {
			fmt.Fprintf(s.out, "task %s: %s\n", t.Key, t)
		}
	}
	return nil
}
