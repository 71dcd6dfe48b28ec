package remedy_test

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/statement"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/remedy"
	"github.com/trueup-dev/trueup/remediation"
	"github.com/trueup-dev/trueup/remediation/approval"
)

// Mallory asks for a plan and has every account and role that helps: two accounts of her
// own, a service account, and she stands in for the owner as the owner does for her. The
// owner votes by signature.
const people = `
    - {account: manager, person: mallory, roles: [license owner, finance, desktop team]}
    - {account: manager.admin, person: mallory, roles: [license owner, finance]}
    - {account: robot, person: mallory, roles: [license owner, finance]}
    - {account: deputy, person: dora, roles: [license owner], stands-in: [{for: manager, from: 2026-01-01, to: 2027-01-01}]}
    - {account: owner, roles: [license owner], keys: [KEY], stands-in: [{for: manager, from: 2026-01-01, to: 2027-01-01}]}
    - {account: past, person: pat, roles: [clerk], stands-in: [{for: owner, from: 2026-01-01, to: 2026-02-01}]}
    - {account: clerk, roles: [clerk]}
    - {account: operator, roles: [desktop team]}
`

func signer(t *testing.T, seed byte) (*statement.Signer, string) {
	key := ed25519.NewKeyFromSeed([]byte(strings.Repeat(string(rune(seed)), ed25519.SeedSize)))
	s, err := statement.NewSigner(key)
	require.NoError(t, err)
	return s, hex.EncodeToString(key.Public().(ed25519.PublicKey))
}

// malloryDesk is a scene with these people and a request of hers.
func malloryDesk(t *testing.T) (*scene, remedy.Case, *statement.Signer) {
	s := newScene(t, 4, 2, false)
	own, public := signer(t, 'o')
	s.rewrite(func(book string) string {
		from, to := strings.Index(book, "  people:\n")+len("  people:\n"), strings.Index(book, "  sign-off:")
		return book[:from] + strings.TrimPrefix(strings.ReplaceAll(people, "KEY", `"`+public+`"`), "\n") + book[to:]
	})
	plan := s.run().Plan
	digest, err := plan.Digest()
	require.NoError(t, err)
	c, err := s.desk.Request(t.Context(), digest, "manager", s.now)
	require.NoError(t, err)
	return s, c, own
}

