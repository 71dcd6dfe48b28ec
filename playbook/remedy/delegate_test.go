package remedy_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/playbook/remedy"
	"github.com/trueup-dev/trueup/remediation/approval"
)

// vote is one by the auditor for the owner, or whoever is named.
func (h *held) vote(account, behalf string) error {
	return h.desk.Vote(h.t.Context(), approval.Vote{Case: h.c.Case, Account: approval.AccountID(account), OnBehalfOf: approval.AccountID(behalf), Approve: true, At: h.now}, nil)
}

// asked is a held scene whose case nobody has approved yet.
func asked(t *testing.T) *held {
	s := newScene(t, 4, 2, false)
	plan := s.run().Plan
	digest, err := plan.Digest()
	require.NoError(t, err)
	c, err := s.desk.Request(t.Context(), digest, "manager", s.now)
	require.NoError(t, err)
	return &held{scene: s, c: c, plan: plan}
}

func (h *held) gives(by, to string, days int) remedy.Delegation {
	return remedy.Delegation{By: approval.AccountID(by), To: approval.AccountID(to), From: h.now, Until: h.now.AddDate(0, 0, days), Reason: "on leave", At: h.now}
}

// A delegation is recorded, holds for its time and no further, can be taken back, and is
// seen by every process.
func TestDelegation(t *testing.T) {
	h := asked(t)
	require.ErrorIs(t, h.vote("auditor", "owner"), approval.ErrNotEntitled)
	require.NoError(t, h.desk.Delegate(t.Context(), h.gives("owner", "auditor", 5), nil))
	h.now = start.AddDate(0, 0, 5)
	require.ErrorIs(t, h.vote("auditor", "owner"), approval.ErrNotEntitled, "it has ended")
	h.now = start.AddDate(0, 0, 1)
	back := h.gives("owner", "auditor", 0)
	back.Revoke = true
	h.now = start.AddDate(0, 0, 2)
	back.At = h.now
	require.NoError(t, h.desk.Delegate(t.Context(), back, nil))
	require.ErrorIs(t, h.vote("auditor", "owner"), approval.ErrNotEntitled, "it was taken back")
	h.now = start.AddDate(0, 0, 3)
	require.NoError(t, h.desk.Delegate(t.Context(), h.gives("owner", "auditor", 5), nil))
	h.open()
	require.NoError(t, h.vote("auditor", "owner"))
	require.NoError(t, approved(h.scene, h.c.Case))
	all, err := h.desk.Delegations(t.Context())
	require.NoError(t, err)
	assert.Len(t, all, 3)
	require.ErrorIs(t, h.vote("owner", ""), approval.ErrSeparation, "the vote was the owner's too")
	x := h.scene.execution(h.c)
	x.Executor = "auditor"
	_, err = h.desk.Execute(t.Context(), x)
	require.ErrorIs(t, err, approval.ErrSeparation, "who voted for another does not carry it out")
}

func TestDelegationsThatDoNotCount(t *testing.T) {
	h := asked(t)
	silent := h.gives("owner", "auditor", 1)
	silent.Reason = ""
	for name, g := range map[string]remedy.Delegation{
		"to oneself": h.gives("owner", "owner", 1), "to nobody": h.gives("owner", "somebody", 1), "by nobody": h.gives("somebody", "owner", 1),
		"for no time": h.gives("owner", "auditor", 0), "without a reason": silent,
	} {
		require.ErrorIs(t, h.desk.Delegate(t.Context(), g, nil), approval.ErrNotEntitled, name)
	}
	// To whoever asked for the plan: it may be recorded, and lets nobody approve it.
	require.NoError(t, h.desk.Delegate(t.Context(), h.gives("owner", "manager", 5), nil))
	require.ErrorIs(t, h.vote("manager", "owner"), approval.ErrSeparation)
	// Handed on: what one got is not one's own to give.
	require.NoError(t, h.desk.Delegate(t.Context(), h.gives("owner", "finance", 5), nil))
	require.NoError(t, h.desk.Delegate(t.Context(), h.gives("finance", "auditor", 5), nil))
	require.ErrorIs(t, h.vote("auditor", "owner"), approval.ErrNotEntitled)

	// A vote that came before its delegation does not count afterwards, whatever instants
	// the records claim.
	early := remedy.Cast{Vote: approval.Vote{Case: h.c.Case, Digest: h.c.Plan, Account: "auditor", OnBehalfOf: "owner", Approve: true, At: h.now.Add(time.Hour)}}
	payload, err := json.Marshal(early)
	require.NoError(t, err)
	_, err = h.log.Append(t.Context(), evidence.Entry{Kind: remedy.KindVote, Key: "early", Payload: payload})
	require.NoError(t, err)
	require.NoError(t, h.desk.Delegate(t.Context(), h.gives("owner", "auditor", 5), nil))
	require.Error(t, approved(h.scene, h.c.Case))
}

// An account that votes by signature delegates by signature, to one that does too.
func TestDelegationBySignature(t *testing.T) {
	s, c, own := malloryDesk(t)
	h := &held{scene: s, c: c}
	other, _ := signer(t, 'm')
	require.ErrorIs(t, s.desk.Delegate(t.Context(), h.gives("owner", "clerk", 5), own), approval.ErrNotEntitled, "the clerk has no key")
	require.NoError(t, s.desk.Delegate(t.Context(), h.gives("clerk", "owner", 5), nil))
	s.rewrite(func(book string) string {
		_, public := signer(t, 'c')
		return insert(book, "    - {account: clerk, roles: [clerk]", `, keys: ["`+public+`"]`)
	})
	clerk, _ := signer(t, 'c')
	require.ErrorIs(t, s.desk.Delegate(t.Context(), h.gives("owner", "clerk", 5), nil), remedy.ErrUnsigned)
	require.ErrorIs(t, s.desk.Delegate(t.Context(), h.gives("owner", "clerk", 5), other), remedy.ErrUnsigned)
	vote := approval.Vote{Case: c.Case, Account: "clerk", OnBehalfOf: "owner", Approve: true, At: s.now}
	forged := h.gives("owner", "clerk", 5)
	payload, err := json.Marshal(forged)
	require.NoError(t, err)
	_, err = s.log.Append(t.Context(), evidence.Entry{Kind: remedy.KindDelegation, Key: "forged", Payload: payload})
	require.NoError(t, err)
	require.ErrorIs(t, s.desk.Vote(t.Context(), vote, clerk), approval.ErrNotEntitled)
	require.NoError(t, s.desk.Delegate(t.Context(), h.gives("owner", "clerk", 5), own))
	require.ErrorIs(t, s.desk.Vote(t.Context(), vote, nil), remedy.ErrUnsigned)
	require.NoError(t, s.desk.Vote(t.Context(), vote, clerk))
	require.NoError(t, approved(s, c.Case))
}
