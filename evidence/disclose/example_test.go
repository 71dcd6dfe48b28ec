package disclose_test

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"log"
	"os"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/cosign"
	"github.com/trueup-dev/trueup/evidence/disclose"
	"github.com/trueup-dev/trueup/evidence/statement"
)

// A supplier sees the host and the cores of one row and the total of all, and not
// who uses them.
func Example() {
	check := func(err error) {
		if err != nil {
			log.Fatal(err)
		}
	}
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "log")
	check(err)
	defer os.RemoveAll(dir)
	logKey, err := evidence.NewSigner("example.com/licences", key("log"))
	check(err)
	l, err := evidence.Open(ctx, dir, evidence.Options{Signer: logKey})
	check(err)
	defer l.Close()

	// Commit, and append the commitment.
	opening, err := disclose.Commit(consumers(40), nil)
	check(err)
	commitment := opening.Commitment()
	index, err := l.Append(ctx, evidence.Entry{Kind: disclose.Kind, Payload: commitment.Payload()})
	check(err)
	checkpoint, err := l.Checkpoint(ctx)
	check(err)

	// Show.
	proof, err := evidence.Present(ctx, l, index, checkpoint)
	check(err)
	signer, err := statement.NewSigner(key("company"))
	check(err)
	r := request()
	r.Where = func(row map[string]string) bool { return row["host"] == "host-17" }
	bundle, err := opening.Bundle(proof, r, signer)
	check(err)

	// Check, elsewhere.
	policy, err := cosign.ParsePolicy("policy", []byte("log "+logKey.VerifierKey()+"\nquorum none\n"))
	check(err)
	shown, err := disclose.Open(bundle, disclose.Options{
		Keys: []ed25519.PublicKey{key("company").Public().(ed25519.PublicKey)}, Policy: policy, Audience: "supplier.example", Now: now,
	})
	check(err)
	fmt.Println(shown.Population, "rows,", shown.Totals["cores"], "cores in all")
	fmt.Println(shown.Rows[0].Values)
	// Output:
	// 40 rows, 780 cores in all
	// map[cores:17 host:host-17]
}
