package seal_test

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/hold"
	"github.com/trueup-dev/trueup/evidence/seal"
)

func ExampleKeyring() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	auditor, err := age.GenerateX25519Identity()
	if err != nil {
		log.Fatal(err)
	}
	keys, err := seal.Open(filepath.Join(dir, "keyring"), auditor.Recipient().String())
	if err != nil {
		log.Fatal(err)
	}
	field, err := keys.Seal("ann@example.com", []byte("last used 2026-05-04"))
	if err != nil {
		log.Fatal(err)
	}
	text, err := keys.Open(field, auditor)
	fmt.Println(string(text), err)

	signer, err := evidence.NewSigner("example.com/log", ed25519.NewKeyFromSeed(make([]byte, 32)))
	if err != nil {
		log.Fatal(err)
	}
	l, err := evidence.Open(context.Background(), filepath.Join(dir, "log"), evidence.Options{Signer: signer})
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	holds := &hold.Book{Log: l} // no hold is in this log, so there is nothing to describe
	receipt, salt, err := keys.Erase(context.Background(), holds, "ann@example.com", time.Now(), "GDPR art. 17")
	if err != nil {
		log.Fatal(err)
	}
	_, err = keys.Open(field, auditor)
	fmt.Println(err, receipt.Concerns("ann@example.com", salt))
	// Output:
	// last used 2026-05-04 <nil>
	// seal: erased true
}
