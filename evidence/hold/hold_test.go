package hold_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/hold"
	"github.com/trueup-dev/trueup/evidence/retention"
)

var day = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// memory is a log in memory, of which parts can be missing.
type memory struct {
	mu      sync.Mutex
	entries []evidence.Entry
	missing func(i int) bool
	length  int // if not zero, what it says
}

func (m *memory) Append(_ context.Context, e evidence.Entry) (evidence.Index, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries = append(m.entries, e)
	return evidence.Index(len(m.entries) - 1), nil
}

func (m *memory) Len(context.Context) (int64, error) {
	return int64(max(m.length, len(m.entries))), nil
}

func (m *memory) Entries(_ context.Context, from evidence.Index) iter.Seq2[evidence.Record, error] {
	return func(yield func(evidence.Record, error) bool) {
		for i := int(from); i < len(m.entries); i++ {
			if m.missing != nil && m.missing(i) {
				continue
			}
			if !yield(evidence.Record{Index: evidence.Index(i), Entry: m.entries[i]}, nil) {
				return
			}
		}
	}
}

// person is the pseudonym of the n-th person.
func person(n int) hold.Pseudonym { return hold.Pseudonym(fmt.Sprintf("%064x", n)) }

// payload is what the entries of the tests are about.
type payload struct {
	Day     int
	Persons []int
}

func entry(kind evidence.Kind, d int, persons ...int) evidence.Entry {
	b, err := json.Marshal(payload{d, persons})
	if err != nil {
		panic(err)
	}
	return evidence.Entry{Kind: kind, Payload: b}
}

func describe(r evidence.Record) (hold.About, error) {
	if strings.HasPrefix(string(r.Kind), "hold.") || r.Kind == retention.Kind {
		return hold.About{}, nil
	}
	var p payload
	if err := json.Unmarshal(r.Payload, &p); err != nil {
		return hold.About{}, err
	}
	a := hold.About{At: day.AddDate(0, 0, p.Day)}
	for _, n := range p.Persons {
		a.Subjects = append(a.Subjects, person(n))
	}
	return a, nil
}

func book(entries ...evidence.Entry) (*hold.Book, *memory) {
	m := &memory{entries: entries}
	return &hold.Book{Log: m, Describe: describe}, m
}

func TestByMatter(t *testing.T) {
	b, _ := book(entry("usage", 1, 1), entry("usage", 2, 2), entry("plan", 3, 3))
	place := func(h hold.Hold) {
		h.By, h.At, h.Reason = "counsel", day, "notice"
		_, err := b.Place(t.Context(), h)
		require.NoError(t, err)
	}
	place(hold.Hold{Matter: "claim", Subjects: []hold.Pseudonym{person(1)}})
	place(hold.Hold{Matter: "claim", Subjects: []hold.Pseudonym{person(9)}})
	place(hold.Hold{Matter: "audit", Scopes: []hold.Scope{{Kinds: "usage", From: day.AddDate(0, 0, 2)}}})
	matters := func(n int, want ...string) {
		t.Helper()
		got, err := b.Matters(t.Context(), person(n))
		require.NoError(t, err)
		require.ElementsMatch(t, want, got)
		err = b.Unheld(t.Context(), person(n), func() error { return nil })
		require.Equal(t, len(want) > 0, errors.Is(err, hold.ErrHeld), "%v", err)
	}
	matters(1, "claim")
	matters(2, "audit") // an entry about them is held
	matters(3)
	matters(9, "claim") // before anything about them has come
	place(hold.Hold{Matter: "claim", Scopes: []hold.Scope{{}}})
	matters(2, "audit", "claim")
	matters(3, "claim")

	release := func(matter string, persons ...hold.Pseudonym) error {
		_, err := b.Release(t.Context(), hold.Release{Matter: matter, By: "counsel", At: day, Reason: "settled", Subjects: persons})
		return err
	}
	require.NoError(t, release("claim", person(9)))
	matters(9) // nothing is about them
	require.ErrorIs(t, release("claim", person(9)), hold.ErrNotHeld)
	require.ErrorIs(t, release("clam"), hold.ErrNotHeld)
	holds, err := b.Read(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, []hold.Hold{
		{Matter: "audit", By: "counsel", At: day, Reason: "notice", Scopes: []hold.Scope{{Kinds: "usage", From: day.AddDate(0, 0, 2)}}},
		{Matter: "claim", By: "counsel", At: day, Reason: "notice", Subjects: []hold.Pseudonym{person(1)}, Scopes: []hold.Scope{{}}},
	}, holds.Active())
	require.NoError(t, release("claim"))
	matters(1)
	matters(2, "audit")
	require.NoError(t, release("audit"))
	matters(2)
	place(hold.Hold{Matter: "claim", Subjects: []hold.Pseudonym{person(1)}})
	matters(1, "claim") // again
}

