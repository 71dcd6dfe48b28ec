package columns_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/trueup-dev/trueup/internal/columns"
)

// Against a map, with hashes that meet in their low bits.
func TestSetIsASet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s columns.Set
		want := map[uint64]bool{}
		hash := rapid.Custom(func(t *rapid.T) uint64 {
			return rapid.Uint64Range(0, 7).Draw(t, "high")<<60 | rapid.Uint64Range(0, 90).Draw(t, "low")
		})
		for range rapid.IntRange(0, 300).Draw(t, "steps") {
			h := hash.Draw(t, "hash")
			if rapid.Bool().Draw(t, "add") {
				if got := s.Add(h); got == want[h] {
					t.Fatalf("adding %x to %v says %v", h, want, got)
				}
				want[h] = true
			} else {
				if got := s.Remove(h); got != want[h] {
					t.Fatalf("removing %x from %v says %v", h, want, got)
				}
				delete(want, h)
			}
			if s.Has(h) != want[h] || s.Len() != len(want) {
				t.Fatalf("has %x is %v, %d of %d", h, s.Has(h), s.Len(), len(want))
			}
		}
		s.Each(func(h uint64) bool {
			if !want[h] {
				t.Fatalf("%x is not in %v", h, want)
			}
			delete(want, h)
			return true
		})
		if len(want) > 0 {
			t.Fatalf("%v were not listed", want)
		}
	})
}
