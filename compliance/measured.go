package compliance

import (
	"github.com/trueup-dev/trueup/compliance/metric"
)

// facts states the consumers in the terms of the metric's scope.
func (r *reconciler) facts(m managedProduct, consumers []consumer) metric.Facts {
	f := metric.Facts{AsOf: r.AsOf}
	if len(m.licensing) > 0 {
		f.Parameters, f.Choices = m.licensing[0].Parameters, m.licensing[0].Choices
	}
	switch m.metric.Scope() {
	case metric.Install, metric.Device, metric.User:
		for _, c := range consumers {
			f.Uses = append(f.Uses, r.useOf(c))
		}
	case metric.VirtualMachine, metric.Instance:
		for _, c := range consumers {
			machine := machineOf(c.id, r.deviceOf(c))
			machine.Count = c.alike
			f.Machines = append(f.Machines, machine)
		}
	case metric.PhysicalHost:
		for _, c := range consumers {
			h := r.hostOf(c)
			h.Runs, h.MayRun = metric.Yes, c.mayRun
			if c.reached {
				h.Runs = metric.No
			}
			f.Hosts = append(f.Hosts, h)
		}
	default:
		f.Values = map[string]metric.Value{"peaks": r.peaks(m.product)}
	}
	return f
}

func (r *reconciler) useOf(c consumer) metric.Use {
	return metric.Use{ID: c.id, Count: c.alike, User: string(c.user), Device: string(r.deviceOf(c).ID)}
}

func (r *reconciler) deviceOf(c consumer) Device {
	if c.device < 0 {
		return Device{}
	}
	return r.Estate.devices[c.device]
}

// hostOf states a consumer as a host with the virtual machines that use the
// product there. A device that is not known to be physical is a host without
// facts: its count is unknown, not zero.
func (r *reconciler) hostOf(c consumer) metric.Host {
	d := r.deviceOf(c)
	h := metric.Host{ID: c.id, Count: c.alike, Processor: d.Model, Cluster: d.Cluster}
	if d.Kind == Physical {
		h.Sockets, h.Cores = known(d.Sockets), known(d.Cores)
	}
	seen := map[int]bool{c.device: true}
	for _, u := range c.uses {
		if u.device < 0 || seen[u.device] {
			continue
		}
		seen[u.device] = true
		if vm := r.Estate.devices[u.device]; vm.Host == d.ID || c.layer != nil {
			h.VMs = append(h.VMs, machineOf(string(vm.ID), vm))
		}
	}
	return h
}

// machineOf states a device as an operating system environment. A physical one
// is an environment with all the cores of its machine.
func machineOf(id string, d Device) metric.Machine {
	vcpus := known(d.VCPUs)
	if d.Kind == Physical {
		vcpus = known(d.Cores)
	}
	m := metric.Machine{ID: id, VCPUs: vcpus, Host: string(d.Host), Type: d.InstanceType}
	if d.Role != RoleUnknown {
		m.Role = d.Role.String()
	}
	return m
}

// known is a number that is not known when zero.
func known(n int) metric.Number {
	if n == 0 {
		return metric.Number{}
	}
	return metric.Int(n)
}
