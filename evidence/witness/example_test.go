package witness_test

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"log"
	"net/http/httptest"
	"os"
	"time"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/cosign"
	"github.com/trueup-dev/trueup/evidence/witness"
)

// A checkpoint is published, cosigned by a witness who runs elsewhere and kept in a folder
// out of reach. The policy of a verifier asks for that witness.
func ExamplePublish() {
	check := func(err error) {
		if err != nil {
			log.Fatal(err)
		}
	}
	ctx := context.Background()
	var dirs [3]string
	for i := range dirs {
		dir, err := os.MkdirTemp("", "witness")
		check(err)
		defer os.RemoveAll(dir)
		dirs[i] = dir
	}
	signer, err := evidence.NewSigner("example.com/log", ed25519.NewKeyFromSeed(make([]byte, 32)))
	check(err)
	l, err := evidence.Open(ctx, dirs[0], evidence.Options{Signer: signer})
	check(err)
	defer l.Close()
	_, err = l.Append(ctx, evidence.Entry{Kind: "position"})
	check(err)

	cosigner, err := cosign.NewCosigner("auditor.example/w", key("auditor"))
	check(err)
	server, err := witness.NewServer(witness.ServerOptions{Cosigner: cosigner, Logs: []string{signer.VerifierKey()}, Dir: dirs[1], Now: time.Now})
	check(err)
	web := httptest.NewServer(server)
	defer web.Close()

	auditor, err := witness.NewHTTP(web.URL, cosigner.VerifierKey(), nil)
	check(err)
	checkpoint, err := witness.Publish(ctx, l, auditor, witness.Folder(dirs[2]))
	check(err)

	policy, err := cosign.ParsePolicy("policy", fmt.Appendf(nil, "log %s\nwitness auditor %s\nquorum auditor\n", signer.VerifierKey(), cosigner.VerifierKey()))
	check(err)
	seen, err := policy.Check(checkpoint.Note)
	check(err)
	kept, err := witness.Folder(dirs[2]).Checkpoints()
	check(err)
	fmt.Println(seen.Origin, seen.Size, seen.Cosignatures[0].Witness, len(kept))
	// Output: example.com/log 1 auditor 1
}
