package compliance_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
)

// farm is a scene of many hosts with ten machines each, and licenses for half of
// what the machines would need.
func farm(t *testing.T, hosts int) *scene {
	s := sqlServer(t)
	r := rand.New(rand.NewPCG(1, 2))
	var enterpriseCores, standardCores int64
	for h := range hosts {
		id := fmt.Sprintf("h%04d", h)
		s.host(id, "", 2, 8*(1+r.IntN(8)))
		for v := range 10 {
			edition, cores := "Standard", 4*(1+r.IntN(3))
			if r.IntN(4) == 0 {
				edition = "Enterprise"
				enterpriseCores += int64(cores)
			} else {
				standardCores += int64(cores)
			}
			s.vm(fmt.Sprintf("%s-%d", id, v), id, cores, edition)
		}
	}
	return s.own("EE", enterpriseCores/2, enterprise(5000)).own("SE", standardCores/2, standardEdition(1300))
}

func TestManyHosts(t *testing.T) {
	p := farm(t, 40).position()
	require.Empty(t, p.Unproven)
	require.NotEmpty(t, p.Choices)
}

func BenchmarkLayers(b *testing.B) {
	for _, hosts := range []int{100, 1000} {
		b.Run(fmt.Sprint(hosts, " hosts"), func(b *testing.B) {
			s := farm(&testing.T{}, hosts)
			s.in.Estate = s.b.Build()
			b.ReportAllocs()
			var res *compliance.Result
			for b.Loop() {
				var err error
				if res, err = compliance.Reconcile(b.Context(), s.in); err != nil {
					b.Fatal(err)
				}
			}
			if res.Positions[0].Unproven != "" {
				b.ReportMetric(1, "unproven")
			}
		})
	}
}
