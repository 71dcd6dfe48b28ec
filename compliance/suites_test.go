package compliance_test

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
)

// office is a scene of a suite of five members, one of them mandatory.
func office(t *testing.T) *scene {
	s := newScene(t)
	for p, price := range map[catalog.ProductKey]int64{"acme/access": 50, "acme/excel": 40, "acme/outlook": 40, "acme/powerpoint": 40, "acme/word": 40} {
		s.in.Licensing = append(s.in.Licensing, compliance.Licensing{Product: p, Metric: "generic.device", Price: euros(price)})
	}
	s.in.Licensing = append(s.in.Licensing, compliance.Licensing{Product: "acme/office", Metric: "generic.device", Price: euros(120), Suite: &compliance.Suite{
		Members:   []catalog.ProductKey{"acme/access", "acme/excel", "acme/outlook", "acme/powerpoint", "acme/word"},
		Mandatory: []catalog.ProductKey{"acme/access"}, Share: decimal.RequireFromString("0.75"),
	}})
	return s
}

func (s *scene) installs(device string, names ...string) *scene {
	for _, n := range names {
		require.NoError(s.t, s.b.AddInstall(compliance.Install{Device: compliance.DeviceID(device), Source: "inv",
			Title: catalog.Title{Publisher: "Acme", Name: n, Version: "2024"}}))
	}
	return s
}

func (s *scene) ownOf(id string, p catalog.ProductKey, quantity int64) *scene {
	return s.own(id, quantity, func(e *compliance.Entitlement) { e.Product, e.Metric = p, "generic.device" })
}

func positionOf(t *testing.T, res *compliance.Result, p catalog.ProductKey) compliance.Position {
	for _, pos := range res.Positions {
		if pos.Product == p {
			return pos
		}
	}
	require.Fail(t, "no position", p)
	return compliance.Position{}
}

// Three of the four optional members are 75 %: the suite is inferred, if the
// mandatory one is there.
func TestSuiteByShareWithAMandatoryMember(t *testing.T) {
	tests := []struct {
		name  string
		found []string
		suite string
	}{
		{"75 % and the mandatory one", []string{"access", "word", "excel", "outlook"}, "1"},
		{"50 %", []string{"access", "word", "excel"}, "0"},
		{"all but the mandatory one", []string{"word", "excel", "outlook", "powerpoint"}, "0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			res := office(t).installs("d", tt.found...).ownOf("suite", "acme/office", 1).reconcile()
			p := positionOf(t, res, "acme/office")
			assert.Equal(t, tt.suite, p.Required.String())
			assert.Equal(t, tt.suite, supply(t, p, "suite").Used.String())
			word := positionOf(t, res, "acme/word")
			if tt.suite == "1" {
				assert.Equal(t, compliance.Compliant, word.Status)
				assert.Equal(t, "0", word.Required.String())
				assert.Equal(t, &compliance.Through{Product: "acme/office", Consumer: "d", Right: compliance.SuiteRight}, word.Consumers[0].Through)
			} else {
				assert.Equal(t, compliance.Short, word.Status)
			}
		})
	}
}

// A suite that is owned does not swallow members that have licenses of their own:
// the suite's license is worth more elsewhere.
func TestTheSuiteGoesWhereItIsWorthMost(t *testing.T) {
	res := office(t).
		installs("a", "access", "word", "excel", "outlook").
		installs("b", "access", "word", "excel", "outlook", "powerpoint").
		ownOf("suite", "acme/office", 1).reconcile()
	var exposure decimal.Decimal
	for _, p := range res.Positions {
		exposure = exposure.Add(p.Exposure.Amount)
	}
	assert.Equal(t, "120", exposure.String(), "one suite is short, which costs less than four members")

	res = office(t).
		installs("a", "access", "word", "excel", "outlook").
		ownOf("suite", "acme/office", 1).
		ownOf("word", "acme/word", 1).ownOf("excel", "acme/excel", 1).ownOf("outlook", "acme/outlook", 1).ownOf("access", "acme/access", 1).
		installs("b", "access", "word", "excel", "outlook").reconcile()
	for _, p := range res.Positions {
		assert.Equal(t, compliance.Compliant, p.Status, p.Product)
	}
}

func TestASuiteThatIsFoundMustBeLicensed(t *testing.T) {
	res := office(t).installs("d", "office", "word").ownOf("word", "acme/word", 1).reconcile()
	assert.Equal(t, compliance.Short, positionOf(t, res, "acme/office").Status)
	assert.Equal(t, compliance.Compliant, positionOf(t, res, "acme/word").Status)
	assert.Equal(t, compliance.SuiteRight, positionOf(t, res, "acme/word").Consumers[0].Reason)
}

// A suite of suites: the outer holds the inner and one product more.
func TestSuiteOfSuites(t *testing.T) {
	s := office(t)
	s.in.Licensing = append(s.in.Licensing,
		compliance.Licensing{Product: "acme/visio", Metric: "generic.device", Price: euros(200)},
		compliance.Licensing{Product: "acme/a-bundle", Metric: "generic.device", Price: euros(250), Suite: &compliance.Suite{
			Members: []catalog.ProductKey{"acme/office", "acme/visio"}, Share: decimal.NewFromInt(1),
		}})
	s.installs("d", "access", "word", "excel", "outlook", "visio").ownOf("bundle", "acme/a-bundle", 1)
	res := s.reconcile()
	for _, p := range res.Positions {
		assert.Equal(t, compliance.Compliant, p.Status, p.Product)
	}
	assert.Equal(t, "1", supply(t, positionOf(t, res, "acme/a-bundle"), "bundle").Used.String())

	s.in.Entitlements = nil
	bought := s.reconcile()
	assert.Equal(t, "250", positionOf(t, bought, "acme/a-bundle").Exposure.Amount.String(), "the cheapest that would have to be bought")
	assert.Equal(t, "0", positionOf(t, bought, "acme/office").Exposure.Amount.String())
}