// Erasure and pruning have one answer: whatever the log, someone whom nothing holds is
// in no entry that is kept for them, and every entry about someone who is named, or
// that is covered, is kept.
func TestOneAnswer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, m := book()
		p := retention.Policy{Since: day, By: "cfo", Rules: []retention.Rule{{Prefix: "", Days: 1, Basis: "test"}}}
		policy, err := p.Entry(nil)
		require.NoError(t, err)
		kind := rapid.SampledFrom([]evidence.Kind{"usage", "plan"})
		who := rapid.IntRange(1, 3)
		for range rapid.IntRange(1, 12).Draw(t, "entries") {
			_, err := m.Append(context.Background(), entry(kind.Draw(t, "kind"), rapid.IntRange(0, 5).Draw(t, "day"), who.Draw(t, "who")))
			require.NoError(t, err)
		}
		payloads := len(m.entries)
		for range rapid.IntRange(0, 6).Draw(t, "holds") {
			h := hold.Hold{Matter: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "matter"), By: "x", At: day, Reason: "y"}
			switch rapid.IntRange(0, 2).Draw(t, "what") {
			case 0:
				h.Subjects = []hold.Pseudonym{person(who.Draw(t, "held"))}
			case 1:
				h.Scopes = []hold.Scope{{Kinds: string(kind.Draw(t, "scope")), From: day.AddDate(0, 0, rapid.IntRange(0, 5).Draw(t, "from"))}}
			default:
				_, err := b.Release(context.Background(), hold.Release{Matter: h.Matter, By: "x", At: day, Reason: "y"})
				require.True(t, err == nil || errors.Is(err, hold.ErrNotHeld), err)
				continue
			}
			_, err := b.Place(context.Background(), h)
			require.NoError(t, err)
		}
		_, err = m.Append(context.Background(), policy)
		require.NoError(t, err)
		horizon, err := retention.Horizon(context.Background(), b, day.AddDate(1, 0, 0))
		require.NoError(t, err)
		first := payloads // the first entry about someone who may not be erased
		for i := range payloads {
			about, err := describe(evidence.Record{Entry: m.entries[i]})
			require.NoError(t, err)
			matters, err := b.Matters(context.Background(), about.Subjects[0])
			require.NoError(t, err)
			holds, err := b.Read(context.Background(), nil)
			require.NoError(t, err)
			on := holds.On(evidence.Record{Index: evidence.Index(i), Entry: m.entries[i]}, about)
			assert.Subset(t, matters, on, "what keeps entry %d from pruning keeps its subject from erasure", i)
			if len(on) > 0 {
				first = min(first, i)
			}
			if len(matters) == 0 {
				assert.Empty(t, on)
			}
		}
		if first < payloads {
			assert.Equal(t, evidence.Index(first), horizon)
		} else {
			assert.GreaterOrEqual(t, int(horizon), payloads, "nothing is held: all of it may go")
		}
	})
}

// A log of which something is missing gives no holds: neither to an erasure nor to
// pruning.
func TestTruncated(t *testing.T) {
	for name, damage := range map[string]func(m *memory){
		"head":   func(m *memory) { m.missing = func(i int) bool { return i == 0 } },
		"middle": func(m *memory) { m.missing = func(i int) bool { return i == 2 } },
		"tail":   func(m *memory) { m.missing = func(i int) bool { return i == len(m.entries)-1 } },
		"length": func(m *memory) { m.length = len(m.entries) + 1 },
	} {
		b, m := book(entry("usage", 1, 1), entry("usage", 2, 2))
		_, err := b.Place(t.Context(), hold.Hold{Matter: "m", By: "x", At: day, Reason: "y", Subjects: []hold.Pseudonym{person(1)}})
		require.NoError(t, err)
		_, err = m.Append(t.Context(), entry("usage", 3, 3))
		require.NoError(t, err)
		damage(m)
		err = b.Unheld(t.Context(), person(2), func() error { t.Error("erased", name); return nil })
		require.ErrorIs(t, err, hold.ErrTruncated, name)
		_, err = retention.Horizon(t.Context(), b, day.AddDate(9, 0, 0))
		require.ErrorIs(t, err, hold.ErrTruncated, name)
		_, err = b.Release(t.Context(), hold.Release{Matter: "m", By: "x", At: day, Reason: "y"})
		require.ErrorIs(t, err, hold.ErrTruncated, name)
	}
	b, _ := book(entry("usage", 1, 1), evidence.Entry{Kind: hold.KindPlaced, Payload: []byte(`{"matter":"m","everyone":true}`)})
	err := b.Unheld(t.Context(), person(2), func() error { t.Error("erased"); return nil })
	require.ErrorIs(t, err, hold.ErrMalformed)
	require.ErrorContains(t, err, "entry 1")
	b, m := book(evidence.Entry{Kind: "usage", Payload: []byte("?")})
	m.entries = append(m.entries, must(t, hold.Hold{Matter: "m", By: "x", At: day, Reason: "y", Scopes: []hold.Scope{{}}}))
	_, err = b.Matters(t.Context(), person(1))
	require.ErrorContains(t, err, "what entry 0 of kind usage is about")
}

