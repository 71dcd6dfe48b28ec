package compliance

import (
	"cmp"
	"slices"
	"time"
)

// AgreementKind is what an agreement says about use beyond what was bought.
type AgreementKind string

// The kinds. Under each of them use beyond what was bought is no breach while the
// agreement is in force
// (https://www.servicenow.com/docs/r/it-asset-management/software-asset-management/agreement-types.html);
// under a true-up it is reported and paid for at the next true-up date
// (https://docs.flexera.com/FlexNetManagerSuite2022R2/EN/WebHelp/glossaries/overutilization.html).
const (
	// CountedAgreement: what was bought is the limit.
	CountedAgreement AgreementKind = ""
	// EnterpriseLicense, UnlimitedLicense: nothing is owed while it runs.
	EnterpriseLicense AgreementKind = "ela"
	UnlimitedLicense  AgreementKind = "ula"
	// TrueUpLicense: the difference is owed at the true-up.
	TrueUpLicense AgreementKind = "true-up"
)

// ParseAgreementKind reads a kind as files write it.
func ParseAgreementKind(s string) (AgreementKind, bool) {
	k := AgreementKind(s)
	return k, slices.Contains([]AgreementKind{CountedAgreement, EnterpriseLicense, UnlimitedLicense, TrueUpLicense}, k)
}

// Agreement is why a position is compliant although it is short: numbers are what
// they are, and so is the exposure, which falls due when the agreement ends or is
// trued up.
type Agreement struct {
	Contract ContractID    `json:"contract"`
	Kind     AgreementKind `json:"kind"`
	// Due is when the difference must be settled: the next true-up, else the end of
	// the agreement; zero when the contract says neither.
	Due time.Time `json:"due,omitzero"`
	// Counted is the status that the numbers alone give.
	Counted Status `json:"counted"`
}

// override lets an agreement in force decide the status of a short position. It
// does so only where entitlements under it may cover every consumer that is short:
// an agreement for one entity does not help another. An unknown position stays
// unknown.
func (r *reconciler) override(p *Position, m managedProduct) {
	if p.Status != Short {
		return
	}
	contracts := slices.SortedFunc(slices.Values(r.Contracts), func(a, b Contract) int { return cmp.Compare(a.ID, b.ID) })
	for _, c := range contracts {
		if c.Kind != CountedAgreement && c.inForce(r.AsOf) && c.reaches(*p, m.entitlements) {
			p.Agreement = &Agreement{Contract: c.ID, Kind: c.Kind, Due: c.due(r.AsOf), Counted: p.Status}
			p.Status = Compliant
			return
		}
	}
}

func (c Contract) inForce(asOf time.Time) bool {
	return !asOf.Before(c.Start) && (c.End.IsZero() || asOf.Before(c.End))
}

func (c Contract) due(asOf time.Time) time.Time {
	if c.TrueUp.After(asOf) {
		return c.TrueUp
	}
	return c.End
}

// reaches says whether entitlements of the contract may cover all that is short.
// Those of a position are in the order of the product's.
func (c Contract) reaches(p Position, entitlements []Entitlement) bool {
	for _, o := range p.Consumers {
		if o.Short.IsPositive() && (o.NotAllowed != "" || !c.allows(o, p.Entitlements, entitlements)) {
			return false
		}
	}
	return true
}

func (c Contract) allows(o Outcome, supplies []Supply, entitlements []Entitlement) bool {
	for i, e := range entitlements {
		if e.Contract == c.ID && o.refusal(supplies[i]) == "" {
			return true
		}
	}
	return false
}
