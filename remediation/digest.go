package remediation

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Canonical is the plan in the bytes that its digest is taken over: JSON with
// the fields in the order of the Go type, numbers that are quantities or money as
// decimal strings, instants in UTC, and the digests of the alternatives.
func (p Plan) Canonical() ([]byte, error) {
	// The fields of plan have no method of their own, so that encoding does not
	// come back here.
	type plan Plan
	out := struct {
		plan
		Alternatives []string `json:",omitempty"`
	}{plan: plan(p)}
	for _, a := range p.Alternatives {
		d, err := a.Digest()
		if err != nil {
			return nil, err
		}
		out.Alternatives = append(out.Alternatives, d)
	}
	b, err := json.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("remediation: canonical plan: %w", err)
	}
	return b, nil
}

// Digest is the SHA-256 of [Plan.Canonical], hexadecimal. It is what an approval
// is given for: a plan that differs in one byte is another plan.
func (p Plan) Digest() (string, error) {
	b, err := p.Canonical()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}
