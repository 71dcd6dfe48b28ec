package export_test

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"os"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/export"
	"github.com/trueup-dev/trueup/evidence/verify"
)

// exampleLog is a log of one entry.
func exampleLog(ctx context.Context) (l *evidence.Log, dir string, signer *evidence.Signer, done func()) {
	check := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	dir, err := os.MkdirTemp("", "log")
	check(err)
	signer, err = evidence.NewSigner("example.com/log", ed25519.NewKeyFromSeed(make([]byte, 32)))
	check(err)
	l, err = evidence.Open(ctx, dir, evidence.Options{Signer: signer})
	check(err)
	_, err = l.Append(ctx, evidence.Entry{Kind: "trueup.position/1", Payload: []byte("owned 10, used 12")})
	check(err)
	return l, dir, signer, func() { _ = os.RemoveAll(dir) }
}

// An entry as an event: who gets it can prove it, and learns nothing of its payload.
func ExampleCloudEvent() {
	ctx := context.Background()
	l, _, _, done := exampleLog(ctx)
	defer done()
	defer l.Close()
	for rec, err := range l.Entries(ctx, 0) {
		if err != nil {
			panic(err)
		}
		b, err := export.CloudEvent(ctx, l, "example.com/log", rec, at)
		if err != nil {
			panic(err)
		}
		var event map[string]any
		if err := json.Unmarshal(b, &event); err != nil {
			panic(err)
		}
		fmt.Println(event["specversion"], event["type"], event["source"], event["id"], event["time"])
	}
	// Output: 1.0 dev.trueup.evidence.trueup.position/1 //example.com/log 0 2026-09-30T00:00:00Z
}

// What a supplier's verifier found, as a statement that their tools read.
func ExampleSVR() {
	ctx := context.Background()
	l, dir, signer, done := exampleLog(ctx)
	defer done()
	checkpoint, err := l.Checkpoint(ctx)
	if err != nil {
		panic(err)
	}
	if err := l.Close(); err != nil {
		panic(err)
	}
	report, err := verify.Folder(ctx, os.DirFS(dir), verify.Options{Key: signer.VerifierKey()})
	if err != nil {
		panic(err)
	}
	s, err := export.SVR(report, checkpoint.Note, "https://auditor.example/verifier/v1", at)
	if err != nil {
		panic(err)
	}
	fmt.Println(s.PredicateType)
	fmt.Println(string(s.Predicate))
	// Output:
	// https://in-toto.io/attestation/svr/v0.1
	// {"verifier":{"id":"https://auditor.example/verifier/v1"},"timeCreated":"2026-09-30T00:00:00Z","properties":["TRUEUP_EVIDENCE_INTEGRITY","TRUEUP_EVIDENCE_COMPLETENESS","TRUEUP_EVIDENCE_PROVENANCE"]}
}
