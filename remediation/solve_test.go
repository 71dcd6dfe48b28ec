package remediation

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
)

// verbs are what a plan does, in order.
func verbsOf(p Plan) []string {
	var out []string
	for _, s := range p.Steps {
		out = append(out, s.Verb)
	}
	return out
}

func TestSolveReclaimsWhatNobodyUsesAndBuysTheRest(t *testing.T) {
	in := input(t, estateOf(t,
		person("d1", 10, 400), person("d2", 5, 400), person("d3", 7, 400), person("d4", 1, 400),
		person("d5", 120, 400), person("d6", 300, 400),
	), entitlement("e1", 3))
	plan, err := Solve(t.Context(), request(t, in))
	require.NoError(t, err)
	assert.Equal(t, []string{
		"buy licenses of autodesk/autocad: 1",
		"reclaim autodesk/autocad from d5",
		"reclaim autodesk/autocad from d6",
	}, verbsOf(plan))
	assert.Equal(t, "1030.00 EUR", plan.Cost.String())
	assert.True(t, plan.Exact)
	assert.True(t, plan.Closed())
	require.Len(t, plan.Positions, 1)
	assert.Equal(t, "3", plan.Positions[0].Before.Short)
	assert.Equal(t, "3000.00 EUR", plan.Positions[0].Before.Exposure.String())
	assert.Equal(t, Standing{"compliant", "4", decimal.NewFromInt(4), "0", eur("0")}.String(), plan.Positions[0].After.String())
	assert.Equal(t, now.AddDate(0, 0, 16), plan.Ready)
	require.Len(t, plan.Alternatives, 2)
	assert.Equal(t, []string{"buy licenses of autodesk/autocad: 3"}, verbsOf(plan.Alternatives[0]), "buying disturbs nobody")
	assert.Equal(t, []string{"buy licenses of autodesk/autocad: 3"}, verbsOf(plan.Alternatives[1]), "buying takes 10 days, reclaiming 16")
}

// A second plan on the estate that the first one leads to has nothing to do, and
// every criterion of the first holds there.
func TestSecondPlanIsEmpty(t *testing.T) {
	in := input(t, estateOf(t, person("d1", 10, 400), person("d2", 120, 400), person("d3", 7, 400)), entitlement("e1", 1))
	r := request(t, in)
	plan, err := Solve(t.Context(), r)
	require.NoError(t, err)
	var actions []Action
	for _, s := range plan.Steps {
		actions = append(actions, s.Actions...)
		assertCriterion(t, s.Criterion, r.Result.Positions[0], compliance.Fail)
	}
	after, err := Apply(in, actions)
	require.NoError(t, err)
	next := request(t, after)
	for _, s := range plan.Steps {
		assertCriterion(t, s.Criterion, next.Result.Positions[0], compliance.Pass)
	}
	assertCriterion(t, plan.Success, next.Result.Positions[0], compliance.Pass)
	second, err := Solve(t.Context(), next)
	require.NoError(t, err)
	assert.Empty(t, second.Steps)
	assert.True(t, second.Cost.Amount.IsZero())
}

// A source that states its totals does not look broken in a what-if that takes
// some of its rows away.
func TestControlTotalsFollowWhatIsTakenAway(t *testing.T) {
	b := compliance.NewBuilder(now)
	require.NoError(t, b.AddSource(compliance.Source{ID: "test", Collected: now, Devices: 2, Installs: 2}))
	for device, idle := range map[compliance.DeviceID]int{"d1": 1, "d2": 120} {
		require.NoError(t, b.AddDevice(compliance.Device{ID: device, Kind: compliance.Physical, Source: "test"}))
		require.NoError(t, b.AddInstall(compliance.Install{Device: device, Title: acad("", ""), Source: "test", FirstSeen: daysAgo(400), LastUsed: daysAgo(idle)}))
	}
	plan, err := Solve(t.Context(), request(t, input(t, b.Build(), entitlement("e1", 1))))
	require.NoError(t, err)
	assert.Equal(t, []string{"reclaim autodesk/autocad from d2"}, verbsOf(plan))
	assert.Equal(t, "compliant", plan.Positions[0].After.Status)
}

func assertCriterion(t *testing.T, text string, p compliance.Position, want compliance.Verdict) {
	t.Helper()
	c, err := NewCriterion(literal(text))
	require.NoError(t, err)
	got, _, err := c.Met(t.Context(), p)
	require.NoError(t, err)
	assert.Equal(t, want, got, text)
}

