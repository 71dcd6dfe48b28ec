package compliance_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/trueup-dev/trueup/compliance"
)

func TestAgreementsChangeTheStatusAndNoNumber(t *testing.T) {
	tests := []struct {
		name     string
		contract compliance.Contract
		entities []string
		status   compliance.Status
	}{
		{"counted", compliance.Contract{}, nil, compliance.Short},
		{"ELA", compliance.Contract{Kind: compliance.EnterpriseLicense}, nil, compliance.Compliant},
		{"ULA", compliance.Contract{Kind: compliance.UnlimitedLicense}, nil, compliance.Compliant},
		{"true-up", compliance.Contract{Kind: compliance.TrueUpLicense, TrueUp: snapshot.AddDate(0, 1, 0)}, nil, compliance.Compliant},
		{"over", compliance.Contract{Kind: compliance.UnlimitedLicense, End: snapshot}, nil, compliance.Short},
		{"not begun", compliance.Contract{Kind: compliance.UnlimitedLicense, Start: snapshot.AddDate(0, 0, 1)}, nil, compliance.Short},
		{"for another entity", compliance.Contract{Kind: compliance.UnlimitedLicense}, []string{"AT01"}, compliance.Short},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScene(t).licensed("generic.device", 100)
			for _, id := range []string{"a", "b"} {
				s.device(compliance.Device{ID: compliance.DeviceID(id), Entity: "DE01"}).install(id, "1", "")
			}
			s.own("E", 1, func(e *compliance.Entitlement) { e.Contract = "C" })
			s.own("F", 0, func(e *compliance.Entitlement) { e.Contract = "C" })
			for i := range s.in.Entitlements {
				s.in.Entitlements[i].Entities = tt.entities
			}
			plain := s.position()
			tt.contract.ID = "C"
			s.in.Contracts = []compliance.Contract{tt.contract}
			p := s.position()
			assert.Equal(t, tt.status, p.Status)
			if tt.status == compliance.Compliant {
				assert.Equal(t, &compliance.Agreement{Contract: "C", Kind: tt.contract.Kind, Due: tt.contract.TrueUp, Counted: compliance.Short}, p.Agreement)
			}
			p.Status, p.Agreement = plain.Status, nil
			assert.Equal(t, plain, p, "numbers are what they are")
		})
	}
}
