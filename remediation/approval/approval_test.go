package approval

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/remediation"
)

const rules = `
expire-days: 5
rules:
  - name: every plan
    require: {role: license manager}
  - name: costly
    when: plan.cost > 10000 || plan.irreversible
    require:
      all:
        - {role: budget owner, where: 'approver.entity == "holding"'}
        - at-least: 2
          of: [{role: legal}, {role: it}, {role: security}]
`

var asked = time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)

// staff is a directory. Ann has two accounts, Bob's service account is his, and
// Dan may stand in for Cid.
type staff map[AccountID]Principal

func (s staff) Principal(_ context.Context, a AccountID, _ time.Time) (Principal, error) {
	p, ok := s[a]
	if !ok {
		return p, errors.New("not in the directory")
	}
	p.Account = a
	return p, nil
}

func company() staff {
	return staff{
		"ann":       {Person: "ann", Roles: []string{"license manager", "budget owner", "legal", "it", "security"}, Entity: "holding"},
		"ann.admin": {Person: "ann", Roles: []string{"license manager", "it"}, StandsInFor: []AccountID{"bob", "cid"}},
		"bob":       {Person: "bob", Roles: []string{"license manager"}},
		"robot":     {Person: "ann", Roles: []string{"license manager"}},
		"cid":       {Person: "cid", Roles: []string{"budget owner", "legal"}, Entity: "holding", StandsInFor: []AccountID{"ann"}},
		"dan":       {Person: "dan", Roles: []string{"it"}, StandsInFor: []AccountID{"cid", "ann"}},
		"eve":       {Person: "eve", Roles: []string{"legal", "security"}},
		"fay":       {Person: "fay", Roles: []string{"budget owner"}, Entity: "branch"},
		"gil":       {Person: "gil", Roles: []string{"operator"}},
		"hal":       {Person: "hal", Roles: []string{"it"}},
		"ghost":     {Roles: []string{"license manager"}},
	}
}

func planOf(cost int64, undo string) remediation.Plan {
	return remediation.Plan{
		Created: asked, Cost: compliance.Money{Amount: decimal.NewFromInt(cost), Currency: "EUR"},
		Steps: []remediation.Step{{ID: "s1", Kind: remediation.Reclaim, Undo: undo, Actions: []remediation.Action{{Verb: remediation.Uninstall, Device: "d1"}}}},
	}
}

func checked(t *testing.T, text string) *Rules {
	var doc Document
	require.NoError(t, document.Read("approvals.yaml", []byte(text), &doc))
	r, err := New(doc)
	require.NoError(t, err)
	return r
}

func openCase(t *testing.T, p remediation.Plan, requester AccountID) *Case {
	c, err := Open(t.Context(), checked(t, rules), company(), Request{Case: "c1", Plan: p, Requester: requester, At: asked})
	require.NoError(t, err)
	return c
}

func yes(c *Case, who, onBehalfOf AccountID) Vote {
	return Vote{Case: "c1", Digest: c.Digest(), Account: who, OnBehalfOf: onBehalfOf, Approve: true, At: asked.Add(time.Hour)}
}

func TestSmallPlanNeedsOneApprover(t *testing.T) {
	c := openCase(t, planOf(100, "install"), "ann")
	_, err := c.Authorise(t.Context(), "gil", asked.Add(time.Hour))
	require.ErrorIs(t, err, ErrNotApproved)
	require.NoError(t, c.Vote(t.Context(), yes(c, "bob", "")))
	g, err := c.Authorise(t.Context(), "gil", asked.Add(2*time.Hour))
	require.NoError(t, err)
	assert.NoError(t, g.Permits(planOf(100, "install"), asked.Add(2*time.Hour)))
	assert.ErrorIs(t, g.Permits(planOf(101, "install"), asked.Add(2*time.Hour)), ErrOther)
	assert.ErrorIs(t, g.Permits(planOf(100, "install"), c.Expires()), ErrExpired)
	assert.ErrorIs(t, Grant{}.Permits(planOf(100, "install"), asked), ErrNotApproved)
}

