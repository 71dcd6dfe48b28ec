package usage

import (
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// The property tests compare with counts taken minute by minute: no sorting, no
// events, only "is it held then".

const horizon = 40 // minutes in which the drawn checkouts lie

func drawCheckouts(t *rapid.T) []Checkout {
	minute := rapid.IntRange(0, horizon)
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Checkout {
		ends := []int{minute.Draw(t, "m"), minute.Draw(t, "m"), minute.Draw(t, "m"), minute.Draw(t, "m")}
		slices.Sort(ends)
		c := held(User(rapid.SampledFrom([]string{"ann", "Ann", "bob", "eve"}).Draw(t, "user")),
			ends[0], ends[3], rapid.Int64Range(1, 5).Draw(t, "quantity"))
		c.Host = Host(rapid.SampledFrom([]string{"pc1", "PC1", "pc2"}).Draw(t, "host"))
		if rapid.Bool().Draw(t, "doubtful") {
			c.Sure = span(ends[1], ends[2])
		}
		return c
	}), 0, 12).Draw(t, "checkouts")
}

// counted is the number held during the minute.
func counted(checkouts []Checkout, minute int, of func(Checkout) Span) (n int64) {
	for _, c := range checkouts {
		if s := of(c); !s.From.After(at(minute)) && s.To.After(at(minute)) {
			n += c.Quantity
		}
	}
	return n
}

func heldSpan(c Checkout) Span { return c.Held }
func sureSpan(c Checkout) Span { return c.Sure }

// bruteForce gives the peak over [from, to) and its maximal stretches.
func bruteForce(checkouts []Checkout, from, to int, of func(Checkout) Span) (peak int64, spans []Span) {
	for m := from; m < to; m++ {
		peak = max(peak, counted(checkouts, m, of))
	}
	for m := from; m < to && peak > 0; m++ {
		if counted(checkouts, m, of) != peak {
			continue
		}
		if n := len(spans); n > 0 && spans[n-1].To.Equal(at(m)) {
			spans[n-1].To = at(m + 1)
		} else {
			spans = append(spans, span(m, m+1))
		}
	}
	return peak, spans
}

func TestPeakEqualsBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkouts := drawCheckouts(t)
		from := rapid.IntRange(-5, horizon+5).Draw(t, "from")
		to := rapid.IntRange(from, horizon+10).Draw(t, "to")
		tl, err := NewTimeline(checkouts)
		if err != nil {
			t.Fatal(err)
		}
		p := tl.Peak(span(from, to))
		most, spans := bruteForce(checkouts, from, to, heldSpan)
		least, sure := bruteForce(checkouts, from, to, sureSpan)
		assert.Equal(t, most, *p.AtMost)
		assert.Equal(t, least, p.AtLeast)
		assert.Equal(t, spans, p.Spans)
		assert.Equal(t, sure, p.Sure)
		var holders int64
		for _, h := range p.Holders {
			holders += h.Quantity
		}
		assert.Equal(t, most, holders, "the holders hold the peak")
		for m := from; m < to; m++ {
			want := Count{counted(checkouts, m, sureSpan), counted(checkouts, m, heldSpan)}
			assert.Equal(t, want, tl.At(at(m)))
		}
	})
}

func TestWindowsEqualBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkouts := drawCheckouts(t)
		// Stretch a minute to a quarter of an hour, so that hours cut checkouts.
		for i := range checkouts {
			c := &checkouts[i]
			for _, instant := range []*time.Time{&c.Held.From, &c.Held.To, &c.Sure.From, &c.Sure.To} {
				*instant = noon.Add(15 * instant.Sub(noon))
			}
		}
		tl, err := NewTimeline(checkouts)
		if err != nil {
			t.Fatal(err)
		}
		windows := tl.Windows(Span{noon, noon.Add(15 * horizon * time.Minute)}, Hour)
		assert.Len(t, windows, horizon/4)
		for _, w := range windows {
			first := int(w.From.Sub(noon) / time.Minute)
			checkWindow(t, checkouts, w, first, first+60)
		}
	})
}

func checkWindow(t *rapid.T, checkouts []Checkout, w Window, from, to int) {
	var most, least int64
	users, hosts := map[string]bool{}, map[string]bool{}
	for m := from; m < to; m++ {
		most += counted(checkouts, m, heldSpan)
		least += counted(checkouts, m, sureSpan)
		for _, c := range checkouts {
			if c.Held.Contains(at(m)) {
				users[c.User.Key()], hosts[c.Host.Key()] = true, true
			}
		}
	}
	minutes := int64(to - from)
	assert.Zero(t, w.AverageAtMost.Cmp(big.NewRat(most, minutes)))
	assert.Zero(t, w.AverageAtLeast.Cmp(big.NewRat(least, minutes)))
	peak, _ := bruteForce(checkouts, from, to, heldSpan)
	sure, _ := bruteForce(checkouts, from, to, sureSpan)
	assert.Equal(t, Count{sure, peak}, w.Peak)
	assert.Equal(t, len(users), w.Users)
	assert.Equal(t, len(hosts), w.Hosts)
}

func TestOrderOfCheckoutsDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkouts := drawCheckouts(t)
		shuffled := rapid.Permutation(checkouts).Draw(t, "shuffled")
		a, _ := NewTimeline(checkouts)
		b, _ := NewTimeline(shuffled)
		p, q := a.Peak(span(0, horizon)), b.Peak(span(0, horizon))
		assert.Equal(t, p.AtMost, q.AtMost)
		assert.Equal(t, p.Spans, q.Spans)
		assert.Equal(t, p.Sure, q.Sure)
		assert.Len(t, q.Holders, len(p.Holders))
	})
}
