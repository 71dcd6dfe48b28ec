package ledger_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/ledger"
	"github.com/trueup-dev/trueup/compliance/metric"
)

type date = time.Time

func day(y int, m time.Month, d int) date { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// acme knows every title as acme/server.
type acme struct{}

func (acme) Recognise(catalog.Title) catalog.Recognition {
	return catalog.Recognition{Status: catalog.Recognised, Product: catalog.Product{Key: "acme/server"}}
}

// entry is a statement as generators draw it; a negative quantity withdraws.
type entry struct {
	id       int
	dates    ledger.Dates
	quantity int64
}

func (e entry) add(l *ledger.Ledger) error {
	id := compliance.EntitlementID(fmt.Sprint("E", e.id))
	if e.quantity < 0 {
		return l.WithdrawEntitlement(e.dates.Recorded, e.dates.Effective, id)
	}
	return l.AddEntitlement(e.dates, compliance.Entitlement{ID: id, Product: "acme/server", Metric: "generic.device", Quantity: decimal.NewFromInt(e.quantity)})
}

var entries = rapid.Custom(func(t *rapid.T) []entry {
	drawn := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) entry {
		at := func(name string) date { return day(2026, 1, rapid.IntRange(1, 9).Draw(t, name)) }
		e := entry{id: rapid.IntRange(0, 2).Draw(t, "id"), quantity: rapid.Int64Range(-1, 9).Draw(t, "quantity")}
		e.dates = ledger.Dates{Effective: at("effective"), Recorded: at("recorded")}
		if e.quantity >= 0 && rapid.Bool().Draw(t, "superseded") {
			e.dates.Superseded = e.dates.Recorded.AddDate(0, 0, rapid.IntRange(1, 9).Draw(t, "after"))
		}
		return e
	}), 0, 12).Draw(t, "entries")
	seen, out := map[string]bool{}, []entry{}
	for _, e := range drawn {
		if k := fmt.Sprint(e.id, e.dates.Effective, e.dates.Recorded); !seen[k] {
			seen[k] = true
			out = append(out, e)
		}
	}
	return out
})

// inForce is the rule of the package comment, written as a search.
func inForce(es []entry, id int, effective, known date) (quantity int64) {
	quantity = -1
	for d := day(2026, 1, 1); !d.After(effective); d = d.AddDate(0, 0, 1) {
		var last *entry
		for i, e := range es {
			if e.id == id && e.dates.Effective.Equal(d) && !e.dates.Recorded.After(known) && (last == nil || e.dates.Recorded.After(last.dates.Recorded)) {
				last = &es[i]
			}
		}
		if last != nil && last.quantity >= 0 && (last.dates.Superseded.IsZero() || last.dates.Superseded.After(known)) {
			quantity = last.quantity
		}
	}
	return quantity
}

func TestInForceAsTheRuleSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		es := entries.Draw(t, "entries")
		var l ledger.Ledger
		for _, e := range rapid.Permutation(es).Draw(t, "order") {
			require.NoError(t, e.add(&l))
		}
		effective, known := day(2026, 1, rapid.IntRange(0, 12).Draw(t, "effective")), day(2026, 1, rapid.IntRange(0, 20).Draw(t, "known"))
		want := map[compliance.EntitlementID]string{}
		for id := range 3 {
			if q := inForce(es, id, effective, known); q >= 0 {
				want[compliance.EntitlementID(fmt.Sprint("E", id))] = fmt.Sprint(q)
			}
		}
		got := map[compliance.EntitlementID]string{}
		for _, e := range l.At(effective, known).Entitlements {
			got[e.ID] = e.Quantity.String()
		}
		require.Equal(t, want, got)
	})
}

// What is entered later never changes what was known before.
func TestThePastStays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		es := entries.Draw(t, "entries")
		known := day(2026, 1, rapid.IntRange(1, 9).Draw(t, "known"))
		effective := day(2026, 1, rapid.IntRange(1, 9).Draw(t, "effective"))
		var then, now ledger.Ledger
		for _, e := range es {
			if !e.dates.Recorded.After(known) {
				e := e
				if e.dates.Superseded.After(known) {
					e.dates.Superseded = time.Time{} // nobody knew
				}
				require.NoError(t, e.add(&then))
			}
			require.NoError(t, e.add(&now))
		}
		require.Equal(t, then.At(effective, known), now.At(effective, known))
	})
}