func TestGuards(t *testing.T) {
	tests := []struct {
		name    string
		install install
		state   State
		missing []string
		why     string
	}{
		{"unused", person("d1", 120, 400), Available, nil, ""},
		{"used lately", person("d1", 89, 400), Refused, nil, "used within the window"},
		{"last use not known", person("d1", 0, 400), Unknown, []string{"candidate.idle_days"}, ""},
		{"new starter", person("d1", 120, 59), Refused, nil, "installed or assigned only lately"},
		{"age not known", person("d1", 120, 0), Unknown, []string{"candidate.age_days"}, ""},
		{"service account", install{device: "d1", user: "u1", kind: compliance.ServiceAccount, idle: 120, age: 400}, Refused, nil, "service or shared account"},
		{"kind of user not known", install{device: "d1", user: "u1", idle: 120, age: 400}, Unknown, []string{"candidate.user_kind"}, ""},
		{"nobody's", install{device: "d1", idle: 120, age: 400}, Available, nil, ""},
		{"refused beats unknown", install{device: "d1", user: "u1", idle: 10, age: 400}, Refused, []string{"candidate.user_kind"}, "used within the window"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := input(t, estateOf(t, tt.install, person("d2", 1, 400)), entitlement("e1", 1))
			options, err := Options(t.Context(), request(t, in))
			require.NoError(t, err)
			o := optionOf(t, options, "autodesk/autocad|generic.device|reclaim|d1")
			assert.Equal(t, tt.state, o.State)
			assert.Equal(t, tt.missing, o.Missing)
			assert.Equal(t, tt.why, o.refusal())
			assert.Equal(t, "1", o.Effect.String())
		})
	}
}

func optionOf(t *testing.T, options []Option, id string) Option {
	t.Helper()
	for _, o := range options {
		if o.ID == id {
			return o
		}
	}
	require.Failf(t, "no such option", "%s", id)
	return Option{}
}

func TestFactsDecideGuardsThatNoEstateCan(t *testing.T) {
	in := input(t, estateOf(t, person("d1", 120, 400), person("d2", 1, 400)), entitlement("e1", 1))
	r := request(t, in)
	r.Policy = readPolicy(t, func(d *PolicyDocument) { d.Waivers = nil })
	state := func(f Facts) State {
		r.Facts = f
		options, err := Options(t.Context(), r)
		require.NoError(t, err)
		return optionOf(t, options, "autodesk/autocad|generic.device|reclaim|d1").State
	}
	yes, no, five, two := yesNo(true), yesNo(false), number(5), number(2)
	assert.Equal(t, Unknown, state(nil))
	assert.Equal(t, Available, state(facts{UserFacts{no, five}, DeviceFacts{Critical: no}}))
	assert.Equal(t, Refused, state(facts{UserFacts{yes, five}, DeviceFacts{Critical: no}}), "on leave")
	assert.Equal(t, Refused, state(facts{UserFacts{no, two}, DeviceFacts{Critical: no}}), "120 days are 48 working days of 2 a week")
	assert.Equal(t, Refused, state(facts{UserFacts{no, five}, DeviceFacts{Critical: yes}}), "critical")
	assert.Equal(t, Unknown, state(facts{UserFacts{no, nil}, DeviceFacts{Critical: no}}))
}

type facts struct {
	user   UserFacts
	device DeviceFacts
}

func (f facts) User(compliance.UserID) UserFacts       { return f.user }
func (f facts) Device(compliance.DeviceID) DeviceFacts { return f.device }

func TestRemoveIsForUseWithoutAnyRight(t *testing.T) {
	e := entitlement("e1", 5)
	e.Version = "2020"
	newer, older := person("d1", 3, 400), person("d2", 3, 400)
	newer.version, older.version = "2024", "2020"
	plan, err := Solve(t.Context(), request(t, input(t, estateOf(t, newer, older), e)))
	require.NoError(t, err)
	assert.Equal(t, []string{"remove autodesk/autocad from d1"}, verbsOf(plan))
	assert.Equal(t, now.AddDate(0, 0, 7), plan.Ready)
}

func TestReallocateBetweenEntities(t *testing.T) {
	north, south := entitlement("north", 3), entitlement("south", 1)
	north.Entities, south.Entities = []string{"north"}, []string{"south"}
	at := func(device, entity string) install {
		i := person(device, 3, 400)
		i.entity = entity
		return i
	}
	estate := estateOf(t, at("d1", "north"), at("d2", "south"), at("d3", "south"), at("d4", "south"))
	tests := []struct {
		contract compliance.ContractID
		want     []string
		unused   []string
	}{
		{"frame", []string{"transfer licenses of north to south: 2"}, nil},
		{"oem", []string{"buy licenses of autodesk/autocad: 2"}, []string{"contract oem does not allow transfers between entities"}},
		{"", []string{"buy licenses of autodesk/autocad: 2"}, []string{`missing whether contract "" allows transfers between entities`}},
	}
	for _, tt := range tests {
		t.Run(string(tt.contract), func(t *testing.T) {
			north.Contract = tt.contract
			plan, err := Solve(t.Context(), request(t, input(t, estate, north, south)))
			require.NoError(t, err)
			assert.Equal(t, tt.want, verbsOf(plan))
			assert.True(t, plan.Closed())
			assert.True(t, plan.Exact)
			var unused []string
			for _, u := range plan.Unused {
				if u.Verb == "transfer licenses of north to south" {
					unused = append(unused, u.Why)
				}
			}
			assert.Equal(t, tt.unused, unused)
		})
	}
}

