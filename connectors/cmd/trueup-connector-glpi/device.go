package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
)

// device is what an inventory says of its machine.
func (f *folder) device(id compliance.DeviceID, c *content, users []compliance.User) compliance.Device {
	d := compliance.Device{
		ID: id, Name: cmp.Or(c.Hardware.Name.text(), string(id)), Kind: kindOf(c.Hardware.VMSystem.text()),
		OperatingSystem: systemOf(c),
	}
	d.LastSeen, _ = parseTime(c.AccessLog.LogDate.text())
	login := c.Hardware.LastLoggedUser.text()
	for _, u := range users {
		if u.Name == login {
			d.User = u.ID
		}
	}
	sockets, cores, threads := processorsOf(c.CPUs)
	if len(c.CPUs) > 0 {
		d.Model = cmp.Or(c.CPUs[0].Name.text(), c.CPUs[0].Type.text())
	}
	if d.Kind == compliance.VirtualMachine || d.Kind == compliance.Container {
		// What a guest sees as processors are virtual ones.
		d.VCPUs = max(cores, threads)
		return d
	}
	d.Sockets, d.Cores, d.Threads = sockets, cores, threads
	return d
}

// processorsOf counts. Agents write one entry for each socket. A count that one
// entry lacks is not known for the machine.
func processorsOf(cpus []processor) (sockets, cores, threads int) {
	sockets = len(cpus)
	for _, p := range cpus {
		c := number(cmp.Or(p.Core, p.Cores))
		t := number(cmp.Or(p.Thread, p.Logical))
		if t > 0 && t < c {
			// Newer agents count threads of a core, older ones of the processor.
			t *= c
		}
		if c == 0 {
			cores = -1 << 31
		}
		if t == 0 {
			threads = -1 << 31
		}
		cores, threads = cores+c, threads+t
	}
	return sockets, max(cores, 0), max(threads, 0)
}

func number(w word) int {
	n, err := strconv.Atoi(w.text())
	if err != nil || n < 0 || n > 1<<20 {
		return 0
	}
	return n
}

// kindOf reads the agent's name of the system that runs the machine.
func kindOf(system string) compliance.DeviceKind {
	switch strings.ToLower(system) {
	case "":
		return compliance.KindUnknown
	case "physical":
		return compliance.Physical
	case "docker", "lxc", "podman", "openvz", "virtuozzo", "systemd-nspawn", "bsdjail", "solariszone", "container":
		return compliance.Container
	}
	return compliance.VirtualMachine
}

// systemOf is the title of the operating system.
func systemOf(c *content) string {
	join := func(name, version word) string {
		return strings.TrimSpace(name.text() + " " + version.text())
	}
	return cmp.Or(c.OperatingSystem.FullName.text(), join(c.OperatingSystem.Name, c.OperatingSystem.Version),
		join(c.Hardware.OSName, c.Hardware.OSVersion))
}

// guest is a virtual machine or container that a host lists.
type guest struct {
	host compliance.DeviceID
	virtualMachine
}

// findGuests notes which machine runs on which. A guest that two hosts list is
// where it runs.
func (f *folder) findGuests() {
	f.guests = map[string]guest{}
	for _, host := range slices.Sorted(maps.Keys(f.machines)) {
		var list []virtualMachine
		for _, inv := range f.machines[host] {
			if inv.machines != nil {
				list = inv.machines
			}
		}
		for _, vm := range list {
			key := strings.ToLower(vm.UUID.text())
			if key == "" {
				key = string(host) + "/" + vm.Name.text()
			}
			if _, known := f.guests[key]; !known || vm.Status.text() == "running" {
				f.guests[key] = guest{host, vm}
			}
		}
	}
}

// unseenGuests writes the guests that no agent reported from within: they exist,
// and what runs in them is not known.
func (f *folder) unseenGuests() error {
	for _, key := range slices.Sorted(maps.Keys(f.guests)) {
		g := f.guests[key]
		if _, seen := f.byUUID[key]; seen {
			continue
		}
		kind := kindOf(cmp.Or(g.Type.text(), g.Subsystem.text(), "unnamed"))
		if kind == compliance.Physical {
			kind = compliance.VirtualMachine
		}
		d := compliance.Device{
			ID: compliance.DeviceID(key), Name: cmp.Or(g.Name.text(), key), Kind: kind, Host: g.host,
			VCPUs: number(g.VCPU), OperatingSystem: g.OperatingSystem.text(),
		}
		if err := f.write(d); err != nil {
			return err
		}
	}
	return nil
}

// networkDevices writes printers, switches and the like: machines too, though
// without software of their own.
func (f *folder) networkDevices() error {
	seen := map[string]bool{}
	for _, n := range f.network {
		id := cmp.Or(n.Serial.text(), n.MAC.text(), n.Name.text(), n.SNMPName.text())
		if id == "" {
			f.broken++
			p := connectors.Problem{Kind: connectors.BadData, Subject: "network device", Message: "has neither serial number, MAC address nor name"}
			if err := f.to.Problem(p); err != nil {
				return err
			}
			continue
		}
		if seen[id] {
			continue
		}
		seen[id] = true
		d := compliance.Device{ID: compliance.DeviceID(id), Name: cmp.Or(n.Name.text(), n.SNMPName.text(), id), Kind: compliance.Physical}
		if err := f.write(d); err != nil {
			return err
		}
	}
	return nil
}

// layouts are the ways in which agents write instants.
var layouts = []string{"2006-01-02 15:04:05", "2006-01-02", "02/01/2006", "2006-01-02T15:04:05Z07:00", "20060102"}

// parseTime reads an instant, in UTC for want of a zone. The beginning of 1970
// is how some agents write that they do not know.
func parseTime(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range layouts {
		t, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		if t.Year() <= 1970 {
			return time.Time{}, nil
		}
		if t.Year() > 2100 {
			break
		}
		return t.UTC(), nil
	}
	return time.Time{}, fmt.Errorf("%q is not a date", s)
}
