package renewal_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/compliance/forecast"
	"github.com/trueup-dev/trueup/compliance/metric"
	"github.com/trueup-dev/trueup/remediation"
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
		used := now.AddDate(0, 0, -1-200*(i%2)) // every second machine is idle
		user := compliance.UserID("user of " + id)
		require.NoError(t, b.AddUser(compliance.User{ID: user, Kind: compliance.Person, Source: "s"}))
		require.NoError(t, b.AddDevice(compliance.Device{ID: id, Kind: compliance.Physical, User: user, LastSeen: now, Source: "s"}))
		require.NoError(t, b.AddInstall(compliance.Install{Device: id, Title: catalog.Title{Name: "autocad"}, FirstSeen: now.AddDate(-2, 0, 0), LastUsed: used, Source: "s"}))
	}
	own := func(id string, n int64, end time.Time) compliance.Entitlement {
		return compliance.Entitlement{ID: compliance.EntitlementID(id), Contract: "frame", Product: product, Metric: "generic.device", Quantity: units(n), End: end}
	}
	return compliance.Input{
		Estate: b.Build(), Catalog: titles{}, Metrics: lib,
		Entitlements: []compliance.Entitlement{own("ever", 12, time.Time{}), own("late", 10, now.AddDate(0, 3, 0)), own("soon", 20, now.AddDate(0, 2, 0)), own("far", 5, now.AddDate(5, 0, 0))},
		Contracts:    []compliance.Contract{{ID: "frame", TrueUp: now.AddDate(0, 4, 0), End: now.AddDate(0, 6, 0), AuditNoticeDays: -1, CureDays: -1}},
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

	assert.Equal(t, now.AddDate(0, 6, 0), soon.CoTerm, "the end of the contract")
	assert.Equal(t, []renewal.ContractEnd{{Contract: "frame", End: now.AddDate(0, 6, 0), Decide: now.AddDate(0, 6, -90), Entitlements: []compliance.EntitlementID{"ever", "far"}}}, got.Contracts)
}

// What is reported at a true-up comes with every consumer that was counted.
func TestTrueUpIsPrepared(t *testing.T) {
	in := input(t, 40)
	got, err := renewal.Look(t.Context(), in, nil, renewal.Options{Horizon: now.AddDate(1, 0, 0)})
	require.NoError(t, err)
	require.Len(t, got.TrueUps, 1)
	require.Len(t, got.TrueUps[0].Lines, 1)
	line := got.TrueUps[0].Lines[0]
	assert.Equal(t, "40", line.Required.String())
	assert.Equal(t, "17", line.Owned.String(), "twelve for ever and five that run longer")
	assert.Equal(t, "23", line.Short.String())
	assert.Equal(t, "23000.00 EUR", line.Cost.String())
	var sum decimal.Decimal
	for i, c := range line.Counted {
		assert.Contains(t, c.Consumer, fmt.Sprintf("d%02d", i))
		sum = sum.Add(c.Required.Low)
	}
	assert.Equal(t, line.Required.Low.String(), sum.String(), "the evidence adds up to the count")
	res, err := compliance.Reconcile(t.Context(), in)
	require.NoError(t, err)
	assert.Equal(t, res.Estate, got.TrueUps[0].Estate)
	assert.Empty(t, line.Doubtful)
}

// policy is that of the planner's tests with these kinds of option alone.
func policy(t require.TestingT, kinds ...remediation.Kind) *remediation.Policy {
	data, err := os.ReadFile("../testdata/policy.yaml")
	require.NoError(t, err)
	var doc remediation.PolicyDocument
	require.NoError(t, document.Read("policy.yaml", data, &doc))
	doc.Actions = slices.DeleteFunc(doc.Actions, func(a remediation.ActionDocument) bool { return !slices.Contains(kinds, a.Kind) })
	p, err := remediation.NewPolicy(doc)
	require.NoError(t, err)
	return p
}

// What ends and is not renewed is taken away before the end, from those who do not use it.
func TestLetEnd(t *testing.T) {
	r := remediation.Request{Input: input(t, 40), Policy: policy(t, remediation.Reclaim), Now: now}
	plan, err := renewal.LetEnd(t.Context(), r, "soon")
	require.NoError(t, err)
	assert.Equal(t, 13, plan.Takes(), "forty machines, twenty-seven licenses without it")
	assert.True(t, plan.Closed())
	for _, s := range plan.Steps {
		assert.False(t, s.Due.After(now.AddDate(0, 2, 0)), "before the end")
	}
	late, err := renewal.LetEnd(t.Context(), r, "late")
	require.NoError(t, err)
	assert.Equal(t, 20, late.Takes(), "by then the other has ended too, and no more are idle")
	require.Len(t, late.Open, 1)
	assert.Equal(t, "3", late.Open[0].Short.String())
	r.Policy = policy(t, remediation.Reclaim, remediation.Buy)
	bought, err := renewal.LetEnd(t.Context(), r, "late")
	require.NoError(t, err)
	assert.True(t, bought.Closed(), "what is in use is bought anew")

	_, err = renewal.LetEnd(t.Context(), r, "no such")
	require.ErrorIs(t, err, compliance.ErrInput)
	_, err = renewal.LetEnd(t.Context(), r, "ever")
	require.ErrorIs(t, err, compliance.ErrInput, "it has no end")
}

func ExampleLetEnd() {
	plan, err := renewal.LetEnd(context.Background(), remediation.Request{Input: input(panics{}, 40), Policy: policy(panics{}, remediation.Reclaim), Now: now}, "soon")
	if err != nil {
		panic(err)
	}
	fmt.Printf("take it from %d machines by %s\n", plan.Takes(), plan.Due.Format(time.DateOnly))
	fmt.Println("the last is done on", plan.Ready.Format(time.DateOnly))
	// Output:
	// take it from 13 machines by 2026-08-01
	// the last is done on 2026-06-17
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
