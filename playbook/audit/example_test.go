package audit_test

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/statement"
	"github.com/trueup-dev/trueup/evidence/verify"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/audit"
)

// A run is handed to an auditor, who checks it and computes it anew with nothing but
// the folder and the log's public key.
func Example() {
	check := func(err error) {
		if err != nil {
			log.Fatal(err)
		}
	}
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "audit")
	check(err)
	defer os.RemoveAll(dir)
	key, err := evidence.NewSigner("example.com/licences", ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
	check(err)
	l, err := evidence.Open(ctx, filepath.Join(dir, "log"), evidence.Options{Signer: key})
	check(err)
	defer l.Close()
	p, err := playbook.Load("../testdata/playbook.yaml")
	check(err)
	engine, err := playbook.Open(ctx, playbook.Options{Playbook: p, Log: l})
	check(err)
	report, err := engine.Run(ctx, playbook.Facts{Estate: compliance.NewBuilder(now).Build()}, now)
	check(err)

	signer, err := statement.NewSigner(key.Key())
	check(err)
	check(audit.Write(ctx, filepath.Join(dir, "package"), audit.Options{
		Log: l, Playbook: p, Report: report, Signer: signer, Engine: "v1.0.0",
		Audience: "auditor.example", Purpose: "audit of 2026", Produced: now, Expires: now.Add(90 * 24 * time.Hour),
	}))

	checked, err := audit.Verify(ctx, os.DirFS(filepath.Join(dir, "package")), verify.PackageOptions{
		Options: verify.Options{Key: key.VerifierKey()}, Audience: "auditor.example", Now: now.Add(24 * time.Hour),
	})
	check(err)
	fmt.Print(checked)
	// Output:
	// integrity: pass
	// completeness: pass
	// provenance: pass
	// recomputation: pass
}