// Forty ways to approve what one asked for oneself, each alone, and none leaves the case
// approved or lets anyone carry it out.
func TestFortyWaysToApproveOnesOwnRequest(t *testing.T) {
	s, c, own := malloryDesk(t)
	other, _ := signer(t, 'm')
	attempts := 0
	fails := func(name string, err error) {
		t.Helper()
		attempts++
		assert.Error(t, err, name)
	}
	vote := func(account, behalf, digest string, at time.Time) approval.Vote {
		return approval.Vote{Case: c.Case, Account: approval.AccountID(account), OnBehalfOf: approval.AccountID(behalf), Digest: digest, Approve: true, At: at}
	}
	// By accounts of her own, alone or for others; by deputies for her; by nobody.
	for _, v := range [][2]string{
		{"manager", ""}, {"manager.admin", ""}, {"robot", ""}, {"manager", "owner"}, {"manager", "manager"}, {"manager.admin", "owner"},
		{"robot", "owner"}, {"robot", "manager"}, {"deputy", "manager"}, {"owner", "manager"}, {"past", "owner"}, {"clerk", ""}, {"clerk", "owner"},
		{"", ""}, {"", "owner"}, {"Manager", ""}, {"owner ", ""}, {"operator", "owner"},
	} {
		fails(fmt.Sprintf("%q for %q", v[0], v[1]), s.desk.Vote(t.Context(), vote(v[0], v[1], "", s.now), nil))
	}
	// As the owner, without the owner's key, with another's, for another plan or time.
	for name, v := range map[string]approval.Vote{
		"unsigned": vote("owner", "", "", s.now), "other plan": vote("owner", "", strings.Repeat("0", 64), s.now),
		"before the request": vote("owner", "", "", s.now.Add(-time.Hour)), "after it expired": vote("owner", "", "", s.now.AddDate(0, 0, 31)),
	} {
		fails(name, s.desk.Vote(t.Context(), v, nil))
		fails(name+", key of another", s.desk.Vote(t.Context(), v, other))
	}
	fails("right key, other plan", s.desk.Vote(t.Context(), vote("owner", "", strings.Repeat("0", 64), s.now), own))
	fails("right key, too early", s.desk.Vote(t.Context(), vote("owner", "", "", s.now.Add(-time.Hour)), own))
	fails("right key, too late", s.desk.Vote(t.Context(), vote("owner", "", "", s.now.AddDate(0, 0, 31)), own))
	// Past the desk, straight into the log: what is there does not count.
	rejected := vote("owner", "", c.Plan, s.now)
	rejected.Approve = false
	signedNo, err := remedy.Sign(rejected, c.Planned.Plan, "manager", own)
	require.NoError(t, err)
	changed := c.Planned.Plan
	changed.Cost.Amount = changed.Cost.Amount.Add(changed.Cost.Amount)
	otherFacts, err := remedy.Sign(vote("owner", "", c.Plan, s.now), withoutFacts(changed), "manager", own)
	require.NoError(t, err)
	otherCase := vote("owner", "", c.Plan, s.now)
	otherCase.Case = "another"
	elsewhere, err := remedy.Sign(otherCase, c.Planned.Plan, "manager", own)
	require.NoError(t, err)
	otherAsker, err := remedy.Sign(vote("owner", "", c.Plan, s.now), c.Planned.Plan, "someone", own)
	require.NoError(t, err)
	foreign, err := remedy.Sign(vote("owner", "", c.Plan, s.now), c.Planned.Plan, "manager", other)
	require.NoError(t, err)
	for name, cast := range map[string]remedy.Cast{
		"own": {Vote: vote("manager", "", c.Plan, s.now)}, "own second account": {Vote: vote("robot", "", c.Plan, s.now)},
		"owner unsigned": {Vote: vote("owner", "", c.Plan, s.now)}, "a no turned into a yes": {Vote: vote("owner", "", c.Plan, s.now), Envelope: signedNo},
		"signed for other facts": {Vote: vote("owner", "", c.Plan, s.now), Envelope: otherFacts}, "signed for another case": {Vote: vote("owner", "", c.Plan, s.now), Envelope: elsewhere},
		"signed for another requester": {Vote: vote("owner", "", c.Plan, s.now), Envelope: otherAsker}, "signed by another": {Vote: vote("owner", "", c.Plan, s.now), Envelope: foreign},
	} {
		payload, err := json.Marshal(cast)
		require.NoError(t, err)
		_, err = s.log.Append(t.Context(), evidence.Entry{Kind: remedy.KindVote, Key: name, Payload: payload})
		require.NoError(t, err)
		fails(name, approved(s, c.Case))
	}
	// By having the vote given to her, or giving her own away.
	give := func(by, to string, at time.Time) remedy.Delegation {
		return remedy.Delegation{By: approval.AccountID(by), To: approval.AccountID(to), From: at, Until: at.AddDate(0, 0, 9), Reason: "on leave", At: at}
	}
	fails("taken from the owner", s.desk.Delegate(t.Context(), give("owner", "robot", s.now), nil))
	fails("taken from the owner, key of another", s.desk.Delegate(t.Context(), give("owner", "robot", s.now), other))
	fails("from one account of hers to another", s.desk.Delegate(t.Context(), give("manager", "robot", s.now), nil))
	require.NoError(t, s.desk.Delegate(t.Context(), give("manager", "clerk", s.now), nil), "she may give what is hers")
	fails("her vote by the clerk", s.desk.Vote(t.Context(), vote("clerk", "manager", "", s.now), nil))
	require.NoError(t, s.desk.Delegate(t.Context(), give("deputy", "robot", s.now), nil))
	fails("the deputy's by her", s.desk.Vote(t.Context(), vote("robot", "deputy", "", s.now), nil))
	for key, g := range map[string]remedy.Delegation{"unsigned": give("owner", "robot", s.now), "backdated": give("owner", "manager.admin", s.now.AddDate(0, -1, 0))} {
		payload, err := json.Marshal(g)
		require.NoError(t, err)
		_, err = s.log.Append(t.Context(), evidence.Entry{Kind: remedy.KindDelegation, Key: key, Payload: payload})
		require.NoError(t, err)
		fails("delegation past the desk, "+key, s.desk.Vote(t.Context(), vote(string(g.To), "owner", "", s.now), nil))
	}
	// And carrying it out unapproved.
	for _, who := range []approval.AccountID{"manager", "robot", "operator", "owner"} {
		x := s.execution(c)
		x.Executor = who
		_, err := s.desk.Execute(t.Context(), x)
		fails("executed by "+string(who), err)
	}
	assert.GreaterOrEqual(t, attempts, 40)
	t.Logf("%d attempts", attempts)

	require.NoError(t, s.desk.Vote(t.Context(), vote("owner", "", "", s.now), own), "the owner's own vote is what counts")
	require.NoError(t, approved(s, c.Case))
	for _, who := range []approval.AccountID{"manager", "robot", "owner"} {
		x := s.execution(c)
		x.Executor = who
		_, err := s.desk.Execute(t.Context(), x)
		require.ErrorIs(t, err, approval.ErrSeparation)
	}
}

