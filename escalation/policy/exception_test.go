package policy

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/escalation/route"
)

const waivers = sound + `exceptions:
  - name: migration
    approver: cio
    reason: The old cluster runs until the move is done.
    match: {publisher: Oracle, entity: acme-ch}
    from: 2026-03-01
    until: 2026-06-30
    calendar: zurich
    warn: 14 days
  - name: short
    approver: cio
    reason: Until the order arrives.
    match: {publisher: Oracle}
    from: 2026-03-01
    until: 2026-03-31
    calendar: zurich
inhibit:
  - name: silent-source
    cause: {rule: stale-source}
    effect: {rule: shortfall}
    equal: [source, entity]
`

func loadWaivers(t testing.TB) *Policy {
	p, err := Load("policy.yaml", []byte(waivers), options())
	require.NoError(t, err)
	return p
}

func ExamplePolicy_Excepted() {
	p, err := Load("policy.yaml", []byte(waivers), options())
	if err != nil {
		fmt.Println(err)
		return
	}
	at := time.Date(2026, 6, 20, 0, 0, 0, 0, time.UTC)
	e := p.Excepted(&route.Subject{Publisher: "Oracle", Entity: "acme-ch"}, at)
	fmt.Println(e.Name, e.Approver, e.StatusAt(at), e.Until.Format(time.RFC3339))
	fmt.Println(p.Excepted(&route.Subject{Publisher: "IBM", Entity: "acme-ch"}, at) == nil)
	// Output:
	// migration cio ending 2026-06-30T22:00:00Z
	// true
}

func TestExceptions(t *testing.T) {
	p := loadWaivers(t)
	both := &route.Subject{Publisher: "Oracle", Entity: "acme-ch"}
	one := &route.Subject{Publisher: "Oracle"}
	at := func(s string) time.Time {
		tm, err := time.ParseInLocation("2006-01-02 15:04:05", s, p.Calendar("zurich").Zone())
		require.NoError(t, err)
		return tm
	}
	tests := []struct {
		s    *route.Subject
		at   string
		want string
	}{
		{both, "2026-02-28 23:59:59", ""},
		{both, "2026-03-01 00:00:00", "migration active"},
		{both, "2026-06-16 00:00:00", "migration active"},
		{both, "2026-06-17 00:00:00", "migration ending"},
		{both, "2026-06-30 23:59:59", "migration ending"},
		{both, "2026-07-01 00:00:00", ""},
		{one, "2026-03-31 12:00:00", "short ending"},
		{one, "2026-04-01 00:00:00", ""},
		{&route.Subject{Entity: "acme-ch"}, "2026-03-31 12:00:00", ""},
	}
	for _, tt := range tests {
		got := ""
		if e := p.Excepted(tt.s, at(tt.at)); e != nil {
			got = e.Name + " " + string(e.StatusAt(at(tt.at)))
		}
		assert.Equal(t, tt.want, got, "%s", tt.at)
	}
	all := p.Exceptions()
	require.Len(t, all, 2)
	assert.Equal(t, Pending, all[0].StatusAt(at("2026-02-01 00:00:00")))
	assert.Equal(t, Expired, all[0].StatusAt(at("2026-07-01 00:00:00")))
}

func TestInhibit(t *testing.T) {
	p := loadWaivers(t)
	subjects := []route.Subject{
		{Rule: "shortfall", Source: "glpi", Entity: "a"},                    // 0: kept back by 3
		{Rule: "shortfall", Source: "glpi", Entity: "b"},                    // 1: another entity
		{Rule: "shortfall", Source: "glpi"},                                 // 2: no entity
		{Rule: "stale-source", Source: "glpi", Entity: "a"},                 // 3: the cause
		{Rule: "stale-source", Source: "glpi"},                              // 4: a cause without entity
		{Rule: "overuse", Source: "glpi", Entity: "a"},                      // 5: not the effect
		{Rule: "shortfall", Source: "glpi", Entity: "a", Publisher: "Acme"}, // 6: kept back by 3
	}
	assert.Equal(t, []Inhibited{{0, 3, "silent-source"}, {6, 3, "silent-source"}}, p.Inhibit(subjects))
	assert.Empty(t, p.Inhibit(nil))
}

// TestNothingKeepsItselfBack: a finding that is cause and effect at once stays.
func TestNothingKeepsItselfBack(t *testing.T) {
	p, err := Load("policy.yaml", []byte(strings.Replace(waivers, "effect: {rule: shortfall}", "effect: {source: glpi}", 1)), options())
	require.NoError(t, err)
	got := p.Inhibit([]route.Subject{
		{Rule: "stale-source", Source: "glpi", Entity: "a"},
		{Rule: "stale-source", Source: "glpi", Entity: "a"},
		{Rule: "overuse", Source: "glpi", Entity: "a"},
	})
	assert.Equal(t, []Inhibited{{2, 0, "silent-source"}}, got)
}

func TestExceptionFaults(t *testing.T) {
	tests := []struct{ old, new, want string }{
		{"approver: cio", "approver: \"\"", "needs an approver"},
		{"    approver: cio\n", "", "lacks the field \"approver\""},
		{"until: 2026-06-30", "until: 2026-02-28", "exception \"migration\" ends on 2026-02-28, before it begins on 2026-03-01"},
		{"until: 2026-06-30", "until: 2027-06-30", "exception \"migration\" lasts 486 days; at most 366"},
		{"until: 2026-06-30", "until: forever", "\"forever\" is no date"},
		{"match: {publisher: Oracle, entity: acme-ch}", "match: {}", "\"migration\" must name a field that it is about"},
		{"match: {publisher: Oracle, entity: acme-ch}", "match: {vendor: Oracle}", "a finding has no field \"vendor\""},
		{"name: short", "name: migration", "exception \"migration\" is listed twice"},
		{"calendar: zurich\n    warn", "calendar: bern\n    warn", "no calendar \"bern\""},
		{"equal: [source, entity]", "equal: []", "\"silent-source\" must name fields that must be equal"},
		{"equal: [source, entity]", "equal: [sauce]", "a finding has no field \"sauce\""},
		{"cause: {rule: stale-source}", "cause: {rule: \"\"}", "match on rule is empty"},
	}
	for _, tt := range tests {
		require.Contains(t, waivers, tt.old)
		_, err := Load("policy.yaml", []byte(strings.Replace(waivers, tt.old, tt.new, 1)), options())
		assert.ErrorContains(t, err, tt.want, tt.new)
		assert.ErrorContains(t, err, "policy.yaml:")
	}
}

func TestQuietFaults(t *testing.T) {
	for fault, want := range map[string]string{
		`{name: n, people: [sam-desk], calendar: zurich, unless: high}`:                `list the members of "sam-desk"`,
		`{name: n, people: [ann, ann], calendar: zurich, unless: high}`:                "",
		`{name: n, people: [ann], calendar: nowhere, unless: high}`:                    `no calendar "nowhere"`,
		`{name: n, people: [ann], calendar: zurich, unless: urgent}`:                   `no level "urgent"`,
		`{name: n, people: [ann], calendar: zurich, unless: high, urgent: [whenever]}`: `no message has the reason "whenever"`,
		`{name: n, people: [ann], calendar: zurich}`:                                   "unless",
	} {
		_, err := Load("policy.yaml", []byte(sound+"quiet:\n  - "+fault+"\n"), options())
		if want == "" {
			assert.NoError(t, err)
			continue
		}
		assert.ErrorContains(t, err, want)
		assert.Regexp(t, `policy\.yaml:\d+:\d+: `, err.Error())
	}
}
