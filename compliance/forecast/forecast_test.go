package forecast_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/forecast"
	"github.com/trueup-dev/trueup/compliance/metric"
)

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func units(n int64) decimal.Decimal { return decimal.NewFromInt(n) }

// acme knows every title as acme/server.
type acme struct{}

func (acme) Recognise(catalog.Title) catalog.Recognition {
	return catalog.Recognition{Status: catalog.Recognised, Product: catalog.Product{Key: "acme/server"}}
}

// now is the estate of 1 November with so many devices.
func now(devices int, owned ...compliance.Entitlement) compliance.Input {
	metrics, err := metric.Standard()
	must(err)
	b := compliance.NewBuilder(day(2026, 11, 1))
	for i := range devices {
		id := compliance.DeviceID(fmt.Sprintf("d%03d", i))
		must(b.AddDevice(compliance.Device{ID: id, Entity: "DE"}))
		must(b.AddInstall(compliance.Install{Device: id, Title: catalog.Title{Name: "server"}}))
	}
	for i := range owned {
		owned[i].Product, owned[i].Metric = "acme/server", "generic.device"
	}
	return compliance.Input{Estate: b.Build(), Catalog: acme{}, Metrics: metrics, Entitlements: owned,
		Licensing: []compliance.Licensing{{Product: "acme/server", Metric: "generic.device"}}}
}

// monthly are samples on the first of months, the last on 1 November.
func monthly(required ...int64) []forecast.Sample {
	var out []forecast.Sample
	for i, q := range required {
		at := day(2026, 11, 1).AddDate(0, i+1-len(required), 0)
		out = append(out, forecast.Sample{At: at, Product: "acme/server", Metric: "generic.device",
			Required: compliance.Interval{Low: units(q), High: decimal.NewNullDecimal(units(q))}})
	}
	return out
}

func ExampleAt() {
	in := now(64,
		compliance.Entitlement{ID: "A", Quantity: units(60)},
		compliance.Entitlement{ID: "B", Quantity: units(10), End: day(2027, 2, 1)})
	history := monthly(40, 42, 45, 46, 49, 50, 52, 55, 55, 58, 61, 64)
	forecasts, err := forecast.At(context.Background(), in, history, day(2027, 5, 1), forecast.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	f := forecasts[0]
	fmt.Printf("required %s, short %s; %s if use stays as it is\n", f.Required, f.Short, f.Standing)
	for _, e := range f.Events {
		fmt.Println(e.At.Format(time.DateOnly), e.Kind, e.ID, "owned", e.Owned, "short", e.Short)
	}
	for _, w := range f.Widths {
		fmt.Println(w.Source, w.Below, w.Above.Decimal)
	}
	fmt.Println(f.MayBeShort.Format(time.DateOnly), f.LikelyShort.Format(time.DateOnly), f.CertainShort.Format(time.DateOnly))
	// Output:
	// required 74 (72..79), short 14 (12..19); 4 if use stays as it is
	// 2027-02-01 entitlement-ends B owned 60 short 4
	// trend 1 3
	// scatter 1 2
	// 2027-01-08 2027-02-01 2027-02-01
}

func TestTooLittleHistoryIsUnknown(t *testing.T) {
	in := now(5, compliance.Entitlement{ID: "A", Quantity: units(5), End: day(2026, 12, 1)})
	tests := []struct {
		name    string
		history []forecast.Sample
		date    time.Time
		unknown string
	}{
		{"none", nil, day(2026, 12, 15), "no samples; at least 10 are needed"},
		{"two points", monthly(3, 5), day(2026, 11, 15), "2 samples; at least 10 are needed"},
		{"nine", monthly(1, 1, 2, 2, 3, 3, 4, 4, 5), day(2026, 12, 15), "9 samples; at least 10 are needed"},
		{"the same instant ten times", append(monthly(1), append(monthly(2), append(monthly(3, 4), monthly(5)...)...)...), day(2026, 12, 15), "2 samples; at least 10"},
		{"too far ahead", monthly(1, 1, 2, 2, 3, 3, 4, 4, 5, 5), day(2027, 12, 1), "395 days from the last sample, further ahead than the history reaches back: 273 days"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := forecast.At(t.Context(), in, tt.history, tt.date, forecast.Options{})
			require.NoError(t, err)
			require.Len(t, got, 1)
			assert.Contains(t, got[0].Unknown, tt.unknown)
			assert.Nil(t, got[0].Short)
			assert.Nil(t, got[0].Required)
			if tt.date.After(day(2026, 12, 1)) {
				assert.Equal(t, "5", got[0].Standing.String(), "what the terms say is known all the same")
			}
		})
	}
}

