package compliance_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
)

// A stale source marks every position that it feeds, by whatever fact, and no other.
func TestAStaleSourceMarksWhatItFeeds(t *testing.T) {
	s := newScene(t)
	title := func(name string) catalog.Title { return catalog.Title{Publisher: "Acme", Name: name, Version: "1"} }
	for _, name := range []string{"by-install", "by-device", "by-seat", "fresh"} {
		s.in.Licensing = append(s.in.Licensing, compliance.Licensing{Product: catalog.ProductKey("acme/" + name), Metric: "generic.device"})
	}
	require.NoError(t, s.b.AddSource(compliance.Source{ID: "old", Collected: snapshot.AddDate(0, -2, 0), Installs: -1, Devices: -1}))
	require.NoError(t, s.b.AddSource(compliance.Source{ID: "new", Collected: snapshot.Add(-time.Hour), Installs: -1, Devices: -1}))
	require.NoError(t, s.b.AddDevice(compliance.Device{ID: "d1", Source: "old"}))
	require.NoError(t, s.b.AddDevice(compliance.Device{ID: "d2", Source: "new"}))
	for _, i := range []compliance.Install{
		{Device: "d2", Title: title("by-install"), Source: "old"}, {Device: "d1", Title: title("by-device"), Source: "new"}, {Device: "d2", Title: title("fresh"), Source: "new"},
	} {
		require.NoError(t, s.b.AddInstall(i))
	}
	require.NoError(t, s.b.AddSeat(compliance.Seat{User: "u", Title: title("by-seat"), Source: "old"}))
	doubtful := map[catalog.ProductKey][]compliance.SourceID{}
	for _, p := range s.reconcile().Positions {
		doubtful[p.Product] = p.Doubtful
		assert.Equal(t, "1", p.Required.String(), "old facts are facts")
	}
	old := []compliance.SourceID{"old"}
	assert.Equal(t, map[catalog.ProductKey][]compliance.SourceID{
		"acme/by-install": old, "acme/by-device": old, "acme/by-seat": old, "acme/fresh": nil,
	}, doubtful)
}

// Equal bytes whatever the order of the facts and terms, under each method of
// assignment, and on one processor as on two.
func TestEqualBytesOverShufflesAndProcessors(t *testing.T) {
	build := func(seed uint64, method compliance.Method) string {
		s := newScene(t)
		order := func(n int, stream uint64) []int { return rand.New(rand.NewPCG(seed, stream)).Perm(n) }
		lines := []compliance.Licensing{
			{Product: product, Edition: "Standard", Metric: "generic.core", Price: compliance.Money{Amount: decimal.NewFromInt(180), Currency: "EUR"}},
			{Product: product, Edition: "Enterprise", Metric: "generic.core", Price: compliance.Money{Amount: decimal.NewFromInt(700), Currency: "EUR"}},
			{Product: "acme/tool", Metric: "generic.user"},
		}
		for _, i := range order(len(lines), 1) {
			s.in.Licensing = append(s.in.Licensing, lines[i])
		}
		for _, i := range order(2, 2) {
			require.NoError(t, s.b.AddSource(compliance.Source{ID: []compliance.SourceID{"inv", "hr"}[i], Collected: snapshot.AddDate(0, -2*i, 0), Installs: -1, Devices: -1}))
		}
		for _, i := range order(90, 3) {
			id := fmt.Sprintf("d%03d", i)
			s.device(compliance.Device{ID: compliance.DeviceID(id), Kind: compliance.Physical, Sockets: 1, Cores: 4 * (i % 5), Entity: []string{"DE", "AT", ""}[i%3]})
			s.install(id, fmt.Sprint(2016+3*(i%3)), []string{"Standard", "Enterprise"}[i%2])
			require.NoError(t, s.b.AddSeat(compliance.Seat{User: compliance.UserID(fmt.Sprint("u", i%40)), Title: catalog.Title{Publisher: "Acme", Name: "tool"}, Source: "hr"}))
		}
		for _, i := range order(9, 4) {
			e := compliance.Entitlement{ID: compliance.EntitlementID(fmt.Sprint("E", i)), Contract: "C", Product: product, Metric: "generic.core", Quantity: units(int64(20 * i)),
				Edition: []string{"Enterprise", "Standard"}[i%2], CrossEdition: []string{"Standard"}, Downgrade: i%3 == 0, Version: []string{"", "2022"}[i%2], Priority: i % 2}
			s.in.Entitlements = append(s.in.Entitlements, e)
		}
		for _, i := range order(2, 5) {
			s.in.Contracts = append(s.in.Contracts, compliance.Contract{ID: []compliance.ContractID{"C", "D"}[i], Kind: compliance.TrueUpLicense})
		}
		s.in.Method = method
		out, err := json.Marshal(s.reconcile())
		require.NoError(t, err)
		return string(out)
	}
	before := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(before)
	for _, method := range []compliance.Method{compliance.Optimum, compliance.RightsFirst, compliance.ConsumersInTurn} {
		runtime.GOMAXPROCS(1)
		want := build(0, method)
		for seed := range uint64(4) {
			runtime.GOMAXPROCS(1 + int(seed%2))
			assert.Equal(t, want, build(seed, method), "%s, shuffle %d", method, seed)
		}
	}
}

// What is not known widens a position as far as the fact reaches, and no further.
func TestUnknownFactsWidenByWhatTheyDecide(t *testing.T) {
	s := newScene(t).licensed("generic.device", 100)
	s.device(compliance.Device{ID: "a", Entity: "DE"}).install("a", "1", "").device(compliance.Device{ID: "b"}).install("b", "1", "").device(compliance.Device{ID: "c", Entity: "AT"}).install("c", "1", "")
	p := s.own("E", 3, func(e *compliance.Entitlement) { e.Entities = []string{"DE"} }).position()
	assert.Equal(t, "1..2", p.Short.String(), "c is outside, b may be")
	assert.Equal(t, "100.00 EUR", p.Exposure.String())
	assert.Equal(t, "200", p.ExposureHigh.Decimal.String())
	assert.Equal(t, compliance.Short, p.Status)
	assert.Equal(t, []string{"entity"}, p.Missing)
}
