package remediation

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/document"
)

// allow makes the policy of the tests allow more kinds, each in three days, and adds what a
// document says.
func allow(t require.TestingT, text string, kinds ...Kind) *Policy {
	var more PolicyDocument
	require.NoError(t, document.Read("more.yaml", []byte("actions: []\n"+text), &more))
	return readPolicy(t, func(d *PolicyDocument) {
		d.Quotes, d.Renewals, d.Bundles, d.StepUps, d.CoTerms = more.Quotes, more.Renewals, more.Bundles, more.StepUps, more.CoTerms
		d.Downgrades, d.Titles, d.Negotiations, d.Acceptances = more.Downgrades, more.Titles, more.Negotiations, more.Acceptances
		for _, k := range kinds {
			d.Actions = append(d.Actions, ActionDocument{Kind: k, Owner: k.String() + " team", LeadDays: 3, Disruption: 1, Effort: decimal.NewFromInt(20), Risk: "low"})
		}
	})
}

// knows are facts of a test, by device; features are of any product there.
type knows struct {
	devices  map[compliance.DeviceID]DeviceFacts
	features map[compliance.DeviceID][]string
}

func (knows) User(compliance.UserID) UserFacts            { return UserFacts{} }
func (k knows) Device(id compliance.DeviceID) DeviceFacts { return k.devices[id] }
func (k knows) Features(_ catalog.ProductKey, id compliance.DeviceID, _ compliance.UserID) ([]string, bool) {
	f, ok := k.features[id]
	return f, ok
}

const ladder = `
downgrades:
  - {product: autodesk/autocad, from: {edition: full}, to: {edition: lt}, lacks: [3d, scripts]}
  - {product: autodesk/autocad, from: {edition: full}, to: {edition: web}, lacks: [3d, scripts, plots]}
`

func edition(device, edition string) install {
	p := person(device, 1, 400)
	p.edition = edition
	return p
}

func ofEdition(id, edition string, quantity int64) compliance.Entitlement {
	e := entitlement(id, quantity)
	e.Edition = edition
	return e
}

// Whoever uses what only the greater edition has keeps it; of whom nobody knows, nobody
// takes it. Exactly as many change over as the lesser edition has licenses for.
func TestDowngradeWhereFeaturesAllow(t *testing.T) {
	in := input(t, estateOf(t, edition("d1", "full"), edition("d2", "full"), edition("d3", "full"), edition("d4", "full"), edition("d5", "full"), edition("d6", "lt")),
		ofEdition("full", "full", 1), ofEdition("lt", "lt", 3))
	r := request(t, in)
	r.Policy = allow(t, ladder, Downgrade)
	r.Facts = knows{features: map[compliance.DeviceID][]string{"d1": {"plots"}, "d2": {"3d"}, "d3": {}, "d4": {}}}
	options, err := Options(t.Context(), r)
	require.NoError(t, err)
	state := map[string]State{}
	for _, o := range options {
		if o.Kind == Downgrade {
			state[o.ID] = o.State
			assert.Equal(t, "low", o.Risk)
			assert.NotEmpty(t, o.Undo)
		}
	}
	key := "autodesk/autocad|generic.device|downgrade|"
	assert.Equal(t, map[string]State{
		key + "d1|full|lt": Available, key + "d2|full|lt": Refused, key + "d3|full|lt": Available, key + "d4|full|lt": Available, key + "d5|full|lt": Unknown,
		key + "d1|full|web": Refused, key + "d2|full|web": Refused, key + "d3|full|web": Unknown, key + "d4|full|web": Unknown, key + "d5|full|web": Unknown,
	}, state, "d5: nobody knows what it uses; web: it uses plots, or no source has it yet")
	plan, err := Solve(t.Context(), r)
	require.NoError(t, err)
	assert.Equal(t, "2040.00 EUR", plan.Cost.String(), "two change over, as lt has two licenses left, and two are bought")
	assert.True(t, plan.Exact)
	assert.True(t, plan.Closed())
	assertSecondPlanEmpty(t, r, plan)
}

// assertSecondPlanEmpty carries a plan out in thought, and finds every criterion met and
// nothing left to do.
func assertSecondPlanEmpty(t *testing.T, r Request, plan Plan) *compliance.Result {
	t.Helper()
	in := applied(t, r.Input, plan)
	res, err := compliance.Reconcile(t.Context(), in)
	require.NoError(t, err)
	after := map[string]compliance.Position{}
	for _, p := range res.Positions {
		after[p.Key()] = p
	}
	for _, s := range plan.Steps {
		before, ok := r.position(s.Position)
		require.True(t, ok)
		assertCriterion(t, s.Criterion, before, compliance.Fail)
		assertCriterion(t, s.Criterion, after[s.Position], compliance.Pass)
	}
	r.Input, r.Result = in, res
	second, err := Solve(t.Context(), r)
	require.NoError(t, err)
	assert.Empty(t, second.Steps)
	return res
}

// A right that reaches a third edition is among the choices, in the order of the list
// where both cost the same.
func TestLadderIsTakenInOrder(t *testing.T) {
	in := input(t, estateOf(t, edition("d1", "full"), edition("d2", "lt"), edition("d3", "web")), ofEdition("lt", "lt", 2), ofEdition("web", "web", 2))
	r := request(t, in)
	r.Policy = allow(t, ladder, Downgrade)
	r.Facts = knows{features: map[compliance.DeviceID][]string{"d1": {}}}
	delete(r.Policy.actions, Remove)
	plan, err := Solve(t.Context(), r)
	require.NoError(t, err)
	assert.Equal(t, []string{"downgrade autodesk/autocad from full to lt on d1"}, verbsOf(plan))
	require.Equal(t, Replace, plan.Steps[0].Actions[0].Verb)
	assert.Equal(t, "lt", plan.Steps[0].Actions[0].To.Edition)
	assert.Equal(t, plan.Steps[0].Actions[0].Preconditions, Observe(in, r.Result, plan.Steps[0].Actions[0]))
	done, err := Shown(in.Estate, plan.Steps[0].Actions[0])
	require.NoError(t, err)
	assert.False(t, done)
	done, err = Shown(applied(t, in, plan).Estate, plan.Steps[0].Actions[0])
	require.NoError(t, err)
	assert.True(t, done)
}

// An older version stands in for a newer one that maintenance does not include, under the
// title that the policy gives where no source has it yet.
func TestDowngradeToAnOlderVersion(t *testing.T) {
	newer := person("d1", 1, 400)
	newer.version = "2026"
	e := entitlement("e", 1)
	e.Version = "2024"
	r := request(t, input(t, estateOf(t, newer), e))
	r.Policy = allow(t, `
downgrades: [{product: autodesk/autocad, from: {version: "2026"}, to: {version: "2024"}}]
titles: [{product: autodesk/autocad, version: "2024", title: {publisher: autodesk, name: autocad, version: "2024"}}]
`, Downgrade)
	delete(r.Policy.actions, Remove)
	plan, err := Solve(t.Context(), r)
	require.NoError(t, err)
	assert.Equal(t, []string{"downgrade autodesk/autocad from 2026 to 2024 on d1"}, verbsOf(plan))
	assertSecondPlanEmpty(t, r, plan)
}
