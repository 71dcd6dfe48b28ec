package main

import (
	"maps"
	"slices"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/trueup-dev/trueup/compliance"
)

// groups are the named groups of a cluster's configuration.
type groups struct {
	machines, hosts map[string][]types.ManagedObjectReference
}

func groupsOf(c *types.ClusterConfigInfoEx) groups {
	g := groups{machines: map[string][]types.ManagedObjectReference{}, hosts: map[string][]types.ManagedObjectReference{}}
	for _, group := range c.Group {
		switch of := group.(type) {
		case *types.ClusterVmGroup:
			g.machines[of.Name] = of.Vm
		case *types.ClusterHostGroup:
			g.hosts[of.Name] = of.Host
		}
	}
	return g
}

// confine gives the hosts that the must rules of a cluster leave to each machine
// that has such a rule.
func confine(c *types.ClusterConfigInfoEx, members []types.ManagedObjectReference) map[types.ManagedObjectReference]map[types.ManagedObjectReference]bool {
	g := groupsOf(c)
	left := map[types.ManagedObjectReference]map[types.ManagedObjectReference]bool{}
	for _, r := range c.Rule {
		rule, ok := r.(*types.ClusterVmHostRuleInfo)
		if !ok || !yes(rule.Enabled) || !yes(rule.Mandatory) {
			continue
		}
		for _, vm := range g.machines[rule.VmGroupName] {
			if left[vm] == nil {
				left[vm] = map[types.ManagedObjectReference]bool{}
				for _, h := range members {
					left[vm][h] = true
				}
			}
			if rule.AffineHostGroupName != "" {
				allowed := g.hosts[rule.AffineHostGroupName]
				maps.DeleteFunc(left[vm], func(h types.ManagedObjectReference, _ bool) bool { return !slices.Contains(allowed, h) })
			}
			if rule.AntiAffineHostGroupName != "" {
				for _, h := range g.hosts[rule.AntiAffineHostGroupName] {
					delete(left[vm], h)
				}
			}
		}
	}
	return left
}

func yes(b *bool) bool { return b != nil && *b }

// mayRunOn names the hosts that a machine is confined to: none, but known, where
// its cluster is wholly in reach. It is not known on a host without a cluster, where
// the account may not read the rules, and where the rules leave no host at all.
func (e *estate) mayRunOn(vm types.ManagedObjectReference, cluster *clusterFacts) []compliance.DeviceID {
	if cluster == nil || !cluster.rulesKnown {
		return nil
	}
	left, confined := cluster.confined[vm]
	if confined && len(left) == 0 {
		return nil
	}
	out := []compliance.DeviceID{}
	for h := range left {
		if name := e.hosts[h].name; name != "" {
			out = append(out, compliance.DeviceID(name))
		}
	}
	slices.Sort(out)
	return out
}
