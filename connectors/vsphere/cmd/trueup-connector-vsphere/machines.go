package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/vmware/govmomi/vim25/mo"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
)

var (
	hostProperties    = []string{"name", "parent", "summary.hardware", "config.product.fullName"}
	machineProperties = []string{"name", "summary.config", "runtime.host", "guest.guestFullName", "guest.hostName"}
)

// readHosts writes the hosts, in the order of their names.
func (e *estate) readHosts(ctx context.Context, c *client) error {
	var all []mo.HostSystem
	if err := read(ctx, c, "HostSystem", hostProperties, func(h mo.HostSystem) error {
		all = append(all, h)
		return nil
	}); err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b mo.HostSystem) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Self.Value, b.Self.Value))
	})
	for _, h := range all {
		if err := e.host(h); err != nil {
			return err
		}
	}
	return nil
}

func (e *estate) host(h mo.HostSystem) error {
	if h.Name == "" || e.taken[h.Name] {
		return e.problem(connectors.BadData, h.Self.Value, fmt.Sprintf("the host's name %q is empty or another host's, so it is left out", h.Name))
	}
	e.taken[h.Name] = true
	facts := hostFacts{name: h.Name}
	d := compliance.Device{ID: compliance.DeviceID(h.Name), Name: h.Name, Kind: compliance.Physical}
	if h.Parent != nil {
		if facts.cluster = e.clusters[*h.Parent]; facts.cluster != nil {
			d.Cluster = facts.cluster.name
		}
	}
	e.hosts[h.Self] = facts
	if hw := h.Summary.Hardware; hw != nil {
		d.Sockets, d.Cores, d.Threads, d.Model = int(hw.NumCpuPkgs), int(hw.NumCpuCores), int(hw.NumCpuThreads), hw.CpuModel
	}
	if h.Config != nil {
		d.OperatingSystem = h.Config.Product.FullName
	}
	return e.write(d)
}

// readMachines writes the virtual machines, in the order of their names.
func (e *estate) readMachines(ctx context.Context, c *client) error {
	var all []mo.VirtualMachine
	if err := read(ctx, c, "VirtualMachine", machineProperties, func(vm mo.VirtualMachine) error {
		all = append(all, vm)
		return nil
	}); err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b mo.VirtualMachine) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Self.Value, b.Self.Value))
	})
	for _, vm := range all {
		if err := ctx.Err(); err != nil {
			return err
		}
		if vm.Summary.Config.Template {
			e.leftOut++
			continue
		}
		if err := e.machine(vm); err != nil {
			return err
		}
	}
	return nil
}

func (e *estate) machine(vm mo.VirtualMachine) error {
	config := vm.Summary.Config
	d := compliance.Device{ID: compliance.DeviceID(e.identify(vm)), Name: vm.Name, Kind: compliance.VirtualMachine, VCPUs: int(config.NumCpu)}
	// What the running system says of itself counts before what was chosen when the
	// machine was made.
	d.OperatingSystem = config.GuestFullName
	if vm.Guest != nil {
		d.OperatingSystem = cmp.Or(vm.Guest.GuestFullName, d.OperatingSystem)
	}
	if vm.Runtime.Host != nil {
		on := e.hosts[*vm.Runtime.Host]
		d.Host = compliance.DeviceID(on.name)
		if on.cluster != nil {
			d.Cluster = on.cluster.name
		}
		d.MayRunOn = e.mayRunOn(vm.Self, on.cluster)
	}
	return e.write(d)
}

// identify gives a machine its identifier. One that is taken gets the server's own
// number behind it, so that both count.
func (e *estate) identify(vm mo.VirtualMachine) string {
	id := vm.Name
	switch e.settings["machine-id"] {
	case "guest-name":
		if vm.Guest != nil {
			id = cmp.Or(vm.Guest.HostName, id)
		}
	case "uuid":
		id = cmp.Or(vm.Summary.Config.Uuid, id)
	}
	if id == "" || e.taken[id] {
		id = fmt.Sprintf("%s (%s)", id, vm.Self.Value)
	}
	e.taken[id] = true
	return id
}

func (e *estate) write(d compliance.Device) error {
	d.Entity, d.Country, d.Environment = e.settings["entity"], e.settings["country"], e.settings["environment"]
	e.devices++
	return e.to.Device(d)
}
