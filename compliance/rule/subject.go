package rule

import (
	"strings"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/internal/facts"
)

type visit = func(object any, name string, f compliance.Finding)

// subjects are the kinds of thing that rules judge. Each gives its objects in
// the order of the result, which is fixed, so findings come in a fixed order.
func subjects() []subject {
	return []subject{
		{"position", facts.Position(), positions},
		{"source", facts.Source(), func(in Input, v visit) {
			for _, s := range in.Result.Sources {
				v(s, "source "+string(s.ID), compliance.Finding{Source: s.ID})
			}
		}},
		{"title", facts.Title(), func(in Input, v visit) {
			for _, t := range in.Result.Unrecognised {
				v(t, "title "+strings.Join([]string{t.Title.Publisher, t.Title.Name, t.Title.Version, t.Title.ProductCode}, "|"),
					compliance.Finding{Publisher: t.Title.Publisher})
			}
		}},
		{"product", facts.Product(), func(in Input, v visit) {
			for _, u := range in.Result.Unmanaged {
				v(u, "product "+string(u.Product), compliance.Finding{Product: u.Product, Publisher: publisher(u.Product)})
			}
		}},
		{"entitlement", facts.Entitlement(), func(in Input, v visit) {
			for _, e := range in.Entitlements {
				v(e, "entitlement "+string(e.ID), compliance.Finding{Product: e.Product, Publisher: publisher(e.Product), Contract: e.Contract})
			}
		}},
		{"contract", facts.Contract(), func(in Input, v visit) {
			for _, c := range in.Contracts {
				v(c, "contract "+string(c.ID), compliance.Finding{Publisher: c.Publisher, Contract: c.ID})
			}
		}},
		{"disagreement", facts.Disagreement(), func(in Input, v visit) {
			for _, d := range in.Disagreements {
				v(d, strings.Join([]string{"disagreement", string(d.Device), d.Fact, string(d.Against)}, " "), compliance.Finding{Source: d.Against})
			}
		}},
	}
}

func positions(in Input, v visit) {
	contract := map[compliance.EntitlementID]compliance.ContractID{}
	for _, e := range in.Entitlements {
		contract[e.ID] = e.Contract
	}
	for _, p := range in.Result.Positions {
		f := compliance.Finding{Product: p.Product, Publisher: p.Publisher, Exposure: p.Exposure}
		for _, s := range p.Entitlements {
			if s.Refused == "" && contract[s.Entitlement] != "" {
				f.Contract = contract[s.Entitlement]
				break
			}
		}
		v(p, "position "+p.Key(), f)
	}
}

func publisher(k catalog.ProductKey) string {
	name, _, _ := strings.Cut(string(k), "/")
	return name
}

func subjectNamed(name string) (subject, bool) {
	for _, s := range subjects() {
		if s.name == name {
			return s, true
		}
	}
	return subject{}, false
}

func subjectNames() string {
	var names []string
	for _, s := range subjects() {
		names = append(names, s.name)
	}
	return strings.Join(names, ", ")
}
