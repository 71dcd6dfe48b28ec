package verify_test

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/verify"
)

// A log whose entries were changed behind its back: what was changed is named.
func ExampleFolder() {
	check := func(err error) {
		if err != nil {
			log.Fatal(err)
		}
	}
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "log")
	check(err)
	defer os.RemoveAll(dir)
	signer, err := evidence.NewSigner("example.com/log", ed25519.NewKeyFromSeed(make([]byte, 32)))
	check(err)
	l, err := evidence.Open(ctx, dir, evidence.Options{Signer: signer})
	check(err)
	_, err = l.Append(ctx, evidence.Entry{Kind: "position", Payload: []byte("owned 10, used 12")})
	check(err)
	check(l.Close())

	opts := verify.Options{Key: signer.VerifierKey()}
	report, err := verify.Folder(ctx, os.DirFS(dir), opts)
	check(err)
	fmt.Println(report.OK())

	tile := filepath.Join(dir, "tile", "0", "000.p", "1")
	hashes, err := os.ReadFile(tile)
	check(err)
	hashes[0] ^= 1
	check(os.WriteFile(tile, hashes, 0o600))
	report, err = verify.Folder(ctx, os.DirFS(dir), opts)
	check(err)
	fmt.Println(report.Integrity.Status, report.Integrity.Problems[0].Where)
	// Output:
	// true
	// fail tile/0/000.p/1
}