func TestKnownEvents(t *testing.T) {
	in := now(5,
		compliance.Entitlement{ID: "A", Contract: "C", Quantity: units(5), End: day(2027, 1, 1), MaintenanceEnd: day(2026, 12, 1)},
		compliance.Entitlement{ID: "B", Quantity: units(3), Start: day(2027, 2, 1)},
		compliance.Entitlement{ID: "gone", Quantity: units(9), End: day(2026, 10, 1)})
	in.Contracts = []compliance.Contract{{ID: "C", TrueUp: day(2027, 3, 1), End: day(2027, 12, 1)}, {ID: "other", End: day(2027, 1, 1)}}
	got, err := forecast.At(t.Context(), in, nil, day(2027, 6, 1), forecast.Options{})
	require.NoError(t, err)
	var events []string
	for _, e := range got[0].Events {
		events = append(events, fmt.Sprintln(e.At.Format(time.DateOnly), e.Kind, e.ID, e.Owned, e.Short))
	}
	assert.Equal(t, "2026-12-01 maintenance-ends A 5 0\n2027-01-01 entitlement-ends A 0 5\n2027-02-01 entitlement-starts B 3 2\n2027-03-01 true-up-due C 3 2\n", strings.Join(events, ""))
	assert.Equal(t, "3", got[0].Owned.String())
	assert.Equal(t, "2", got[0].Standing.String())
}

// Maintenance that ends keeps the version it ended with: the newer one in use is then
// short, which no sum of quantities would show.
func TestTheLawHoldsAhead(t *testing.T) {
	in := now(0, compliance.Entitlement{ID: "A", Version: "1", Quantity: units(1), MaintenanceEnd: day(2026, 12, 1)})
	in.Catalog = versions{}
	b := compliance.NewBuilder(day(2026, 11, 1))
	must(b.AddInstall(compliance.Install{Device: "d", Title: catalog.Title{Name: "server", Version: "2"}}))
	in.Estate = b.Build()
	got, err := forecast.At(t.Context(), in, nil, day(2027, 1, 1), forecast.Options{})
	require.NoError(t, err)
	assert.Equal(t, "1", got[0].Events[0].Short.String())
	assert.Equal(t, "1", got[0].Owned.String())
}

type versions struct{}

func (versions) Recognise(t catalog.Title) catalog.Recognition {
	return catalog.Recognition{Status: catalog.Recognised, Product: catalog.Product{Key: "acme/server", Version: t.Version}}
}

func TestWhatMakesItWide(t *testing.T) {
	even := monthly(41, 43, 45, 47, 49, 51, 53, 55, 57, 59, 61, 63)
	sources := func(in compliance.Input, history []forecast.Sample) (out []forecast.WidthSource, f forecast.Forecast) {
		got, err := forecast.At(t.Context(), in, history, day(2027, 5, 1), forecast.Options{})
		require.NoError(t, err)
		require.Empty(t, got[0].Unknown)
		for _, w := range got[0].Widths {
			out = append(out, w.Source)
		}
		return out, got[0]
	}
	_, steady := sources(now(63, compliance.Entitlement{ID: "A", Quantity: units(65)}), even)
	assert.Equal(t, "10", steady.Short.Expected.String(), "12 more, of which 2 are still free")

	restricted, f := sources(now(63, compliance.Entitlement{ID: "A", Quantity: units(65), Entities: []string{"DE"}}), even)
	assert.Contains(t, restricted, forecast.FromRights, "those who come may be elsewhere")
	assert.NotContains(t, widthsOf(steady), forecast.FromRights)
	assert.True(t, f.Short.High.Decimal.GreaterThan(steady.Short.High.Decimal))

	ragged := monthly(35, 49, 41, 52, 44, 56, 48, 60, 51, 64, 56, 63)
	noisy, _ := sources(now(63), ragged)
	assert.Contains(t, noisy, forecast.FromTrend)
	assert.Contains(t, noisy, forecast.FromScatter)

	openEnded := append([]forecast.Sample{}, even...)
	openEnded[3].Required.High = decimal.NullDecimal{}
	unknown, f := sources(now(63), openEnded)
	assert.Contains(t, unknown, forecast.FromUnknown)
	assert.False(t, f.Short.High.Valid)
	assert.False(t, f.Required.High.Valid)
	assert.Equal(t, day(2026, 11, 1), *f.MayBeShort)
}

func widthsOf(f forecast.Forecast) (out []forecast.WidthSource) {
	for _, w := range f.Widths {
		out = append(out, w.Source)
	}
	return out
}

