package compliance_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trueup-dev/trueup/compliance"
)

// cost is what a position comes to: money at risk, then value used up.
type cost struct{ risk, value int64 }

func (c cost) less(d cost) bool { return c.risk < d.risk || c.risk == d.risk && c.value < d.value }

// demand is what hosts and machines ask of Enterprise, and of either edition.
type demand struct{ enterprise, standard int64 }

// priced is the least cost of a demand, in closed form: Enterprise goes where
// nothing else will do, Standard to the rest, since it is cheaper.
func priced(d demand, ee, se int64) cost {
	e := min(ee, d.enterprise)
	s := min(se, d.standard)
	over := min(ee-e, d.standard-s)
	return cost{5000*(d.enterprise-e) + 1300*(d.standard-s-over), 5000*(e+over) + 1300*s}
}

// The choice of layers costs what the cheapest of all choices costs, each weighed by
// itself in closed form.
func TestLayersAgainstEveryChoice(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := sqlServer(t)
		var hosts []int64
		var byHost []demand
		for h := range rapid.IntRange(1, 4).Draw(rt, "hosts") {
			cores := rapid.IntRange(2, 12).Draw(rt, "cores") * 4
			s.host(fmt.Sprint("h", h), "", 1, cores)
			hosts, byHost = append(hosts, int64(cores)), append(byHost, demand{})
			for v := range rapid.IntRange(0, 4).Draw(rt, "machines") {
				vcpus := rapid.SampledFrom([]int{4, 6, 8, 16}).Draw(rt, "vcpus")
				edition := rapid.SampledFrom([]string{"Enterprise", "Standard"}).Draw(rt, "edition")
				s.vm(fmt.Sprintf("vm%d-%d", h, v), fmt.Sprint("h", h), vcpus, edition)
				if edition == "Enterprise" {
					byHost[h].enterprise += int64(vcpus)
				} else {
					byHost[h].standard += int64(vcpus)
				}
			}
		}
		ee, se := rapid.Int64Range(0, 60).Draw(rt, "EE"), rapid.Int64Range(0, 40).Draw(rt, "SE")
		p := s.own("EE", ee, enterprise(5000)).own("SE", se, standardEdition(1300)).position()

		best := cost{1 << 60, 0}
		for mask := range 1 << len(hosts) {
			var d demand
			for h, machines := range byHost {
				switch {
				case mask&(1<<h) == 0:
					d.enterprise, d.standard = d.enterprise+machines.enterprise, d.standard+machines.standard
				case machines == demand{}: // nothing runs there
				default:
					d.enterprise += hosts[h]
				}
			}
			if c := priced(d, ee, se); c.less(best) {
				best = c
			}
		}
		got := cost{p.Exposure.Amount.IntPart(), supply(t, p, "EE").Used.IntPart()*5000 + supply(t, p, "SE").Used.IntPart()*1300}
		require.Equal(rt, best, got)
		assert.Empty(rt, p.Unproven)
	})
}

// A machine that may run anywhere in its cluster is carried where all hosts of the
// cluster are licensed; a rule of affinity narrows them.
func TestClusterLayers(t *testing.T) {
	build := func(rule []compliance.DeviceID) compliance.Position {
		s := newScene(t).licensed("ms.sql.core.vm", 100)
		s.in.Licensing[0].Layers = []compliance.Layer{{Name: "cluster", Metric: "ms.sql.core.physical", Cluster: true}}
		for _, h := range []string{"h1", "h2", "h3"} {
			s.host(h, "c", 2, 8)
		}
		for i := range 8 {
			s.device(compliance.Device{ID: compliance.DeviceID(fmt.Sprint("vm", i)), Kind: compliance.VirtualMachine, Host: "h1", VCPUs: 4, MayRunOn: rule}).
				install(fmt.Sprint("vm", i), "1", "")
		}
		return s.position()
	}
	assert.Equal(t, "24", build([]compliance.DeviceID{}).Required.String(), "three hosts of 8 cores, against 32 of the machines")
	assert.Equal(t, "16", build([]compliance.DeviceID{"h1", "h2"}).Required.String(), "two hosts")
}

// Neither the order in which facts arrive nor that of the terms shows in what is
// chosen.
func TestChoicesDoNotHangOnOrder(t *testing.T) {
	var first []byte
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 1))
		s := sqlServer(t)
		adds := []func(){func() { s.host("h1", "c", 2, 16) }, func() { s.host("h2", "c", 2, 24) }}
		for i := range 9 {
			edition := []string{"Enterprise", "Standard", ""}[i%3]
			adds = append(adds, func() { s.vm(fmt.Sprint("vm", i), fmt.Sprint("h", i%2+1), 4+i%3*4, edition) })
		}
		r.Shuffle(len(adds), func(i, j int) { adds[i], adds[j] = adds[j], adds[i] })
		for _, add := range adds {
			add()
		}
		s.own("EE", 30, enterprise(5000)).own("SE", 10, standardEdition(1300)).own("EF", 4, enterprise(5000))
		r.Shuffle(len(s.in.Entitlements), func(i, j int) {
			s.in.Entitlements[i], s.in.Entitlements[j] = s.in.Entitlements[j], s.in.Entitlements[i]
		})
		slices.Reverse(s.in.Licensing)
		got, err := json.Marshal(s.reconcile())
		require.NoError(t, err)
		if first == nil {
			first = got
		}
		require.JSONEq(t, string(first), string(got))
		require.Equal(t, first, got)
	}
}
