package remediation

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/document"
)

// stating is the policy of the tests with more in it.
func stating(t *testing.T, text string) *Policy {
	t.Helper()
	var more PolicyDocument
	require.NoError(t, document.Read("more.yaml", []byte("actions: []\n"+text), &more))
	return readPolicy(t, func(d *PolicyDocument) {
		d.Windows, d.Processes, d.Facts, d.Waivers = more.Windows, more.Processes, more.Facts, more.Waivers
	})
}

const settled = `
waivers:
  - {guard: leave, reason: test}
  - {guard: work-pattern, reason: test}
  - {guard: critical-system, reason: test}
`

// What is idle depends on the product: a planning tool is used once a quarter.
func TestWindowOfAProduct(t *testing.T) {
	r := request(t, input(t, estateOf(t, person("d1", 120, 400), person("d2", 1, 400)), entitlement("e1", 1)))
	key := "autodesk/autocad|generic.device|reclaim|d1"
	for text, want := range map[string]State{
		"": Available,
		"windows: [{product: autodesk/autocad, idle-days: 180, notice-days: 30}]": Refused,
		"windows: [{product: autodesk/autocad, idle-days: 100, notice-days: 30}]": Available,
		"windows: [{product: autodesk/revit, idle-days: 180}]":                    Available,
	} {
		r.Policy = stating(t, settled+text)
		options, err := Options(t.Context(), r)
		require.NoError(t, err)
		o := optionOf(t, options, key)
		assert.Equal(t, want, o.State, text)
		if r.Policy.notice(Reclaim, product) == 30 {
			assert.Equal(t, now.AddDate(0, 0, 30), o.Earliest)
		}
	}
}

// Why something is taken decides how: who has left is not told, who only does not use it is.
func TestJustificationDecidesTheDueProcess(t *testing.T) {
	b := compliance.NewBuilder(now)
	require.NoError(t, b.AddSource(compliance.Source{ID: "test", Collected: now, Devices: -1, Installs: -1}))
	for id, active := range map[string]*bool{"gone": yesNo(false), "here": yesNo(true), "unsaid": nil} {
		require.NoError(t, b.AddUser(compliance.User{ID: compliance.UserID(id), Kind: compliance.Person, Active: active, Source: "test"}))
		require.NoError(t, b.AddDevice(compliance.Device{ID: compliance.DeviceID("pc of " + id), Kind: compliance.Physical, User: compliance.UserID(id), Source: "test"}))
		require.NoError(t, b.AddInstall(compliance.Install{Device: compliance.DeviceID("pc of " + id), Title: acad("", ""), FirstSeen: daysAgo(400), LastUsed: daysAgo(200), Source: "test"}))
	}
	r := request(t, input(t, b.Build()))
	r.Policy = stating(t, settled+`
due-processes:
  - {kinds: [reclaim], when: "!candidate.user_active", justification: the account is closed}
  - {kinds: [reclaim], when: candidate.idle_days >= 180, justification: nobody used it for half a year, notice-days: 7}
`)
	plan, err := Solve(t.Context(), r)
	require.NoError(t, err)
	got := map[string]string{}
	for _, s := range plan.Steps {
		got[string(s.Actions[0].Device)] = s.Earliest.Format("2 Jan") + ": " + s.Justification
	}
	assert.Equal(t, map[string]string{
		"pc of gone": "1 Jun: the account is closed", "pc of here": "8 Jun: nobody used it for half a year", "pc of unsaid": "8 Jun: nobody used it for half a year",
	}, got)
	assert.Contains(t, plan.Text(), "since the account is closed, not before 2026-06-01")
}

// A policy may state what no source knows; what it leaves out stays unknown.
func TestFactsOfAPolicy(t *testing.T) {
	r := request(t, input(t, estateOf(t, person("d1", 120, 400), person("d2", 1, 400)), entitlement("e1", 1)))
	state := func(text string) State {
		r.Policy = stating(t, text)
		options, err := Options(t.Context(), r)
		require.NoError(t, err)
		return optionOf(t, options, "autodesk/autocad|generic.device|reclaim|d1").State
	}
	assert.Equal(t, Unknown, state(""))
	assert.Equal(t, Available, state("facts: {people: [{user: user of d1, on-leave: false, work-days: 5}], machines: [{device: d1, critical: false}]}"))
	assert.Equal(t, Refused, state("facts: {people: [{user: user of d1, on-leave: true, work-days: 5}], machines: [{device: d1, critical: false}]}"))
	assert.Equal(t, Unknown, state("facts: {people: [{user: user of d1, on-leave: false}], machines: [{device: d1, critical: false}]}"))
}

func TestStatementsThatCannotBe(t *testing.T) {
	for text, want := range map[string]string{
		"facts: {people: [{user: u, work-days: 8}]}":                                                              "more.yaml:2:18: u is stated twice, or works on no number of days",
		"facts: {machines: [{device: d, needs: 0}]}":                                                              "needs no processor",
		"facts: {features: [{product: p, used: []}]}":                                                             "for one device or one user",
		"windows: [{product: p, idle-days: 0}]":                                                                   "not above zero",
		"due-processes: [{kinds: [reclaim], when: candidate.idle, justification: x}]":                             "undefined field 'idle'",
		"acceptances: [{product: p, approver: '', until: 2026-12-31, reason: r}]":                                 "no approver or no end",
		"negotiations: [{name: n, product: p, topic: t, approver: ''}]":                                           "has no approver",
		"step-ups: [{name: s, product: p, from: a, to: a, price: 1, currency: EUR, until: 2026-12-31}]":           `leads from "a" to "a"`,
		"bundles: [{name: b, items: [], price: 1, currency: EUR, until: 2026-12-31}]":                             "has no items",
		"downgrades: [{product: p, from: {edition: a}, to: {edition: a}}]":                                        "leads to what it starts from",
		"quotes: [{name: q, product: p, price: 1, tiers: [{from: 1, price: 1}], currency: E, until: 2026-12-31}]": "must begin above the one before it",
		"acceptances: [{product: p, approver: CFO, reason: r}]":                                                   "until",
	} {
		var doc PolicyDocument
		err := document.Read("more.yaml", []byte("actions: [{kind: buy, owner: x}]\n"+text), &doc)
		if err == nil {
			_, err = NewPolicy(doc)
		}
		require.Error(t, err, text)
		assert.ErrorContains(t, err, want)
	}
}