// Thresholds add up: what is costly, or cannot be undone, needs more.
func TestTreeNeedsAnotherPersonInEachPlace(t *testing.T) {
	for name, plan := range map[string]remediation.Plan{"costly": planOf(10001, "install"), "irreversible": planOf(1, "")} {
		t.Run(name, func(t *testing.T) {
			c := openCase(t, plan, "ann")
			missing := func() []string {
				m, err := c.Missing(t.Context())
				require.NoError(t, err)
				return m
			}
			require.NoError(t, c.Vote(t.Context(), yes(c, "bob", "")))
			assert.Equal(t, []string{"costly"}, missing())
			require.NoError(t, c.Vote(t.Context(), yes(c, "eve", "")))
			require.NoError(t, c.Vote(t.Context(), yes(c, "cid", "")))
			assert.Equal(t, []string{"costly"}, missing(), "cid is budget owner or legal, not both; eve is legal or security, not both")
			require.NoError(t, c.Vote(t.Context(), yes(c, "hal", "")))
			assert.Empty(t, missing())
		})
	}
}

func TestOneCannotApproveWhatOneAskedFor(t *testing.T) {
	costly := planOf(50000, "install")
	other, err := planOf(1, "install").Digest()
	require.NoError(t, err)
	var attempts int
	refused := func(name string, want error, try func(c *Case) error) {
		t.Helper()
		for _, requester := range []AccountID{"ann", "ann.admin", "robot"} {
			attempts++
			t.Run(fmt.Sprintf("%s, asked for as %s", name, requester), func(t *testing.T) {
				c := openCase(t, costly, requester)
				require.ErrorIs(t, try(c), want)
				assert.Empty(t, c.ballots)
				_, err := c.Authorise(t.Context(), "gil", asked.Add(time.Hour))
				require.ErrorIs(t, err, ErrNotApproved)
			})
		}
	}
	for _, self := range []AccountID{"ann", "ann.admin", "robot"} {
		refused("as "+string(self), ErrSeparation, func(c *Case) error { return c.Vote(t.Context(), yes(c, self, "")) })
		refused("as "+string(self)+" for a plan of less", ErrOther, func(c *Case) error {
			v := yes(c, self, "")
			v.Digest = other
			return c.Vote(t.Context(), v)
		})
		refused("as "+string(self)+" in another case", ErrOther, func(c *Case) error {
			v := yes(c, self, "")
			v.Case = "c2"
			return c.Vote(t.Context(), v)
		})
	}
	refused("for bob", ErrSeparation, func(c *Case) error { return c.Vote(t.Context(), yes(c, "ann.admin", "bob")) })
	refused("for cid", ErrSeparation, func(c *Case) error { return c.Vote(t.Context(), yes(c, "ann.admin", "cid")) })
	refused("cid in her place", ErrSeparation, func(c *Case) error { return c.Vote(t.Context(), yes(c, "cid", "ann")) })
	refused("dan in her place", ErrSeparation, func(c *Case) error { return c.Vote(t.Context(), yes(c, "dan", "ann")) })
	refused("for bob without the right", ErrNotEntitled, func(c *Case) error { return c.Vote(t.Context(), yes(c, "ann", "bob")) })
	refused("nobody's account", ErrNotEntitled, func(c *Case) error { return c.Vote(t.Context(), yes(c, "ghost", "")) })
	assert.GreaterOrEqual(t, attempts, 40)
}

func TestVotesThatAreRefused(t *testing.T) {
	c := openCase(t, planOf(50000, "install"), "ann")
	require.NoError(t, c.Vote(t.Context(), yes(c, "cid", "")))
	at := func(v Vote, d time.Duration) Vote { v.At = asked.Add(d); return v }
	tests := []struct {
		name string
		vote Vote
		want error
	}{
		{"twice", yes(c, "cid", ""), ErrSeparation},
		{"in the place of one who voted", yes(c, "dan", "cid"), ErrSeparation},
		{"no say", yes(c, "gil", ""), ErrNotEntitled},
		{"role without its condition", yes(c, "fay", ""), ErrNotEntitled},
		{"unknown account", yes(c, "nobody", ""), nil},
		{"before the request", at(yes(c, "eve", ""), -time.Second), ErrOther},
		{"after it expired", at(yes(c, "eve", ""), 5*24*time.Hour), ErrExpired},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := c.Vote(t.Context(), tt.vote)
			require.Error(t, err)
			if tt.want != nil {
				assert.ErrorIs(t, err, tt.want)
			}
			assert.Len(t, c.ballots, 1)
		})
	}
}

