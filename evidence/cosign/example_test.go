package cosign_test

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"log"
	"os"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/cosign"
)

// A proof of one entry, kept as a file, is checked offline: by the leaf, the proof and the
// policy.
func ExampleProof() {
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
	defer l.Close()
	for range 300 {
		_, err = l.Append(ctx, evidence.Entry{Kind: "position"})
		check(err)
	}
	checkpoint, err := l.Checkpoint(ctx)
	check(err)
	presented, err := evidence.Present(ctx, l, 42, checkpoint)
	check(err)
	file := presented.Format()

	policy, err := cosign.ParsePolicy("policy", []byte("log "+signer.VerifierKey()+"\nquorum none\n"))
	check(err)
	proof, err := cosign.ParseProof(file)
	check(err)
	leaf, err := l.Leaf(ctx, 42)
	check(err)
	seen, err := proof.Verify(leaf, policy)
	fmt.Println(seen.Origin, seen.Size, err)
	leaf[0] ^= 1
	_, err = proof.Verify(leaf, policy)
	fmt.Println(err != nil)
	// Output:
	// example.com/log 300 <nil>
	// true
}