// approved is an error while rules lack approvals.
func approved(s *scene, name string) error {
	missing, err := s.desk.Missing(s.t.Context(), name)
	if err == nil && len(missing) > 0 {
		err = fmt.Errorf("missing %q", missing)
	}
	return err
}

func withoutFacts(p remediation.Plan) remediation.Plan {
	b, err := json.Marshal(p)
	if err != nil {
		panic(err)
	}
	var out remediation.Plan
	if err := json.Unmarshal(b, &out); err != nil {
		panic(err)
	}
	for i := range out.Steps {
		for j := range out.Steps[i].Actions {
			out.Steps[i].Actions[j].Preconditions = nil
		}
	}
	return out
}

// A plan that differs in one byte from the one that was approved is another plan: no
// execution starts from it.
func TestPlanChangedByOneByte(t *testing.T) {
	s := newScene(t, 4, 2, false)
	c := s.approved(s.run().Plan)
	b, err := json.Marshal(c.Planned.Plan)
	require.NoError(t, err)
	changed := strings.Replace(string(b), `"Device":"m-`, `"Device":"n-`, 1)
	require.NotEqual(t, string(b), changed)
	_, err = s.log.Append(t.Context(), evidence.Entry{Kind: playbook.KindPlan, Key: "forged", Payload: []byte(changed)})
	require.NoError(t, err)
	plans, err := s.desk.Plans(t.Context())
	require.NoError(t, err)
	forged := plans[len(plans)-1]
	require.NotEqual(t, c.Plan, forged.Digest)
	_, err = s.desk.Case(t.Context(), forged.Digest[:12]+"-1")
	require.ErrorIs(t, err, remedy.ErrUnknown, "it has no case, and so no approval")
	again, err := s.desk.Case(t.Context(), c.Case)
	require.NoError(t, err)
	assert.Equal(t, c.Planned, again.Planned)
}

// Who uses the software again before it is taken away keeps it, and nobody else does.
func TestDriftRefusesOnlyWhatItTouches(t *testing.T) {
	s := newScene(t, 8, 4, false)
	plan := s.run().Plan
	c := s.approved(plan)
	s.now = start.AddDate(0, 0, 14)
	back := string(plan.Steps[1].Actions[0].Device)
	f := s.fleet()
	f.LastUse[back] = s.now.Add(-time.Hour)
	f.LastUse["m-001"] = s.now.Add(-time.Minute) // nothing of the plan rests on it
	s.put(f)
	res, err := s.desk.Execute(t.Context(), s.execution(c))
	require.NoError(t, err)
	for i, st := range res.State.Steps {
		if i == 1 {
			assert.Contains(t, st.Drift, "last used")
			assert.Contains(t, s.fleet().LastUse, back)
			continue
		}
		assert.Empty(t, st.Drift)
		assert.NotContains(t, s.fleet().LastUse, string(plan.Steps[i].Actions[0].Device))
	}
}

// insert puts text after a place of a document.
func insert(doc, after, text string) string {
	return strings.Replace(doc, after, after+text, 1)
}
