package evidence_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/verify"
)

// A run appends what it finds, states what it consists of, and anyone with the
// public key checks the folder.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "evidence")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	signer, err := evidence.GenerateKeyFile(filepath.Join(dir, "log.key"), "example.com/licences")
	if err != nil {
		log.Fatal(err)
	}
	folder := filepath.Join(dir, "log")
	l, err := evidence.Open(ctx, folder, evidence.Options{Signer: signer})
	if err != nil {
		log.Fatal(err)
	}
	run := l.Run("2026-Q3")
	for _, e := range []evidence.Entry{
		{Kind: "batch", Key: "2026-Q3/batch/glpi", Payload: []byte("40 devices")},
		{Kind: "position", Key: "2026-Q3/position/acme-db", Payload: []byte("owned 10, used 12")},
	} {
		i, err := run.Append(ctx, e)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(i, e.Kind)
	}
	checkpoint, err := run.Complete(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(checkpoint.Origin, checkpoint.Size)
	if err := l.Close(); err != nil {
		log.Fatal(err)
	}

	report, err := verify.Folder(ctx, os.DirFS(folder), verify.Options{Key: signer.VerifierKey()})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(report)
	// Output:
	// 0 batch
	// 1 position
	// example.com/licences 3
	// integrity: pass
	// completeness: pass
	// provenance: pass
}

func ExampleLog_ProveInclusion() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "evidence")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	signer, err := evidence.GenerateKeyFile(filepath.Join(dir, "log.key"), "example.com/licences")
	if err != nil {
		log.Fatal(err)
	}
	l, err := evidence.Open(ctx, filepath.Join(dir, "log"), evidence.Options{Signer: signer})
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	indexes, err := l.AppendBatch(ctx, []evidence.Entry{{Kind: "plan"}, {Kind: "approval"}, {Kind: "outcome"}})
	if err != nil {
		log.Fatal(err)
	}
	c, err := l.Checkpoint(ctx)
	if err != nil {
		log.Fatal(err)
	}
	leaf, err := l.Leaf(ctx, indexes[1])
	if err != nil {
		log.Fatal(err)
	}
	proof, err := l.ProveInclusion(ctx, indexes[1], c.Size)
	if err != nil {
		log.Fatal(err)
	}
	err = tlog.CheckRecord(proof, c.Size, c.Root, int64(indexes[1]), tlog.RecordHash(leaf))
	fmt.Println(len(proof), "hashes:", err)
	// Output:
	// 2 hashes: <nil>
}
