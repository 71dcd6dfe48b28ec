// Command escalation tells people of a finding until somebody takes it: a run opens a
// case in a log, a runner carries it on by the clock, and letters leave through a channel
// that the program brings. A product that has its own way of telling people does this.
package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/escalation/notice"
	"github.com/trueup-dev/trueup/escalation/post"
	"github.com/trueup-dev/trueup/escalation/runner"
	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/notify"
)

//go:embed playbook.yaml entitlements.csv
var files embed.FS

func main() {
	if err := escalate(context.Background(), os.Stdout, time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)); err != nil {
		log.Fatal(err)
	}
}

// printed is a channel that prints letters: put your own here.
type printed struct{ w io.Writer }

// Send implements post.Channel.
func (p printed) Send(_ context.Context, l notice.Letter, _ time.Time) error {
	_, err := fmt.Fprintf(p.w, "%s to %s: %s\n", l.At.Format("Mon 15:04"), l.Address, l.Reason)
	return err
}

// escalate opens a case and lets two days pass in which nobody acts.
func escalate(ctx context.Context, w io.Writer, now time.Time) (err error) {
	book, err := playbook.LoadFS(files, "playbook.yaml")
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "trueup-example-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	signer, err := evidence.GenerateKeyFile(filepath.Join(dir, "log.key"), "example.org/log")
	if err != nil {
		return err
	}
	entries, err := evidence.Open(ctx, filepath.Join(dir, "log"), evidence.Options{Signer: signer})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, entries.Close()) }()
	engine, err := playbook.Open(ctx, playbook.Options{Playbook: book, Log: entries})
	if err != nil {
		return err
	}
	estate, err := workstations(now)
	if err != nil {
		return err
	}
	if _, err := engine.Run(ctx, playbook.Facts{Estate: estate}, now); err != nil {
		return err
	}
	office, err := book.Notices().Office(notify.Options{Makers: map[string]notify.Maker{
		notify.Mail: func(notify.Channel) (post.Channel, error) { return printed{w}, nil },
	}})
	if err != nil {
		return err
	}
	r, err := runner.Start(ctx, runner.Options{Journal: engine.CaseJournal(), Sender: office, Directory: engine.Directory()})
	if err != nil {
		return err
	}
	// A service calls r.Run(ctx), which sleeps in between.
	for until := now.AddDate(0, 0, 2); !now.IsZero() && now.Before(until); {
		if now, err = r.Tick(ctx, now); err != nil {
			return err
		}
	}
	return nil
}

// workstations have more software than was bought.
func workstations(now time.Time) (*compliance.Estate, error) {
	b := compliance.NewBuilder(now)
	for _, ws := range []compliance.DeviceID{"ws-101", "ws-102", "ws-103"} {
		if err := b.AddInstall(compliance.Install{Device: ws, Title: catalog.Title{Name: "Autodesk AutoCAD 2025 - English"}}); err != nil {
			return nil, err
		}
	}
	return b.Build(), nil
}
