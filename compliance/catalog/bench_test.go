package catalog_test

import (
	"testing"

	"github.com/trueup-dev/trueup/compliance/catalog"
)

func BenchmarkRecognise(b *testing.B) {
	c := load(b)
	titles := pickedTitles(b)
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		c.Recognise(titles[i%len(titles)])
	}
}

func BenchmarkDefault(b *testing.B) {
	for b.Loop() {
		if _, err := catalog.Default(); err != nil {
			b.Fatal(err)
		}
	}
}
