package remediation

import (
	"fmt"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
)

func sprintf(format string, args ...any) string { return fmt.Sprintf(format, args...) }

// suite is an input of a suite of two members, of which users have seats.
func suite(t require.TestingT, spare int64) compliance.Input {
	b := compliance.NewBuilder(now)
	require.NoError(t, b.AddSource(compliance.Source{ID: "test", Collected: now, Devices: -1, Installs: -1}))
	seat := func(user, name string) {
		require.NoError(t, b.AddSeat(compliance.Seat{User: compliance.UserID(user), Title: catalog.Title{Publisher: "acme", Name: name}, Assigned: daysAgo(400), LastUsed: daysAgo(1), Source: "test"}))
	}
	for _, u := range []string{"ann", "bob", "cy", "dee"} {
		require.NoError(t, b.AddUser(compliance.User{ID: compliance.UserID(u), Kind: compliance.Person, Source: "test"}))
	}
	seat("ann", "write")
	seat("bob", "write")
	seat("cy", "write")
	seat("dee", "office")
	lib, err := library()
	require.NoError(t, err)
	of := func(p catalog.ProductKey, price string) compliance.Licensing {
		return compliance.Licensing{Product: p, Metric: "generic.user", Price: eur(price)}
	}
	office := of("acme/office", "200")
	office.Suite = &compliance.Suite{Members: []catalog.ProductKey{"acme/write", "acme/draw"}, Count: 2}
	own := func(id string, p catalog.ProductKey, n int64) compliance.Entitlement {
		return compliance.Entitlement{ID: compliance.EntitlementID(id), Product: p, Metric: "generic.user", Quantity: decimal.NewFromInt(n), UnitPrice: eur("100")}
	}
	return compliance.Input{
		Estate: b.Build(), Catalog: titles{}, Metrics: lib,
		Licensing:    []compliance.Licensing{of("acme/write", "120"), of("acme/draw", "120"), office},
		Entitlements: []compliance.Entitlement{own("o", "acme/office", 1+spare), own("w", "acme/write", 1)},
	}
}

// Units of a suite that nobody uses go to those who lack one of its members.
func TestCoverUnderASuite(t *testing.T) {
	for spare, cost := range map[int64]string{2: "40.00 EUR", 1: "140.00 EUR"} {
		in := suite(t, spare)
		r := request(t, in)
		require.Len(t, r.short(), 1)
		r.Policy = allow(t, "", Cover)
		delete(r.Policy.actions, Remove)
		plan, err := Solve(t.Context(), r)
		require.NoError(t, err)
		assert.Equal(t, cost, plan.Cost.String(), "the suite costs 20 to give, a license of the member 120")
		assert.True(t, plan.Exact)
		assert.True(t, plan.Closed())
		kinds := map[Kind]int{}
		for _, s := range plan.Steps {
			kinds[s.Kind]++
		}
		assert.EqualValues(t, spare, kinds[Cover], "%v", verbsOf(plan))
		assertSecondPlanEmpty(t, r, plan)
		for _, s := range plan.Steps {
			if a := s.Actions[0]; a.Verb == Assign {
				assert.Equal(t, a.Preconditions, Observe(in, r.Result, a))
			}
		}
	}
}

// A title that no source has seen is not known until somebody states it.
func TestCoverWaitsForATitle(t *testing.T) {
	in := suite(t, 3)
	in.Estate = in.Estate.Where(nil, func(s compliance.Seat) bool { return s.Title.Name != "office" })
	r := request(t, in)
	r.Policy = allow(t, "", Cover)
	options, err := Options(t.Context(), r)
	require.NoError(t, err)
	waiting := 0
	for _, o := range options {
		if o.Kind == Cover {
			assert.Equal(t, []string{"title of acme/office"}, o.Missing)
			waiting++
		}
	}
	assert.Equal(t, 2, waiting)
	r.Policy = allow(t, `titles: [{product: acme/office, title: {publisher: acme, name: office}}]`, Cover)
	plan, err := Solve(t.Context(), r)
	require.NoError(t, err)
	assert.True(t, plan.Closed())
	assert.Equal(t, "40.00 EUR", plan.Cost.String())
}

// What is allocated to somebody who does not have the product is let go.
func TestReleaseWhatIsHeldForNobody(t *testing.T) {
	e := entitlement("e", 3)
	e.Allocations = []compliance.Allocation{{Consumer: "gone", Quantity: decimal.NewFromInt(2), Kind: compliance.Permanent}}
	in := input(t, busy(t, 3), e)
	r := request(t, in)
	require.Len(t, r.short(), 1)
	r.Policy = allow(t, "", Cover)
	delete(r.Policy.actions, Remove)
	plan, err := Solve(t.Context(), r)
	require.NoError(t, err)
	assert.Equal(t, []string{"let go of licenses of e that are allocated to gone, who does not need them: 2"}, verbsOf(plan))
	assert.True(t, plan.Exact)
	a := plan.Steps[0].Actions[0]
	assert.Equal(t, "release 2 of e from gone", a.String())
	assert.Equal(t, a.Preconditions, Observe(in, r.Result, a))
	assertSecondPlanEmpty(t, r, plan)
}

// A pool that its entity does not use up is opened, by as much as is short.
func TestTakeOutOfAPool(t *testing.T) {
	at := func(device, entity string) install {
		i := person(device, 1, 400)
		i.entity = entity
		return i
	}
	e := entitlement("e", 5)
	e.Pools = []compliance.Pool{{Entities: []string{"north"}, Quantity: decimal.NewFromInt(4)}}
	in := input(t, estateOf(t, at("d1", "north"), at("d2", "south"), at("d3", "south"), at("d4", "south")), e)
	r := request(t, in)
	require.Len(t, r.short(), 1)
	r.Policy = allow(t, "")
	delete(r.Policy.actions, Remove)
	plan, err := Solve(t.Context(), r)
	require.NoError(t, err)
	assert.Equal(t, []string{"take licenses of e out of the pool of north: 2"}, verbsOf(plan))
	assert.True(t, plan.Exact)
	assertSecondPlanEmpty(t, r, plan)
}
