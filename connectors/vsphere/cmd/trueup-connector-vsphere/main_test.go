package main

import (
	"crypto/tls"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/find"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/connectortest"
	"github.com/trueup-dev/trueup/connectors/internal/trial"
)

var shop trial.Shop

func TestMain(m *testing.M) { shop.Main(m) }

// windowsServer runs on the machines of the cluster DC0_C0.
const windowsServer = "Microsoft Windows Server 2019 (64-bit)"

// vcenter starts a simulated vCenter of 14 hosts and 24 virtual machines: two data
// centers with two clusters of three hosts each and one host apart.
func vcenter(t *testing.T) (settings, secrets map[string]string) {
	t.Helper()
	m := simulator.VPX()
	m.Datacenter, m.Cluster, m.ClusterHost, m.Machine = 2, 2, 3, 4
	t.Cleanup(m.Remove)
	require.NoError(t, m.Create())
	for i, h := range m.Map().All("HostSystem") {
		hw := h.(*simulator.HostSystem).Summary.Hardware
		hw.NumCpuPkgs, hw.NumCpuCores, hw.NumCpuThreads, hw.CpuModel = 2, int16(32+8*(i%2)), int16(64+16*(i%2)), "Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz"
	}
	for _, v := range m.Map().All("VirtualMachine") {
		if vm := v.(*simulator.VirtualMachine); strings.HasPrefix(vm.Name, "DC0_C0_") {
			vm.Guest.GuestFullName = windowsServer
		}
	}
	m.Service.TLS = new(tls.Config)
	s := m.Service.NewServer()
	t.Cleanup(s.Close)
	password, _ := s.URL.User.Password()
	c, err := govmomi.NewClient(t.Context(), s.URL, true)
	require.NoError(t, err)
	arrange(t, c)
	return map[string]string{"url": "https://" + s.URL.Host + "/sdk", "user": s.URL.User.Username(), "insecure": "true"},
		map[string]string{"password": password}
}

// arrange confines the first two machines of a cluster: one by a must rule to two
// hosts, one by a should rule.
func arrange(t *testing.T, c *govmomi.Client) {
	t.Helper()
	ctx := t.Context()
	f := find.NewFinder(c.Client)
	machines, err := f.VirtualMachineList(ctx, "/DC0/vm/DC0_C0_RP0_VM*")
	require.NoError(t, err)
	require.Len(t, machines, 4)
	cluster, err := f.ClusterComputeResource(ctx, "/DC0/host/DC0_C0")
	require.NoError(t, err)
	hosts, err := cluster.Hosts(ctx)
	require.NoError(t, err)
	spec := &types.ClusterConfigSpecEx{
		GroupSpec: []types.ClusterGroupSpec{
			group(&types.ClusterHostGroup{ClusterGroupInfo: types.ClusterGroupInfo{Name: "licensed"}, Host: []types.ManagedObjectReference{hosts[0].Reference(), hosts[1].Reference()}}),
			group(&types.ClusterVmGroup{ClusterGroupInfo: types.ClusterGroupInfo{Name: "oracle"}, Vm: []types.ManagedObjectReference{machines[0].Reference()}}),
			group(&types.ClusterVmGroup{ClusterGroupInfo: types.ClusterGroupInfo{Name: "preferred"}, Vm: []types.ManagedObjectReference{machines[1].Reference()}}),
		},
		RulesSpec: []types.ClusterRuleSpec{rule("must", "oracle", true), rule("should", "preferred", false)},
	}
	task, err := cluster.Reconfigure(ctx, spec, true)
	require.NoError(t, err)
	require.NoError(t, task.Wait(ctx))
}

func group(info types.BaseClusterGroupInfo) types.ClusterGroupSpec {
	return types.ClusterGroupSpec{ArrayUpdateSpec: types.ArrayUpdateSpec{Operation: types.ArrayUpdateOperationAdd}, Info: info}
}

func rule(name, machines string, must bool) types.ClusterRuleSpec {
	return types.ClusterRuleSpec{ArrayUpdateSpec: types.ArrayUpdateSpec{Operation: types.ArrayUpdateOperationAdd}, Info: &types.ClusterVmHostRuleInfo{
		ClusterRuleInfo: types.ClusterRuleInfo{Name: name, Enabled: types.NewBool(true), Mandatory: types.NewBool(must)},
		VmGroupName:     machines, AffineHostGroupName: "licensed",
	}}
}

func TestInventory(t *testing.T) {
	settings, secrets := vcenter(t)
	c := shop.Connector(t)
	r, sink := c.Collect(t, settings, secrets)
	require.NoError(t, r.Err)
	assert.True(t, r.Complete)
	hosts, machines := split(sink)
	require.Len(t, hosts, 14)
	require.Len(t, machines, 24)
	for _, h := range hosts {
		assert.Equal(t, 2, h.Sockets)
		assert.Equal(t, 2*h.Cores, h.Threads)
		assert.Contains(t, h.OperatingSystem, "VMware ESX")
	}
	assert.Equal(t, "DC0_C0", hosts["DC0_C0_H0"].Cluster)
	assert.Empty(t, hosts["DC0_H0"].Cluster, "a host apart is in no cluster")

	first, second, apart := machines["DC0_C0_RP0_VM0"], machines["DC0_C0_RP0_VM1"], machines["DC0_H0_VM0"]
	assert.Equal(t, []compliance.DeviceID{"DC0_C0_H0", "DC0_C0_H1"}, first.MayRunOn, "a must rule confines")
	assert.Equal(t, []compliance.DeviceID{}, second.MayRunOn, "a should rule does not")
	assert.Nil(t, apart.MayRunOn, "without a cluster there are no rules to know")
	assert.Equal(t, "DC0_C0", first.Cluster)
	assert.Equal(t, 1, first.VCPUs)
	assert.NotEmpty(t, first.Host)
	assert.Len(t, sink.Installs, 14, "every host runs under a license")
	for _, i := range sink.Installs {
		assert.Equal(t, "VMware", i.Title.Publisher)
	}
	assert.NotContains(t, fmt.Sprintf("%+v %+v", sink, r), "00000-00000", "no license key leaves the connector")
	c.Conforms(t, settings, secrets)
}

func split(sink *connectortest.Recorder) (hosts, machines map[compliance.DeviceID]compliance.Device) {
	hosts, machines = map[compliance.DeviceID]compliance.Device{}, map[compliance.DeviceID]compliance.Device{}
	for _, d := range sink.Devices {
		if d.Kind == compliance.Physical {
			hosts[d.ID] = d
		} else {
			machines[d.ID] = d
		}
	}
	return hosts, machines
}

func TestSigningIn(t *testing.T) {
	settings, _ := vcenter(t)
	r, _ := shop.Connector(t).Collect(t, settings, map[string]string{"password": ""})
	require.ErrorIs(t, r.Err, &connectors.Error{Kind: connectors.AuthFailed})
	settings["url"] = "https://127.0.0.1:1/sdk"
	r, _ = shop.Connector(t).Collect(t, settings, map[string]string{"password": "a canary"})
	require.ErrorIs(t, r.Err, &connectors.Error{Kind: connectors.Unavailable})
	assert.NotContains(t, r.Err.Error(), "canary")
}
