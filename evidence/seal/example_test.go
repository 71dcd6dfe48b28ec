package seal_test

import (
	"fmt"
	"log"
	"os"
	"time"

	"filippo.io/age"

	"github.com/trueup-dev/trueup/evidence/seal"
)

func ExampleKeyring() {
	dir, err := os.MkdirTemp("", "keyring")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	auditor, err := age.GenerateX25519Identity()
	if err != nil {
		log.Fatal(err)
	}
	keys, err := seal.Open(dir, auditor.Recipient().String())
	if err != nil {
		log.Fatal(err)
	}
	field, err := keys.Seal("ann@example.com", []byte("last used 2026-05-04"))
	if err != nil {
		log.Fatal(err)
	}
	text, err := keys.Open(field, auditor)
	fmt.Println(string(text), err)

	receipt, salt, err := keys.Erase("ann@example.com", time.Now(), "GDPR art. 17")
	if err != nil {
		log.Fatal(err)
	}
	_, err = keys.Open(field, auditor)
	fmt.Println(err, receipt.Concerns("ann@example.com", salt))
	// Output:
	// last used 2026-05-04 <nil>
	// seal: erased true
}