// Widths add up from what is expected to the bounds, whatever the history, and the
// order of the history does not matter.
func TestWidthsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		history := monthly(rapid.SliceOfN(rapid.Int64Range(0, 30), 10, 14).Draw(t, "required")...)
		in := now(rapid.IntRange(0, 12).Draw(t, "devices"),
			compliance.Entitlement{ID: "A", Quantity: units(rapid.Int64Range(0, 12).Draw(t, "owned"))},
			compliance.Entitlement{ID: "B", Quantity: units(rapid.Int64Range(0, 12).Draw(t, "restricted")), Entities: []string{"DE"}, End: day(2027, 1, 1)})
		date := day(2026, 11, 2).AddDate(0, 0, rapid.IntRange(0, 200).Draw(t, "ahead"))
		got, err := forecast.At(context.Background(), in, history, date, forecast.Options{})
		require.NoError(t, err)
		f := got[0]
		low, high := f.Short.Expected, f.Short.Expected
		for _, w := range f.Widths {
			require.False(t, w.Below.IsNegative() || w.Above.Decimal.IsNegative())
			low, high = low.Sub(w.Below), high.Add(w.Above.Decimal)
		}
		require.Equal(t, f.Short.Low.String(), low.String())
		require.Equal(t, f.Short.High.Decimal.String(), high.String())
		again, err := forecast.At(context.Background(), in, rapid.Permutation(history).Draw(t, "order"), date, forecast.Options{})
		require.NoError(t, err)
		require.Equal(t, got, again)
	})
}

// Of many histories with a trend and noise, the interval for a later month holds what
// then is in at least the share asked for.
func TestIntervalsHoldTheirShare(t *testing.T) {
	const runs = 200
	in := now(0)
	held := 0
	for seed := range uint64(runs) {
		r := rand.New(rand.NewPCG(seed, 11))
		slope := r.Float64() * 6
		value := func(month int) int64 { return max(int64(100+slope*float64(month)+r.NormFloat64()*8), 0) }
		required := make([]int64, 18)
		for i := range required {
			required[i] = value(i)
		}
		got, err := forecast.At(t.Context(), in, monthly(required...), day(2027, 3, 1), forecast.Options{})
		require.NoError(t, err)
		truth := units(value(21))
		if q := got[0].Required; !truth.LessThan(q.Low) && !truth.GreaterThan(q.High.Decimal) {
			held++
		}
	}
	assert.GreaterOrEqual(t, held, runs*80/100)
}

func TestReadSamples(t *testing.T) {
	in := now(3)
	res, err := compliance.Reconcile(t.Context(), in)
	require.NoError(t, err)
	data, err := json.Marshal(res)
	require.NoError(t, err)
	got, err := forecast.ReadSamples(bytes.NewReader(data))
	require.NoError(t, err)
	assert.Equal(t, fmt.Sprint(forecast.SamplesOf(res)), fmt.Sprint(got))
	for data, want := range map[string]string{
		"[]": "not a result", `{"positions": []}`: "as_of is missing",
		`{"as_of": "2026-01-01T00:00:00Z", "positions": [{"product": "a"}]}`:                               "position 1 of the result of 2026-01-01T00:00:00Z lacks",
		`{"as_of": "2026-01-01T00:00:00Z", "positions": [{"product": "a", "required": {"low": "a lot"}}]}`: "not a result",
	} {
		_, err := forecast.ReadSamples(strings.NewReader(data))
		assert.ErrorContains(t, err, want)
	}
}

func TestWhatCannotBeAsked(t *testing.T) {
	in := now(1)
	_, err := forecast.At(t.Context(), in, nil, day(2026, 11, 1), forecast.Options{})
	require.ErrorIs(t, err, compliance.ErrInput)
	_, err = forecast.At(t.Context(), in, nil, day(2026, 12, 1), forecast.Options{Coverage: units(100)})
	require.ErrorIs(t, err, compliance.ErrInput)
	_, err = forecast.At(t.Context(), compliance.Input{}, nil, day(2026, 12, 1), forecast.Options{})
	assert.ErrorIs(t, err, compliance.ErrInput)
}

func FuzzReadSamples(f *testing.F) {
	f.Add([]byte(`{"as_of": "2026-01-01T00:00:00Z", "positions": [{"product": "a", "metric": "m", "required": {"low": "1", "high": null}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		samples, err := forecast.ReadSamples(bytes.NewReader(data))
		for _, s := range samples {
			if err != nil || s.At.IsZero() || s.Required.Low.IsNegative() {
				t.Fatalf("read a sample that cannot be: %+v", s)
			}
		}
	})
}
