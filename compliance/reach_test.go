package compliance_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/document"
)

// vmware is a cluster of three hosts of 32 Xeon cores beside another of one, with
// one virtual machine of the product on the first host.
func vmware(t *testing.T, reading string, mayRunOn []compliance.DeviceID) *scene {
	s := newScene(t)
	for id, cluster := range map[string]string{"h1": "a", "h2": "a", "h3": "a", "h4": "b"} {
		s.device(compliance.Device{ID: compliance.DeviceID(id), Kind: compliance.Physical, Sockets: 2, Cores: 32, Cluster: cluster, Model: "Intel(R) Xeon(R) Gold 6130 CPU @ 2.10GHz"})
	}
	s.device(compliance.Device{ID: "lone", Kind: compliance.Physical, Sockets: 2, Cores: 32, Model: "Intel(R) Xeon(R) Gold 6130 CPU @ 2.10GHz"})
	s.device(compliance.Device{ID: "vm", Kind: compliance.VirtualMachine, VCPUs: 4, Host: "h1", MayRunOn: mayRunOn})
	s.install("vm", "19", "Enterprise").licensed("oracle.processor.virtual", 1000)
	s.in.Licensing[0].Choices = map[string]string{"reach": reading}
	return s
}

// The reach of a virtual machine is a choice: its host, what affinity leaves, its
// cluster, everything.
func TestReach(t *testing.T) {
	none, rule := []compliance.DeviceID{}, []compliance.DeviceID{"h1", "h3"}
	for _, c := range []struct {
		name, reading string
		mayRunOn      []compliance.DeviceID
		want          string
		hosts         []string
	}{
		{"where it runs", "host", nil, "16 to 16", []string{"h1"}},
		{"a rule of two hosts", "affinity", rule, "32 to 32", []string{"h1", "h3"}},
		{"no rule", "affinity", none, "48 to 48", []string{"h1", "h2", "h3"}},
		{"a rule that nobody knows", "affinity", nil, "16 to 48", []string{"h1", "h2", "h3"}},
		{"the cluster, whatever the rule", "cluster", rule, "48 to 48", []string{"h1", "h2", "h3"}},
		{"every vCenter", "all_vcenters", rule, "64 to 64", []string{"h1", "h2", "h3", "h4"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := vmware(t, c.reading, c.mayRunOn).position()
			assert.Equal(t, c.want, p.Required.Low.String()+" to "+p.Required.High.Decimal.String())
			var hosts []string
			for _, o := range p.Consumers {
				hosts = append(hosts, o.Consumer)
				assert.Equal(t, []string{"19"}, o.Versions, "a host is covered by what covers the machines that reach it")
			}
			assert.Equal(t, c.hosts, hosts)
			assert.Equal(t, c.want != "16 to 48", len(p.Missing) == 0, "missing: %v", p.Missing)
		})
	}
}

// A host in reach whose processors nobody knows makes the count unknown.
func TestReachOfAHostThatNobodyKnows(t *testing.T) {
	s := vmware(t, "cluster", nil)
	s.device(compliance.Device{ID: "h5", Cluster: "a"})
	p := s.position()
	assert.Equal(t, "48", p.Required.Low.Truncate(0).String())
	assert.False(t, p.Required.Known())
	assert.NotEmpty(t, p.Missing)
}

const failover = `
key: acme.failover
name: Acme per virtual core, failover
unit: core
scope: virtual machine
about: Passive replicas are free.
sources: [{url: "https://example.com/terms", title: made for the test}]
facts: {replicas: {type: list(vm)}}
count: {of: replicas, as: replica, where: "!replica.role.startsWith('passive')", each: replica.vcpus}
examples:
  - {name: one of two, given: '{"replicas": [{"role": "active", "vcpus": 8}, {"role": "passive-dr", "vcpus": 8}]}', expect: 8}
`

// The role of a replica is a fact of the metric's machines.
func TestRoleReachesTheMetric(t *testing.T) {
	count := func(role compliance.Role) compliance.Position {
		s := newScene(t)
		doc, err := document.Parse("acme.failover.yaml", []byte(failover))
		require.NoError(t, err)
		s.in.Metrics, err = s.in.Metrics.With(doc)
		require.NoError(t, err)
		s.device(compliance.Device{ID: "a", Kind: compliance.VirtualMachine, VCPUs: 8, Role: compliance.Active})
		s.device(compliance.Device{ID: "b", Kind: compliance.VirtualMachine, VCPUs: 8, Role: role, StandbyFor: "a"})
		return s.install("a", "", "").install("b", "", "").licensed("acme.failover", 100).position()
	}
	assert.Equal(t, "8", count(compliance.PassiveHA).Required.Low.String())
	assert.Equal(t, "16", count(compliance.ReadableSecondary).Required.Low.String())
	p := count(compliance.RoleUnknown)
	assert.Equal(t, "8", p.Required.Low.String())
	assert.Equal(t, "16", p.Required.High.Decimal.String())
	assert.Contains(t, p.Missing, "vm.role of b")
}