func TestLimitsLeaveTheLeastExposureOpen(t *testing.T) {
	in := input(t, estateOf(t, person("d1", 1, 400), person("d2", 1, 400), person("d3", 120, 400), person("d4", 120, 400), person("d5", 1, 400)))
	tests := []struct {
		budget, cost, open, exposure string
	}{
		{"14", "0.00 EUR", "5", "5000.00 EUR"},
		{"1029", "30.00 EUR", "3", "3000.00 EUR"},
		{"1030", "1030.00 EUR", "2", "2000.00 EUR"},
	}
	for _, tt := range tests {
		t.Run(tt.budget, func(t *testing.T) {
			r := request(t, in)
			r.Policy = readPolicy(t, func(d *PolicyDocument) {
				d.Limits.Budget = decimal.NewNullDecimal(decimal.RequireFromString(tt.budget))
				d.Actions = []ActionDocument{d.Actions[0], {Kind: Buy, Owner: "purchasing"}}
			})
			plan, err := Solve(t.Context(), r)
			require.NoError(t, err)
			assert.Equal(t, tt.cost, plan.Cost.String())
			assert.True(t, plan.Exact)
			require.Len(t, plan.Open, 1)
			assert.Equal(t, tt.open, plan.Open[0].Short.String())
			assert.Equal(t, tt.exposure, plan.Open[0].Exposure.String())
		})
	}
}

func TestDueDateKeepsLateOptionsOut(t *testing.T) {
	in := input(t, estateOf(t, person("d1", 1, 400), person("d2", 120, 400)), entitlement("e1", 1))
	r := request(t, in)
	r.Due = now.AddDate(0, 0, 12)
	plan, err := Solve(t.Context(), r)
	require.NoError(t, err)
	assert.Equal(t, []string{"buy licenses of autodesk/autocad: 1"}, verbsOf(plan))
	r.Due = now.AddDate(0, 0, 3)
	plan, err = Solve(t.Context(), r)
	require.NoError(t, err)
	assert.Empty(t, plan.Steps)
	require.Len(t, plan.Open, 1)
	assert.Equal(t, "2 options are ready only after the due date", plan.Open[0].Why)
	assert.Contains(t, plan.Text(), "Not used (available): reclaim autodesk/autocad from d2: ready only on 2026-06-17")
}

func TestPlanIsTheSameForTheSameFacts(t *testing.T) {
	a := []install{person("d1", 10, 400), person("d2", 120, 400), person("d3", 130, 400), person("d4", 140, 400)}
	b := []install{a[2], a[0], a[3], a[1]}
	digest := func(installs []install, at time.Time) string {
		r := request(t, input(t, estateOf(t, installs...), entitlement("e1", 2)))
		r.Now = at
		p, err := Solve(t.Context(), r)
		require.NoError(t, err)
		d, err := p.Digest()
		require.NoError(t, err)
		return d
	}
	want := digest(a, now)
	assert.Equal(t, want, digest(b, now))
	assert.Equal(t, want, digest(a, now.In(time.FixedZone("CET", 3600))))
	assert.NotEqual(t, want, digest(a, now.Add(time.Second)))
}

func TestRequestThatDoesNotFitTogether(t *testing.T) {
	in := input(t, estateOf(t, person("d1", 10, 400)))
	tests := []struct {
		name   string
		change func(*Request)
		want   string
	}{
		{"no result", func(r *Request) { r.Result = nil }, "no result"},
		{"no policy", func(r *Request) { r.Policy = nil }, "no policy"},
		{"no estate", func(r *Request) { r.Input.Estate = nil }, "no estate"},
		{"no instant", func(r *Request) { r.Now = time.Time{} }, "instant"},
		{"due before now", func(r *Request) { r.Due = now.AddDate(0, 0, -1) }, "due on 2026-05-31"},
		{"no such position", func(r *Request) { r.Positions = []string{"x|y"} }, `"x|y"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := request(t, in)
			tt.change(&r)
			_, err := Solve(t.Context(), r)
			require.ErrorIs(t, err, ErrRequest)
			assert.ErrorContains(t, err, tt.want)
		})
	}
}

// A plan that was written down and read again is the same plan.
func TestPlanSurvivesJSON(t *testing.T) {
	in := input(t, estateOf(t, person("d1", 10, 400), person("d2", 120, 400), person("d3", 0, 400)), entitlement("e1", 1))
	plan, err := Solve(t.Context(), request(t, in))
	require.NoError(t, err)
	b, err := json.Marshal(plan)
	require.NoError(t, err)
	var again Plan
	require.NoError(t, json.Unmarshal(b, &again))
	want, err := plan.Digest()
	require.NoError(t, err)
	got, err := again.Digest()
	require.NoError(t, err)
	assert.Equal(t, want, got)
	again.Steps[0].Actions[0].Product = "autodesk/maya"
	other, err := again.Digest()
	require.NoError(t, err)
	assert.NotEqual(t, want, other)
}
