package export

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/trueup-dev/trueup/evidence/statement"
	"github.com/trueup-dev/trueup/evidence/verify"
)

// TypeSVR is the predicate type of a Simple Verification Result of in-toto.
const TypeSVR = "https://in-toto.io/attestation/svr/v0.1"

// Properties that a Simple Verification Result can state of a log or a package.
const (
	PropertyIntegrity    = "TRUEUP_EVIDENCE_INTEGRITY"
	PropertyCompleteness = "TRUEUP_EVIDENCE_COMPLETENESS"
	PropertyProvenance   = "TRUEUP_EVIDENCE_PROVENANCE"
	PropertyWitnessed    = "TRUEUP_EVIDENCE_WITNESSED"
)

type svr struct {
	Verifier struct {
		ID string `json:"id"`
	} `json:"verifier"`
	TimeCreated time.Time `json:"timeCreated"`
	Properties  []string  `json:"properties"`
}

// SVR is the statement that a verifier, named by a URI, checked the log of a signed
// checkpoint: the properties are those of the verdicts that passed, so a failed check
// is a statement without them. Sign it with the verifier's key.
func SVR(rep *verify.Report, checkpoint []byte, verifier string, at time.Time) (*statement.Statement, error) {
	u, err := url.Parse(verifier)
	if err != nil || u.Scheme == "" || at.IsZero() || len(checkpoint) == 0 {
		return nil, fmt.Errorf("%w: a result needs a checkpoint, a time, and a verifier that is a URI", ErrExport)
	}
	p := svr{TimeCreated: at.UTC(), Properties: []string{}}
	p.Verifier.ID = verifier
	for _, v := range []struct {
		verdict  verify.Verdict
		property string
	}{{rep.Integrity, PropertyIntegrity}, {rep.Completeness, PropertyCompleteness}, {rep.Provenance, PropertyProvenance}} {
		if v.verdict.Status == verify.Pass {
			p.Properties = append(p.Properties, v.property)
		}
	}
	if rep.Provenance.Status == verify.Pass && len(rep.Witnesses) > 0 {
		p.Properties = append(p.Properties, PropertyWitnessed)
	}
	raw, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("export: result: %w", err)
	}
	sum := sha256.Sum256(checkpoint)
	return &statement.Statement{
		Type: statement.StatementType, PredicateType: TypeSVR, Predicate: raw,
		Subject: []statement.Subject{{Name: rep.Origin, Digest: map[string]string{"sha256": hex.EncodeToString(sum[:])}}},
	}, nil
}
