// Command quickstart runs the whole loop on real input: it builds and starts two
// connectors, inventories this machine and a sample estate, runs a playbook, and
// checks the proof with the separate verifier. It needs Go and nothing else.
//
//	go run ./examples/quickstart
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/host"
	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/verify"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/collect"
)

func main() {
	dir := flag.String("dir", "examples/quickstart", "folder of the playbook")
	keep := flag.String("keep", "", "folder to keep the log in; empty means a temporary one")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *dir, *keep); err != nil {
		stop()
		log.Fatal("quickstart: ", err)
	}
}

func run(ctx context.Context, dir, keep string) (err error) {
	work, err := os.MkdirTemp("", "trueup-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	if keep == "" {
		keep = work
	}
	bin, err := build(ctx, work)
	if err != nil {
		return err
	}
	p, err := playbook.Load(filepath.Join(dir, "playbook.yaml"))
	if err != nil {
		return err
	}
	now := time.Now().UTC().Truncate(time.Second)
	facts, err := gather(ctx, p, dir, bin, now)
	if err != nil {
		return err
	}
	logDir, key := filepath.Join(keep, "evidence-log"), filepath.Join(keep, "evidence-log.key")
	if err := judge(ctx, p, facts, logDir, key, now); err != nil {
		return err
	}
	return check(ctx, logDir, key+evidence.PublicKeySuffix)
}

// build compiles the two connectors, as their authors would ship them.
func build(ctx context.Context, work string) (string, error) {
	bin := filepath.Join(work, "bin")
	fmt.Println("Building the connectors ...")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", bin+string(filepath.Separator), "github.com/trueup-dev/trueup/connectors/cmd/...")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("go build: %w", err)
	}
	return bin, nil
}

// gather starts the connectors, pinned by the checksums of what was just built,
// and collects from both at once.
func gather(ctx context.Context, p *playbook.Playbook, dir, bin string, now time.Time) (facts playbook.Facts, err error) {
	base, err := filepath.Abs(dir)
	if err != nil {
		return facts, err
	}
	pins, err := collect.Checksums(bin)
	if err != nil {
		return facts, err
	}
	h, err := host.Open(ctx, host.Config{})
	if err != nil {
		return facts, err
	}
	defer func() { err = errors.Join(err, h.Close(context.WithoutCancel(ctx))) }()
	fmt.Println("Collecting ...")
	return collect.Estate(ctx, h, p, now, collect.Options{
		Dir: bin, Base: base, Checksums: pins,
		Progress: func(pr connectors.Progress) {
			fmt.Printf("  %-14s %-10s %6d rows  %s\n", pr.Source, pr.Stage, pr.Rows.Total(), pr.Message)
		},
	})
}

// judge runs the playbook over the estate and prints what it comes to.
func judge(ctx context.Context, p *playbook.Playbook, facts playbook.Facts, logDir, key string, now time.Time) (err error) {
	signer, err := evidence.LoadKeyFile(key)
	if errors.Is(err, os.ErrNotExist) {
		signer, err = evidence.GenerateKeyFile(key, "quickstart.example/log")
	}
	if err != nil {
		return err
	}
	l, err := evidence.Open(ctx, logDir, evidence.Options{Signer: signer})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	engine, err := playbook.Open(ctx, playbook.Options{Playbook: p, Log: l})
	if err != nil {
		return err
	}
	rep, err := engine.Run(ctx, facts, now)
	if err != nil {
		return err
	}
	fmt.Println()
	return rep.WriteText(os.Stdout)
}

// check verifies the log as a stranger would: from its folder and the public key.
func check(ctx context.Context, logDir, publicKey string) error {
	key, err := os.ReadFile(publicKey)
	if err != nil {
		return err
	}
	report, err := verify.Folder(ctx, os.DirFS(logDir), verify.Options{Key: string(key)})
	if err != nil {
		return err
	}
	fmt.Printf("\nThe verifier, from the folder and the public key alone:\n%s", report)
	return report.Err()
}
