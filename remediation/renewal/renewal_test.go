package renewal_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/forecast"
	"github.com/trueup-dev/trueup/compliance/metric"
	"github.com/trueup-dev/trueup/remediation/renewal"
)

var now = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

const product = catalog.ProductKey("autodesk/autocad")

type titles struct{}

func (titles) Recognise(t catalog.Title) catalog.Recognition {
	return catalog.Recognition{Status: catalog.Recognised, Product: catalog.Product{Publisher: "autodesk", Name: t.Name, Key: product}}
}

func units(n int64) decimal.Decimal { return decimal.NewFromInt(n) }

// input has machines of which all use the product, twelve licenses for ever, and thirty
// that end on two days.
func input(t require.TestingT, machines int) compliance.Input {
	lib, err := metric.Standard()
	require.NoError(t, err)
	b := compliance.NewBuilder(now)
	require.NoError(t, b.AddSource(compliance.Source{ID: "s", Collected: now, Devices: -1, Installs: -1}))
	for i := range machines {
		id := compliance.DeviceID(fmt.Sprintf("d%02d", i))
		require.NoError(t, b.AddDevice(compliance.Device{ID: id, Kind: compliance.Physical, Source: "s"}))
		require.NoError(t, b.AddInstall(compliance.Install{Device: id, Title: catalog.Title{Name: "autocad"}, Source: "s"}))
	}
	own := func(id string, n int64, end time.Time) compliance.Entitlement {
		return compliance.Entitlement{ID: compliance.EntitlementID(id), Contract: "frame", Product: product, Metric: "generic.device", Quantity: units(n), End: end}
	}
	return compliance.Input{
		Estate: b.Build(), Catalog: titles{}, Metrics: lib,
		Entitlements: []compliance.Entitlement{own("ever", 12, time.Time{}), own("late", 10, now.AddDate(0, 3, 0)), own("soon", 20, now.AddDate(0, 2, 0)), own("far", 5, now.AddDate(5, 0, 0))},
		Contracts:    []compliance.Contract{{ID: "frame", TrueUp: now.AddDate(0, 4, 0), AuditNoticeDays: -1, CureDays: -1}},
		Licensing:    []compliance.Licensing{{Product: product, Metric: "generic.device", Price: compliance.Money{Amount: units(1000), Currency: "EUR"}}},
	}
}

func TestRenewals(t *testing.T) {
	got, err := renewal.Look(t.Context(), input(t, 40), nil, renewal.Options{Horizon: now.AddDate(1, 0, 0), NoticeDays: 90})
	require.NoError(t, err)
	require.Len(t, got.Renewals, 2, "what ends after the horizon is left out")
	soon, late := got.Renewals[0], got.Renewals[1]
	assert.Equal(t, compliance.EntitlementID("soon"), soon.Entitlement)
	assert.Equal(t, "13", soon.Renew.String(), "forty machines, twenty-seven licenses without it")
	assert.Equal(t, "7", soon.Drop.String())
	assert.True(t, soon.Late, "ninety days before the first of August are past")
	assert.Equal(t, "10", late.Renew.String(), "twenty-three lack by then, of which the other renewal serves thirteen")
	assert.Equal(t, now.AddDate(0, 3, 0).AddDate(0, 0, -90), late.Decide)
	assert.False(t, late.Late)
	covered := 0
	for _, r := range got.Renewals {
		covered += len(r.Covers)
		assert.Contains(t, r.Basis, "use stays as it is")
	}
	assert.GreaterOrEqual(t, covered, 23, "they are what must be taken away before the end, or covered anew")

	require.Len(t, got.TrueUps, 1)
	require.Len(t, got.TrueUps[0].Lines, 1)
	assert.Equal(t, "23", got.TrueUps[0].Lines[0].Short.String())
	assert.Equal(t, "23000.00 EUR", got.TrueUps[0].Lines[0].Cost.String())
}

// A rising use asks for more units than are needed today.
func TestRenewalFollowsTheForecast(t *testing.T) {
	in := input(t, 40)
	var history []forecast.Sample
	for month := range 13 {
		need := units(int64(28 + month))
		history = append(history, forecast.Sample{At: now.AddDate(0, month-12, 0), Product: product, Metric: "generic.device",
			Required: compliance.Interval{Low: need, High: decimal.NewNullDecimal(need)}})
	}
	o := renewal.Options{Horizon: now.AddDate(1, 0, 0), NoticeDays: 30, Notices: map[compliance.ContractID]int{"frame": 10}}
	got, err := renewal.Look(t.Context(), in, history, o)
	require.NoError(t, err)
	soon := got.Renewals[0]
	assert.Equal(t, "forecast from 13 samples", soon.Basis)
	assert.Equal(t, "15", soon.Renew.String(), "forty-two machines are expected in two months")
	require.True(t, soon.AtMost.Valid)
	assert.True(t, soon.AtMost.Decimal.GreaterThanOrEqual(soon.Renew))
	assert.Equal(t, soon.End.AddDate(0, 0, -10), soon.Decide, "the contract has its own notice")
}

func TestHorizonThatIsPast(t *testing.T) {
	_, err := renewal.Look(t.Context(), input(t, 1), nil, renewal.Options{Horizon: now})
	require.ErrorIs(t, err, compliance.ErrInput)
	_, err = renewal.Look(t.Context(), compliance.Input{}, nil, renewal.Options{})
	require.ErrorIs(t, err, compliance.ErrInput)
}

// panics stands in for a test in an example.
type panics struct{}

func (panics) Errorf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
func (panics) FailNow()                          { panic("failed") }

func ExampleLook() {
	ahead, err := renewal.Look(context.Background(), input(panics{}, 40), nil, renewal.Options{Horizon: now.AddDate(1, 0, 0), NoticeDays: 90})
	if err != nil {
		panic(err)
	}
	for _, r := range ahead.Renewals {
		fmt.Printf("%s: of %s renew %s by %s\n", r.Entitlement, r.Quantity, r.Renew, r.Decide.Format(time.DateOnly))
	}
	// Output:
	// soon: of 20 renew 13 by 2026-05-03
	// late: of 10 renew 10 by 2026-06-03
}