func TestStandingInIsRecordedAndCountsOnce(t *testing.T) {
	c := openCase(t, planOf(50000, "install"), "bob")
	require.NoError(t, c.Vote(t.Context(), yes(c, "dan", "cid")))
	assert.ErrorIs(t, c.Vote(t.Context(), yes(c, "dan", "")), ErrSeparation, "dan has spoken for cid")
	assert.ErrorIs(t, c.Vote(t.Context(), yes(c, "cid", "")), ErrSeparation, "cid was spoken for")
	assert.Equal(t, AccountID("cid"), c.ballots[0].OnBehalfOf)
	b, err := c.ballots[0].Statement()
	require.NoError(t, err)
	assert.Contains(t, string(b), `"OnBehalfOf":"cid"`)
}

func TestExecutorHadNoOtherPart(t *testing.T) {
	c := openCase(t, planOf(100, "install"), "hal")
	require.NoError(t, c.Vote(t.Context(), yes(c, "ann.admin", "bob")))
	for _, who := range []AccountID{"hal", "ann", "ann.admin", "robot", "bob"} {
		_, err := c.Authorise(t.Context(), who, asked.Add(time.Hour))
		assert.ErrorIs(t, err, ErrSeparation, who)
	}
	_, err := c.Authorise(t.Context(), "gil", asked.Add(time.Hour))
	assert.NoError(t, err)
	_, err = c.Authorise(t.Context(), "gil", c.Expires())
	assert.ErrorIs(t, err, ErrExpired)
}

func TestOneRejectionIsFinal(t *testing.T) {
	c := openCase(t, planOf(100, "install"), "ann")
	v := yes(c, "bob", "")
	v.Approve, v.Reason = false, "not before the quarter ends"
	require.NoError(t, c.Vote(t.Context(), v))
	_, err := c.Authorise(t.Context(), "gil", asked.Add(time.Hour))
	require.ErrorIs(t, err, ErrNotApproved)
	assert.ErrorContains(t, err, "not before the quarter ends")
}

func TestNoRuleIsNoApproval(t *testing.T) {
	r := checked(t, "expire-days: 1\nrules:\n  - {name: a, when: plan.cost > 5000, require: {role: legal}}\n")
	_, err := Open(t.Context(), r, company(), Request{Case: "c", Plan: planOf(1, "x"), Requester: "ann", At: asked})
	assert.ErrorIs(t, err, ErrNotApproved)
}

// A condition that cannot be decided does not spare an approval.
func TestUnknownConditionHolds(t *testing.T) {
	r := checked(t, "expire-days: 1\nrules:\n  - {name: a, when: plan.open_exposure > 5000, require: {role: legal}}\n")
	p := planOf(1, "x")
	for _, currency := range []string{"EUR", "USD"} {
		p.Open = append(p.Open, remediation.Open{Exposure: compliance.Money{Amount: decimal.NewFromInt(1), Currency: currency}})
	}
	c, err := Open(t.Context(), r, company(), Request{Case: "c", Plan: p, Requester: "ann", At: asked})
	require.NoError(t, err)
	missing, err := c.Missing(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []string{"a"}, missing)
}

func TestDocumentProblems(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"no expiry", "expire-days: 0\nrules: [{name: a, require: {role: x}}]", "expire-days must be above zero"},
		{"no rule", "expire-days: 1\nrules: []", "there is no rule"},
		{"twice", "expire-days: 1\nrules: [{name: a, require: {role: x}}, {name: a, require: {role: x}}]", `rule "a" stands twice`},
		{"nothing required", "expire-days: 1\nrules: [{name: a, require: {}}]", "give exactly one of"},
		{"two required", "expire-days: 1\nrules: [{name: a, require: {role: x, any: [{role: y}]}}]", "give exactly one of"},
		{"empty all", "expire-days: 1\nrules: [{name: a, require: {all: []}}]", "without branches"},
		{"none of", "expire-days: 1\nrules: [{name: a, require: {of: [{role: x}], at-least: 0}}]", "at-least 0 of 1"},
		{"too many of", "expire-days: 1\nrules: [{name: a, require: {of: [{role: x}], at-least: 2}}]", "at-least 2 of 1"},
		{"where without role", "expire-days: 1\nrules: [{name: a, require: {any: [{role: x}], where: plan.closed}}]", "where narrows a role"},
		{"typo", "expire-days: 1\nrules: [{name: a, when: plan.costs > 5, require: {role: x}}]", "approvals.yaml:2:29: undefined field 'costs'"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var doc Document
			require.NoError(t, document.Read("approvals.yaml", []byte(tt.text), &doc))
			_, err := New(doc)
			require.Error(t, err)
			assert.ErrorContains(t, err, tt.want)
		})
	}
}
