package remedy

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/trueup-dev/trueup/evidence/statement"
	"github.com/trueup-dev/trueup/remediation"
	"github.com/trueup-dev/trueup/remediation/approval"
)

// ErrUnsigned is returned for a vote of an account that has keys without a valid
// signature by one of them.
var ErrUnsigned = fmt.Errorf("%w: the vote is not signed by a key of the account", approval.ErrNotEntitled)

// Sign signs a vote: an in-toto statement about the plan and about the facts that the
// plan's actions rest on, in a DSSE envelope.
func Sign(v approval.Vote, plan remediation.Plan, requester approval.AccountID, s *statement.Signer) (*statement.Envelope, error) {
	st, err := voteStatement(v, plan, requester)
	if err != nil {
		return nil, err
	}
	return st.Sign(s)
}

// voteStatement is what a signature of the vote is made over.
func voteStatement(v approval.Vote, plan remediation.Plan, requester approval.AccountID) (*statement.Statement, error) {
	facts, err := Preconditions(plan)
	if err != nil {
		return nil, err
	}
	subjects := []statement.Subject{
		{Name: v.Case + "/plan", Digest: map[string]string{"sha256": v.Digest}},
		{Name: v.Case + "/preconditions", Digest: map[string]string{"sha256": facts}},
	}
	if !v.Approve {
		return statement.New(statement.Decision{
			Run: v.Case, Outcome: "reject", Policy: "sha256:" + v.Digest,
			Reasons: []string{string(v.Account), string(v.OnBehalfOf), v.At.UTC().Format(time.RFC3339Nano), v.Reason},
		}, subjects...)
	}
	role := "approver"
	if v.OnBehalfOf != "" {
		role += " on behalf of " + string(v.OnBehalfOf)
	}
	return statement.New(statement.Approval{Principal: string(v.Account), Role: role, RequestedBy: string(requester), At: v.At.UTC()}, subjects...)
}

// Preconditions is the SHA-256 of all facts that the actions of a plan rest on, in the
// order of the plan, hexadecimal.
func Preconditions(p remediation.Plan) (string, error) {
	var facts [][]remediation.Fact
	for _, s := range p.Steps {
		for _, a := range s.Actions {
			facts = append(facts, a.Preconditions)
		}
	}
	b, err := json.Marshal(facts)
	if err != nil {
		return "", fmt.Errorf("remedy: preconditions: %w", err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// signed checks the signature of a vote whose account has keys.
func signed(c Cast, plan remediation.Plan, requester approval.AccountID, keys []ed25519.PublicKey) error {
	if len(keys) == 0 {
		return nil
	}
	want, err := voteStatement(c.Vote, plan, requester)
	if err != nil {
		return err
	}
	return holds(c.Envelope, want, keys)
}
