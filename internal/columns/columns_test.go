package columns_test

import (
	"hash/maphash"
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/trueup-dev/trueup/internal/columns"
)

func TestColumnIsAList(t *testing.T) {
	var c columns.Column[int]
	const n = 50_000 // several blocks
	for i := range n {
		c.Append(i)
	}
	assert.Equal(t, n, c.Len())
	copied := c.Clone()
	c.Set(40_000, -1)
	copied.Append(7)
	assert.Equal(t, n, c.Len())
	assert.Equal(t, n+1, copied.Len())
	for i := range n {
		want := i
		if i == 40_000 {
			want = -1
		}
		if c.At(i) != want || copied.At(i) != i {
			t.Fatalf("row %d is %d, in the copy %d", i, c.At(i), copied.At(i))
		}
	}
}

// Against a map, also where every value has the same hash.
func TestDictionaryNumbersInOrder(t *testing.T) {
	for name, hash := range map[string]func(maphash.Seed, string) uint64{
		"hashed":   maphash.String,
		"all same": func(maphash.Seed, string) uint64 { return 1<<63 + 63 },
	} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				d, want := columns.NewDictionary[string](), []string(nil)
				for _, n := range rapid.SliceOf(rapid.IntRange(0, 300)).Draw(t, "values") {
					v := strconv.Itoa(n)
					at := slices.Index(want, v)
					if at < 0 {
						at, want = len(want), append(want, v)
					}
					h := hash(d.Seed(), v)
					guesses := []uint32{0}
					d.Guesses([]uint64{h}, guesses)
					guess, known := guesses[0], guesses[0] != math.MaxUint32
					if name != "all same" && (known != (at < len(d.Values())) || known && int(guess) != at) {
						t.Fatalf("%q is guessed to be %d, %v, want %d", v, guess, known, at)
					}
					if got := d.Number(h, &v); int(got) != at {
						t.Fatalf("%q has number %d, want %d", v, got, at)
					}
				}
				if !slices.Equal(d.Values(), want) {
					t.Fatalf("values %q, want %q", d.Values(), want)
				}
			})
		})
	}
}
