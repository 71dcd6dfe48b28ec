package delta_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/delta"
	"github.com/trueup-dev/trueup/compliance/document"
)

// causes are those that a split names for the one product, as text.
func causes(t *testing.T, from, to compliance.Input) (out []string) {
	changes, err := delta.Split(t.Context(), from, to)
	require.NoError(t, err)
	require.Len(t, changes, 1)
	for _, p := range changes[0].Parts {
		out = append(out, fmt.Sprintf("%s %s %s->%s", p.Cause, p.Change.Short, p.From, p.To))
	}
	return out
}

// Users: where a person belongs decides which entitlement may cover them.
func TestUsersAreACause(t *testing.T) {
	in := func(entity string) compliance.Input {
		w := start().input(t)
		b := compliance.NewBuilder(at)
		require.NoError(t, b.AddUser(compliance.User{ID: "ann", Entity: entity}))
		require.NoError(t, b.AddSeat(compliance.Seat{User: "ann", Title: catalog.Title{Name: "db"}}))
		w.Estate = b.Build()
		w.Licensing[0].Metric, w.Licensing[0].Parameters = "generic.user", nil
		w.Entitlements[0].Metric, w.Entitlements[0].Entities = "generic.user", []string{"DE"}
		return w
	}
	assert.Equal(t, []string{"users 1 compliant->short"}, causes(t, in("DE"), in("AT")))
}

// What changes no amount changes the status, and has its cause all the same.
func TestStatusHasItsCause(t *testing.T) {
	w := start()
	w.owned = 2
	from, to := w.input(t), w.input(t)
	from.Contracts = []compliance.Contract{{ID: "C"}}
	to.Contracts = []compliance.Contract{{ID: "C", Kind: compliance.UnlimitedLicense}}
	for _, in := range []compliance.Input{from, to} {
		in.Entitlements[0].Contract = "C"
	}
	assert.Equal(t, []string{"entitlements 0 short->compliant"}, causes(t, from, to))

	failed := start().input(t)
	b := compliance.NewBuilder(at)
	for d := range failed.Estate.Devices() {
		require.NoError(t, b.AddDevice(d))
	}
	for i := range failed.Estate.Installs() {
		require.NoError(t, b.AddInstall(i))
	}
	require.NoError(t, b.AddSource(compliance.Source{ID: "inv", Failure: "hung"}))
	failed.Estate = b.Build()
	assert.Equal(t, []string{"installs 0 compliant->unknown"}, causes(t, start().input(t), failed))
}

// A right that is given up, and a metric whose document changed.
func TestRightsAndDocumentsAreCauses(t *testing.T) {
	from, to := start().input(t), start().input(t)
	to.Entitlements[0].Countries = []string{"DE"}
	b := compliance.NewBuilder(at)
	require.NoError(t, b.AddDevice(compliance.Device{ID: "h0", Kind: compliance.Physical, Sockets: 1, Cores: 8, Country: "AT"}))
	require.NoError(t, b.AddInstall(compliance.Install{Device: "h0", Title: catalog.Title{Name: "db"}}))
	from.Estate = b.Build()
	to.Estate = from.Estate
	assert.Equal(t, []string{"entitlements 8 compliant->short"}, causes(t, from, to))

	changed := from
	f, err := document.Parse("core.yaml", []byte(flatCore))
	require.NoError(t, err)
	changed.Metrics, err = from.Metrics.With(f)
	require.NoError(t, err)
	changed.Licensing = []compliance.Licensing{{Product: "acme/db", Metric: "generic.core", Price: from.Licensing[0].Price}}
	assert.Equal(t, []string{"rule 92 compliant->short"}, causes(t, from, changed))
}

// The parts do not depend on the order of the inputs' lists.
func TestPartsDoNotDependOnOrder(t *testing.T) {
	split := func(seed uint64) string {
		now := start()
		now.cores, now.installs, now.price, now.minimum = []int{12, 16}, []bool{true, true}, 120, 20
		from, to := start().input(t), now.input(t)
		for _, i := range rand.New(rand.NewPCG(seed, 1)).Perm(9) {
			e := from.Entitlements[0]
			e.ID, e.Quantity = compliance.EntitlementID(fmt.Sprint("E", i)), decimal.NewFromInt(int64(i%3))
			from.Entitlements = append(from.Entitlements, e)
			if i%2 == 0 {
				e.End = at
				e.UnitPrice = compliance.Money{Amount: decimal.NewFromInt(int64(i)), Currency: "EUR"}
				to.Entitlements = append(to.Entitlements, e)
			}
		}
		changes, err := delta.Split(t.Context(), from, to)
		require.NoError(t, err)
		out, err := json.Marshal(changes)
		require.NoError(t, err)
		return string(out)
	}
	assert.Equal(t, split(1), split(2))
}

// flatCore is the document of generic.core with another count.
const flatCore = `key: generic.core
name: A hundred for each host
unit: core licenses
scope: host
about: Another version of the document.
sources:
  - url: https://example.com/terms
    title: Terms
    date: "2026"
facts:
  hosts: {type: list(host), as: [servers, host], about: the machines with the product}
count:
  of: hosts
  each: "100"
examples:
  - name: two
    given: '{"servers": [{}, {}]}'
    expect: 200
`