// The position as it was computed on 10 March and the one computed in November for
// what was known on 10 March are equal to the byte.
func TestAPositionIsRecomputedToEqualBytes(t *testing.T) {
	metrics, err := metric.Standard()
	require.NoError(t, err)
	effective, known := day(2026, 3, 1), day(2026, 3, 10)
	snapshot := func(installs int) *compliance.Estate {
		b := compliance.NewBuilder(effective)
		for i := range installs {
			require.NoError(t, b.AddInstall(compliance.Install{Device: compliance.DeviceID(fmt.Sprint("d", i)), Title: catalog.Title{Name: "server"}}))
		}
		return b.Build()
	}
	e := func(id string, quantity int64) compliance.Entitlement {
		return compliance.Entitlement{ID: compliance.EntitlementID(id), Product: "acme/server", Metric: "generic.device", Quantity: decimal.NewFromInt(quantity)}
	}
	early := []func(*ledger.Ledger) error{
		func(l *ledger.Ledger) error { l.AddEstate(day(2026, 3, 2), snapshot(5)); return nil },
		func(l *ledger.Ledger) error {
			return l.AddEntitlement(ledger.Dates{Recorded: day(2026, 1, 5)}, e("A", 4))
		},
		func(l *ledger.Ledger) error {
			return l.AddEntitlement(ledger.Dates{Recorded: day(2026, 1, 5)}, e("B", 1))
		},
		func(l *ledger.Ledger) error {
			return l.AddContract(ledger.Dates{}, compliance.Contract{ID: "C", Publisher: "acme", CureDays: 30})
		},
	}
	late := []func(*ledger.Ledger) error{
		func(l *ledger.Ledger) error { l.AddEstate(day(2026, 4, 2), snapshot(7)); return nil },
		func(l *ledger.Ledger) error {
			return l.AddEntitlement(ledger.Dates{Recorded: day(2026, 3, 20)}, e("A", 3))
		},
		func(l *ledger.Ledger) error { return l.WithdrawEntitlement(day(2026, 3, 21), time.Time{}, "B") },
		func(l *ledger.Ledger) error { return l.WithdrawContract(day(2026, 3, 22), time.Time{}, "C") },
	}
	result := func(l *ledger.Ledger, known date) string {
		res, err := compliance.Reconcile(t.Context(), l.Input(compliance.Input{Catalog: acme{}, Metrics: metrics}, effective, known))
		require.NoError(t, err)
		out, err := json.Marshal(res)
		require.NoError(t, err)
		return string(out)
	}
	var then ledger.Ledger
	for _, add := range early {
		require.NoError(t, add(&then))
	}
	want := result(&then, known)
	for seed := range uint64(5) {
		all := append(append([]func(*ledger.Ledger) error{}, early...), late...)
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		var now ledger.Ledger
		for _, add := range all {
			require.NoError(t, add(&now))
		}
		assert.Equal(t, want, result(&now, known))
		assert.NotEqual(t, want, result(&now, day(2026, 11, 24)))
		revisions := ledger.Revisions(now.At(effective, known), now.At(effective, day(2026, 11, 24)))
		assert.Equal(t, []ledger.Revision{
			{Kind: "entitlement", ID: "A", Verb: "corrected", Fields: []ledger.Field{{Name: "quantity", Before: "4", After: "3"}}},
			{Kind: "entitlement", ID: "B", Verb: "withdrawn"},
			{Kind: "contract", ID: "C", Verb: "withdrawn"},
		}, revisions)
	}
	assert.Nil(t, then.Estate(day(2026, 2, 28), known), "no snapshot is that old")
	assert.Nil(t, then.Estate(effective, effective), "nothing was recorded yet")
}

func TestDocumentsAreNamed(t *testing.T) {
	metrics, err := metric.Standard()
	require.NoError(t, err)
	titles, err := catalog.Default()
	require.NoError(t, err)
	more, err := catalog.Default(catalog.Document{Name: "x.yaml", Data: []byte("products: []\n")})
	require.NoError(t, err)
	in := compliance.Input{Estate: compliance.NewBuilder(day(2026, 3, 1)).Build(), Catalog: titles, Metrics: metrics}
	res, err := compliance.Reconcile(t.Context(), in)
	require.NoError(t, err)
	assert.Equal(t, compliance.Documents{Metrics: metrics.Digest(), Catalog: titles.Digest()}, res.Documents)
	assert.Len(t, res.Documents.Metrics, 64)
	assert.Len(t, res.Documents.Catalog, 64)
	assert.NotEqual(t, titles.Digest(), more.Digest())
}

func TestRefusedStatements(t *testing.T) {
	var l ledger.Ledger
	line := compliance.Licensing{Product: "acme/server", Edition: "Standard"}
	require.NoError(t, l.AddLicensing(ledger.Dates{Recorded: day(2026, 1, 1)}, line))
	err := l.WithdrawLicensing(day(2026, 1, 1), time.Time{}, "acme/server", "Standard")
	require.ErrorIs(t, err, ledger.ErrTwice)
	assert.ErrorContains(t, err, "licensing of acme/server Standard, effective always, recorded 2026-01-01T00:00:00Z")
	err = l.AddContract(ledger.Dates{Recorded: day(2026, 1, 2), Superseded: day(2026, 1, 2)}, compliance.Contract{ID: "C"})
	assert.ErrorContains(t, err, "superseded_at is not after recorded_at, of contract C")
	require.NoError(t, l.WithdrawLicensing(day(2026, 1, 2), time.Time{}, "acme/server", "Standard"))
	assert.Empty(t, l.At(time.Time{}, time.Time{}).Licensing)
	assert.Len(t, l.At(time.Time{}, day(2026, 1, 1)).Licensing, 1)
}
