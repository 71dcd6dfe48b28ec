package postgres_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"log"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/postgres"
)

// A product that has a database keeps its evidence there. The example needs one
// and is compiled only.
func Example() {
	ctx := context.Background()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	signer, err := evidence.NewSigner("example.com/licences", key)
	if err != nil {
		log.Fatal(err)
	}
	pool, err := pgxpool.New(ctx, "postgres://localhost/itam")
	if err != nil {
		log.Fatal(err)
	}
	defer pool.Close()
	l, err := postgres.Open(ctx, pool, postgres.Options{Signer: signer})
	if err != nil {
		log.Fatal(err)
	}
	index, err := l.Append(ctx, evidence.Entry{Kind: "position", Run: "2026-Q3", Key: "p/1", Payload: []byte("…")})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(index)
	if err := l.Close(); err != nil {
		log.Fatal(err)
	}
}
