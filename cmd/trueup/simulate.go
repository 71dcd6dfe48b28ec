package main

import (
	"context"
	"fmt"
	"time"

	"github.com/trueup-dev/trueup/escalation/calendar"
	"github.com/trueup-dev/trueup/escalation/simulate"
	"github.com/trueup-dev/trueup/playbook"
)

func simulateCommand() command {
	return command{
		name: "escalation simulate", args: "[-from DATE] [-days N] [-every DURATION] [-take SPAN] [-mend SPAN] PLAYBOOK",
		about: "run the playbook's escalation through a time to come: who is missing, who is told how much; -take and -mend say how fast somebody acts, such as \"2 working hours\", left out nobody does",
		run:   simulateEscalation,
	}
}

func simulateEscalation(ctx context.Context, s streams, args []string) error {
	f := flags("escalation simulate")
	from := f.String("from", time.Now().UTC().Format(time.DateOnly), "")
	days := f.Int("days", 365, "")
	every := f.Duration("every", 0, "")
	var o simulate.Options
	span := func(to *calendar.Span) func(string) error {
		return func(text string) (err error) {
			*to, err = calendar.ParseSpan(text)
			return err
		}
	}
	f.Func("take", "", span(&o.Take))
	f.Func("mend", "", span(&o.Mend))
	file, err := one(f, args, "a playbook")
	if err != nil {
		return err
	}
	if o.From, err = time.Parse(time.DateOnly, *from); err != nil || *days < 1 {
		return fmt.Errorf("%w: -from must be a date such as 2026-01-31, -days 1 or more", errUsage)
	}
	p, err := playbook.Load(file)
	if err != nil {
		return err
	}
	o.Policy, o.Every, o.Until = p.Escalation(), *every, o.From.AddDate(0, 0, *days)
	r, err := simulate.Run(ctx, o)
	if err != nil {
		return err
	}
	return r.WriteText(s.out)
}
