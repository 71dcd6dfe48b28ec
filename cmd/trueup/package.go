package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/statement"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/audit"
)

// packaging is what trueup run is told about an audit package.
type packaging struct {
	dir, audience, purpose string
	valid                  time.Duration
}

func packageFlags(f *flag.FlagSet) *packaging {
	p := &packaging{}
	f.StringVar(&p.dir, "package", "", "")
	f.StringVar(&p.audience, "audience", "", "")
	f.StringVar(&p.purpose, "purpose", "", "")
	f.DurationVar(&p.valid, "valid", 90*24*time.Hour, "")
	return p
}

func (p *packaging) check() error {
	if p.dir != "" && (p.audience == "" || p.purpose == "" || p.valid <= 0) {
		return fmt.Errorf("%w: -package needs -audience, -purpose and a -valid above zero", errUsage)
	}
	return nil
}

// write writes the package of a run, if one is asked for.
func (p *packaging) write(ctx context.Context, log store, key *evidence.Signer, book *playbook.Playbook, rep *playbook.Report) error {
	if p.dir == "" {
		return nil
	}
	signer, err := statement.NewSigner(key.Key())
	if err != nil {
		return err
	}
	engine, err := engineDigest()
	if err != nil {
		return err
	}
	if err := (leaving{run: rep.Run, at: rep.Result.AsOf, by: operator(), purpose: p.purpose + ", package for " + p.audience, now: rep.Now}).record(ctx, log); err != nil {
		return err
	}
	upTo := *rep // a checkpoint with the export under it, which is the log's newest
	if upTo.Checkpoint, err = log.Checkpoint(ctx); err != nil {
		return err
	}
	return audit.Write(ctx, p.dir, audit.Options{
		Log: log, Playbook: book, Report: &upTo, Signer: signer, Engine: engine,
		Audience: p.audience, Purpose: p.purpose, Produced: rep.Now, Expires: rep.Now.Add(p.valid),
	})
}

// engineDigest is the SHA-256 of this program.
func engineDigest() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	f, err := os.Open(self)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.Copy(h, f)
	return "sha256:" + hex.EncodeToString(h.Sum(nil)), errors.Join(err, f.Close())
}
