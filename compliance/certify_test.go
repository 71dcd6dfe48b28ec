package compliance_test

import (
	"fmt"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/certificate"
)

// requireCertified checks the certificates of a result, and that they are about its
// positions: products with the same certificate were decided together. A unit
// without a price has a little risk in a certificate, and none in a position.
func requireCertified(t require.TestingT, res *compliance.Result) {
	exposure := map[*certificate.Certificate]decimal.Decimal{}
	for _, p := range res.Positions {
		require.NotNil(t, p.Certificate)
		require.NoError(t, certificate.Check(*p.Certificate), p.Product)
		exposure[p.Certificate] = exposure[p.Certificate].Add(p.Exposure.Amount)
	}
	for c, amount := range exposure {
		if amount.IsPositive() {
			assert.Equal(t, amount.String(), c.Cost.Risk.String())
		}
	}
}

// The choice of layers carries its certificate, and so does a position without a
// choice.
func TestPositionsCarryCertificates(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := sqlServer(t)
		for h := range rapid.IntRange(1, 4).Draw(rt, "hosts") {
			s.host(fmt.Sprint("h", h), "", 1, rapid.IntRange(2, 12).Draw(rt, "cores")*4)
			for v := range rapid.IntRange(0, 4).Draw(rt, "machines") {
				vcpus := rapid.SampledFrom([]int{4, 6, 8, 16}).Draw(rt, "vcpus")
				edition := rapid.SampledFrom([]string{"Enterprise", "Standard"}).Draw(rt, "edition")
				s.vm(fmt.Sprintf("vm%d-%d", h, v), fmt.Sprint("h", h), vcpus, edition)
			}
		}
		s.own("EE", rapid.Int64Range(0, 60).Draw(rt, "EE"), enterprise(5000)).
			own("SE", rapid.Int64Range(0, 40).Draw(rt, "SE"), standardEdition(1300))
		if rapid.Bool().Draw(rt, "without layers") {
			s.in.Licensing[0].Layers = nil
		}
		s.in.Estate = s.b.Build()
		without, err := compliance.Reconcile(t.Context(), s.in)
		require.NoError(rt, err)
		s.in.Certificates = true
		res, err := compliance.Reconcile(t.Context(), s.in)
		require.NoError(rt, err)
		requireCertified(rt, res)
		for i := range res.Positions { // asking for it changes nothing else
			res.Positions[i].Certificate = nil
		}
		require.Equal(rt, without, res)
	})
}
