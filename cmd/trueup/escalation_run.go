package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/post"
	"github.com/trueup-dev/trueup/escalation/runner"
	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/playbook"
)

func runCasesCommand() command {
	return command{
		name: "escalation run", args: "[-once | -until TIME] [-poll DURATION] [-failures FILE] [-connectors DIR] [-unpinned] [-trust KEY [-lock FILE] [-demand LEVEL -certificates DIR]] [-log DIR|URL] [-key FILE] [-now TIME] PLAYBOOK",
		about: "carry cases on by the clock and tell people through the playbook's channels, until interrupted, until an instant, or once; between two looks the log is free for others, and a command that was killed goes on where it was; -failures names a file, readable by you alone, for what went wrong with messages in the words of the other side, which may quote anything",
		run:   runCases,
	}
}

func runCases(ctx context.Context, s streams, args []string) (err error) {
	f := newCaseFlags("run")
	once := f.Bool("once", false, "")
	until := f.String("until", "", "")
	poll := f.Duration("poll", time.Minute, "")
	failures := f.String("failures", "", "")
	d := &desks{}
	f.StringVar(&d.dir, "connectors", "", "")
	f.BoolVar(&d.unpinned, "unpinned", false, "")
	trusted := trustFlags(f.FlagSet)
	book, err := f.parse(args)
	if err != nil {
		return err
	}
	if *once && *until != "" || *poll <= 0 {
		return fmt.Errorf("%w: -once and -until exclude each other, and -poll must be positive", errUsage)
	}
	if d.trust, err = trusted(); err != nil {
		return err
	}
	var end time.Time
	if *until != "" {
		if end, err = instant(*until); err != nil {
			return err
		}
	}
	d.file = f.Arg(0)
	defer func() { err = errors.Join(err, d.close(ctx)) }()
	office, err := d.office(ctx, book)
	if err != nil {
		return err
	}
	// Time goes on from the instant given.
	begun := time.Now()
	dr := &driver{flags: f, book: book, office: office, s: s, failures: *failures, now: func() time.Time { return f.now.Add(time.Since(begun)) }}
	if *once {
		_, err := dr.look(ctx)
		return err
	}
	return rounds{look: dr.look, now: dr.now, end: end, poll: *poll, log: s.err}.run(ctx)
}

// driver carries the cases of a log on. It has the log open only while it looks.
type driver struct {
	flags  *caseFlags
	book   *playbook.Playbook
	office *post.Office
	s      streams
	now    func() time.Time
	// failures is the file for the other side's words, empty for none.
	failures string
}

// look performs what is due and says when to come again, zero for when something else
// happens.
func (d *driver) look(ctx context.Context) (next time.Time, err error) {
	now := d.now().UTC()
	err = d.flags.open(ctx, d.book, func(c *cases) error {
		journal := &counted{Journal: c.journal, events: map[escalation.EventKind]int{}}
		r, err := runner.Start(ctx, runner.Options{
			Journal: journal, Sender: d.office, Directory: c.engine.Directory(), Log: slog.New(slog.NewTextHandler(d.s.err, nil)), Now: d.now, Failed: d.failed,
		})
		if err != nil {
			return err
		}
		next, err = r.Tick(ctx, now)
		if journal.total > 0 || err != nil {
			fmt.Fprintf(d.s.out, "%s: %d sent, %d failed, %d events", now.Format(time.RFC3339), journal.events[escalation.Sent], journal.events[escalation.Failed], journal.total)
			if !next.IsZero() {
				fmt.Fprintf(d.s.out, ", next at %s", next.UTC().Format(time.RFC3339))
			}
			fmt.Fprintln(d.s.out)
		}
		return err
	})
	return next, err
}

// failed keeps what the other side said of a message that did not leave.
func (d *driver) failed(_ context.Context, n runner.Notice, failure error) {
	if d.failures == "" {
		return
	}
	f, err := os.OpenFile(d.failures, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = fmt.Fprintf(f, "%s %s %s to %s: %v\n", d.now().UTC().Format(time.RFC3339), n.Case.ID, n.Delivery.ID, n.Delivery.To, failure)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		fmt.Fprintf(d.s.err, "trueup escalation run: -failures: %v\n", err)
	}
}

// rounds look whenever something is due, and after poll at the latest, since others
// append to the log as well, until an instant; zero is for ever. What went wrong in one
// look is told, and tried again in the next.
type rounds struct {
	look func(context.Context) (next time.Time, err error)
	now  func() time.Time
	end  time.Time
	poll time.Duration
	log  io.Writer
}

func (r rounds) run(ctx context.Context) error {
	for {
		next, err := r.look(ctx)
		switch {
		case ctx.Err() != nil:
			return nil // asked to end
		case errors.Is(err, evidence.ErrLocked):
			next = time.Time{} // somebody else has the folder; come again
		case err != nil:
			fmt.Fprintf(r.log, "trueup escalation run: %v\n", err)
		}
		now := r.now()
		if wake := now.Add(r.poll); next.IsZero() || wake.Before(next) {
			next = wake
		}
		if !r.end.IsZero() && next.After(r.end) {
			if next = r.end; !now.Before(r.end) {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(next.Sub(now)):
		}
	}
}

// counted is a journal that counts what is appended.
type counted struct {
	runner.Journal
	total  int
	events map[escalation.EventKind]int
}

// Append implements runner.Journal.
func (c *counted) Append(ctx context.Context, events []escalation.Event) error {
	err := c.Journal.Append(ctx, events)
	if err == nil {
		c.total += len(events)
		for _, e := range events {
			c.events[e.Kind]++
		}
	}
	return err
}
