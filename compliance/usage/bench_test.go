package usage

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// million are checkouts of a year by 5,000 users, of up to eight hours each.
func million(n int) []Checkout {
	r := rand.New(rand.NewPCG(1, 2))
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	checkouts := make([]Checkout, n)
	for i := range checkouts {
		from := start.Add(time.Duration(r.IntN(365*86400)) * time.Second)
		s := Span{from, from.Add(time.Duration(1+r.IntN(8*3600)) * time.Second)}
		user := User(fmt.Sprintf("user%04d", r.IntN(5000)))
		checkouts[i] = Checkout{Feature: "draw", User: user, Host: "pc", Quantity: 1, Held: s, Sure: s}
	}
	return checkouts
}

func BenchmarkTimeline(b *testing.B) {
	const n = 1_000_000
	checkouts := million(n)
	year := Span{time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)}
	b.Run("sweep", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := NewTimeline(checkouts); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/checkout")
	})
	t, err := NewTimeline(checkouts)
	require.NoError(b, err)
	b.Run("peak", func(b *testing.B) {
		for b.Loop() {
			t.Peak(year)
		}
	})
	b.Run("days", func(b *testing.B) {
		for b.Loop() {
			t.Windows(year, Day)
		}
	})
}

func BenchmarkReadDebugLog(b *testing.B) {
	var log bytes.Buffer
	fmt.Fprintln(&log, " 0:00:00 (acad) TIMESTAMP 3/2/2026")
	for i := range 100_000 {
		second := i * 86400 / 100_000
		fmt.Fprintf(&log, "%2d:%02d:%02d (acad) OUT: \"draw\" user%03d@pc%03d  \n", second/3600, second/60%60, second%60, i%500, i%700)
		fmt.Fprintf(&log, "%2d:%02d:%02d (acad) IN: \"draw\" USER%03d@pc%03d  \n", second/3600, second/60%60, second%60, i%500, i%700)
	}
	text := log.String()
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read(b.Context(), strings.NewReader(text), Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