func must(t *testing.T, h hold.Hold) evidence.Entry {
	t.Helper()
	e, err := h.Entry()
	require.NoError(t, err)
	return e
}

func TestMalformed(t *testing.T) {
	ok := hold.Hold{Matter: "m", By: "x", At: day, Reason: "y", Scopes: []hold.Scope{{Kinds: "usage", From: day, Until: day.AddDate(1, 0, 0)}}}
	again, err := hold.ParseHold(must(t, ok))
	require.NoError(t, err)
	require.Equal(t, ok, again)
	for name, spoil := range map[string]func(h *hold.Hold){
		"no matter":     func(h *hold.Hold) { h.Matter = "" },
		"no one":        func(h *hold.Hold) { h.By = "" },
		"no time":       func(h *hold.Hold) { h.At = time.Time{} },
		"no reason":     func(h *hold.Hold) { h.Reason = "" },
		"nothing held":  func(h *hold.Hold) { h.Scopes = nil },
		"a name":        func(h *hold.Hold) { h.Subjects = []hold.Pseudonym{"ann@example.com"} },
		"ends at begin": func(h *hold.Hold) { h.Scopes[0].Until = h.Scopes[0].From },
	} {
		h := ok
		h.Scopes = []hold.Scope{ok.Scopes[0]}
		spoil(&h)
		_, err := h.Entry()
		require.ErrorIs(t, err, hold.ErrMalformed, name)
	}
	r := hold.Release{Matter: "m", By: "x", At: day, Reason: "y"}
	e, err := r.Entry()
	require.NoError(t, err)
	back, err := hold.ParseRelease(e)
	require.NoError(t, err)
	require.Equal(t, r, back)
	_, err = (&hold.Release{}).Entry()
	require.ErrorIs(t, err, hold.ErrMalformed)
	_, err = hold.ParseHold(e)
	require.ErrorIs(t, err, hold.ErrMalformed)
}

// No hold can be placed while someone acts on there being none.
func TestTurns(t *testing.T) {
	b, _ := book(entry("usage", 1, 1))
	var wg sync.WaitGroup
	started, placed := make(chan struct{}), make(chan struct{})
	wg.Go(func() {
		<-started
		_, err := b.Place(t.Context(), hold.Hold{Matter: "m", By: "x", At: day, Reason: "y", Subjects: []hold.Pseudonym{person(1)}})
		assert.NoError(t, err)
		close(placed)
	})
	err := b.Unheld(t.Context(), person(1), func() error {
		close(started)
		for range 1000 {
			select {
			case <-placed:
				return errors.New("placed meanwhile")
			default:
			}
		}
		n, err := b.Log.Len(t.Context())
		assert.Equal(t, int64(1), n)
		return err
	})
	require.NoError(t, err)
	wg.Wait()
	require.ErrorIs(t, b.Unheld(t.Context(), person(1), nil), hold.ErrHeld)
}

func FuzzParse(f *testing.F) {
	h := hold.Hold{Matter: "m", By: "x", At: day, Reason: "y", Subjects: []hold.Pseudonym{person(1)}, Scopes: []hold.Scope{{Run: "r"}}}
	e, err := h.Entry()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(e.Payload)
	f.Add([]byte(`{"matter":"m","by":"x","at":"2026-01-01T00:00:00Z","reason":"y","scopes":[{}]} x`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if h, err := hold.ParseHold(evidence.Entry{Kind: hold.KindPlaced, Payload: b}); err == nil {
			e, err := h.Entry()
			require.NoError(t, err)
			again, err := hold.ParseHold(e)
			require.NoError(t, err)
			require.Equal(t, h, again)
		} else {
			require.ErrorIs(t, err, hold.ErrMalformed)
		}
		if _, err := hold.ParseRelease(evidence.Entry{Kind: hold.KindReleased, Payload: b}); err != nil {
			require.ErrorIs(t, err, hold.ErrMalformed)
		}
	})
}
