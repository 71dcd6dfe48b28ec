package hold_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/trueup-dev/trueup/evidence/hold"
)

func ExampleBook() {
	ctx := context.Background()
	b, _ := book(entry("usage", 1, 1), entry("usage", 2, 2))
	at := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	i, err := b.Place(ctx, hold.Hold{Matter: "Acme v. Example", By: "counsel", At: at, Reason: "notice of claim",
		Subjects: []hold.Pseudonym{person(1)}}) // seal.Keyring.Pseudonym
	if err != nil {
		log.Fatal(err)
	}
	erase := func() error { fmt.Println("erased"); return nil }
	fmt.Println(i, b.Unheld(ctx, person(1), erase))
	if _, err := b.Release(ctx, hold.Release{Matter: "Acme v. Example", By: "counsel", At: at, Reason: "settled"}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(b.Unheld(ctx, person(1), erase))
	// Output:
	// 2 hold: under a legal hold: of 1 matters
	// erased
	// <nil>
}
