package evidence_test

import (
	"context"
	"crypto/ed25519"
	"testing"

	"github.com/trueup-dev/trueup/evidence"
)

// Opening reads the last segment, however long the log is: here after a million
// entries of 200 bytes.
func BenchmarkOpen(b *testing.B) {
	s, err := evidence.NewSigner("example.com/log", ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	open := func() *evidence.Log {
		l, err := evidence.Open(context.Background(), dir, evidence.Options{Signer: s})
		if err != nil {
			b.Fatal(err)
		}
		return l
	}
	l := open()
	batch := make([]evidence.Entry, 1000)
	for i := range batch {
		batch[i] = evidence.Entry{Kind: "bench", Payload: make([]byte, 200)}
	}
	for range 1000 {
		if _, err := l.AppendBatch(context.Background(), batch); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		b.StopTimer()
		if err := l.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		l = open()
	}
	if err := l.Close(); err != nil {
		b.Fatal(err)
	}
}
