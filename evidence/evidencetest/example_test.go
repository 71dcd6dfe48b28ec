package evidencetest_test

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"log"
	"os"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/evidencetest"
)

// A store of one's own is done when nothing is reported.
func ExampleTestLog() {
	dir, err := os.MkdirTemp("", "log")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	signer, err := evidence.NewSigner("example.com/log", ed25519.NewKeyFromSeed(make([]byte, 32)))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(evidencetest.TestLog(context.Background(), evidencetest.Options{
		VerifierKey: signer.VerifierKey(),
		Open: func(ctx context.Context) (evidencetest.Log, error) {
			return evidence.Open(ctx, dir, evidence.Options{Signer: signer})
		},
	}))
	// Output: <nil>
}
