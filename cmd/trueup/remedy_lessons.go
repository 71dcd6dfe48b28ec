package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/remedy"
)

func lessonsCommand() command {
	return command{
		name: "lessons", args: "[-log DIR] [-key FILE] PLAYBOOK",
		about: "say what closed cases taught: their causes, the most frequent first, what mending them saved and which changes were proposed",
		run: func(ctx context.Context, s streams, args []string) error {
			return newRemedyFlags("lessons").desk(ctx, args, nil, func(_ *playbook.Playbook, d *remedy.Desk, _ []string) error {
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
			})
		},
	}
}
