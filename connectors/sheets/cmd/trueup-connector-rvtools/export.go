package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

// export is one reading of all tabs.
type export struct {
	settings map[string]string
	to       *sdk.Writer

	devices  []placed
	hosts    map[string]bool
	taken    map[string]bool
	clusters map[clusterKey]*cluster

	written, leftOut int64
	broken           int
}

// placed is a device whose cluster is still to be named.
type placed struct {
	compliance.Device
	cluster clusterKey
}

// clusterKey is a cluster's place.
type clusterKey struct{ vcenter, datacenter, name string }

// cluster is what vHost has of one.
type cluster struct {
	hosts, cores int
	// unknown is true when a host's cores are not known.
	unknown bool
}

func (r row) cluster() clusterKey {
	return clusterKey{r.text("VI SDK Server"), r.text("Datacenter"), r.text("Cluster")}
}

func (e *export) keepHost(r row) error {
	name := r.text("Host")
	if name == "" {
		return r.problem("Host", "the host has no name")
	}
	if e.hosts[name] {
		return r.problem("Host", fmt.Sprintf("host %q comes twice; the first counts", name))
	}
	e.hosts[name], e.taken[name] = true, true
	d := placed{cluster: r.cluster(), Device: compliance.Device{
		ID: compliance.DeviceID(name), Name: name, Kind: compliance.Physical, Model: r.text("CPU Model"), OperatingSystem: r.text("ESX Version"),
	}}
	var err error
	if d.Sockets, err = r.count("# CPU"); err != nil {
		return err
	}
	if d.Cores, err = r.count("# Cores"); err != nil {
		return err
	}
	each, err := r.count("Cores per CPU")
	if err != nil {
		return err
	}
	if d.Cores == 0 {
		d.Cores = d.Sockets * each
	}
	e.count(d)
	e.devices = append(e.devices, d)
	return nil
}

// count adds a host to what is there of its cluster.
func (e *export) count(d placed) {
	if d.cluster.name == "" {
		return
	}
	c := e.clusterOf(d.cluster)
	c.hosts++
	c.cores += d.Cores
	c.unknown = c.unknown || d.Cores == 0
}

func (e *export) clusterOf(k clusterKey) *cluster {
	if e.clusters[k] == nil {
		e.clusters[k] = &cluster{}
	}
	return e.clusters[k]
}

// keepCluster compares what the cluster states with the hosts that are there.
// vCluster does not name the data center, so clusters of one name are compared
// together.
func (e *export) keepCluster(r row) error {
	hosts, err := r.count("NumHosts")
	if err != nil {
		return err
	}
	cores, err := r.count("NumCpuCores")
	if err != nil {
		return err
	}
	name, found := r.text("Name"), cluster{}
	same := 0
	for k, c := range e.clusters {
		if k.name == name && (k.vcenter == r.text("VI SDK Server") || r.text("VI SDK Server") == "") {
			same++
			found.hosts, found.cores, found.unknown = found.hosts+c.hosts, found.cores+c.cores, found.unknown || c.unknown
		}
	}
	if same > 1 {
		return nil
	}
	if hosts > 0 && hosts != found.hosts {
		return r.problem("NumHosts", fmt.Sprintf("cluster %q states %d hosts, vHost has %d: part of the export is missing", name, hosts, found.hosts))
	}
	if cores > 0 && cores != found.cores && !found.unknown {
		return r.problem("NumCpuCores", fmt.Sprintf("cluster %q states %d cores, its hosts in vHost have %d", name, cores, found.cores))
	}
	return nil
}

func (e *export) keepMachine(r row) error {
	name := r.text("VM")
	if name == "" {
		return r.problem("VM", "the virtual machine has no name")
	}
	if e.settings["templates"] != "include" && (r.yes("Template") || r.yes("SRM Placeholder")) {
		e.leftOut++
		return nil
	}
	id, err := e.identify(r, name)
	if err != nil || id == "" {
		return err
	}
	d := placed{cluster: r.cluster(), Device: compliance.Device{
		ID: id, Name: name, Kind: compliance.VirtualMachine, Host: compliance.DeviceID(r.text("Host")),
		// What the running system says of itself counts before what was chosen when
		// the machine was made.
		OperatingSystem: cmp.Or(r.text("OS according to the VMware Tools"), r.text("OS according to the configuration file"), r.text("OS")),
	}}
	if d.VCPUs, err = r.count("CPUs"); err != nil {
		return err
	}
	if host := r.text("Host"); host != "" && len(e.hosts) > 0 && !e.hosts[host] {
		if err := r.problem("Host", fmt.Sprintf("host %q is not in the vHost tab", host)); err != nil {
			return err
		}
	}
	e.devices = append(e.devices, d)
	return nil
}

// identify gives a machine its identifier. One that is taken gets the machine's
// own number behind it, so that both count.
func (e *export) identify(r row, name string) (compliance.DeviceID, error) {
	id := name
	switch e.settings["machine-id"] {
	case "dns-name":
		id = cmp.Or(r.text("DNS Name"), name)
	case "uuid":
		id = cmp.Or(strings.ToLower(r.text("VM UUID")), name)
	}
	if e.taken[id] {
		number := cmp.Or(r.text("VM ID"), r.text("VM UUID"), fmt.Sprintf("line %d", r.line))
		other := fmt.Sprintf("%s (%s)", id, strings.Trim(number+" "+r.text("VI SDK Server"), " "))
		if e.taken[other] {
			return "", r.problem("VM", fmt.Sprintf("virtual machine %q comes twice; the first counts", other))
		}
		note := connectors.Problem{Kind: connectors.BadData, Subject: r.tab.File, Place: r.tab.Place(r.line, -1), Harmless: true,
			Message: fmt.Sprintf("%q is taken by another machine; this one is %q", id, other)}
		if err := e.to.Problem(note); err != nil {
			return "", err
		}
		id = other
	}
	e.taken[id] = true
	return compliance.DeviceID(id), nil
}

// write gives the devices in the order of their identifiers.
func (e *export) write() error {
	places := map[string]map[clusterKey]bool{}
	for _, d := range e.devices {
		if places[d.cluster.name] == nil {
			places[d.cluster.name] = map[clusterKey]bool{}
		}
		places[d.cluster.name][d.cluster] = true
	}
	slices.SortFunc(e.devices, func(a, b placed) int { return cmp.Compare(a.ID, b.ID) })
	for _, d := range e.devices {
		d.Cluster = d.cluster.name
		if d.Cluster != "" && len(places[d.Cluster]) > 1 {
			d.Cluster = strings.Trim(d.cluster.vcenter+"/"+d.cluster.datacenter+"/"+d.Cluster, "/")
		}
		d.Entity, d.Country, d.Environment = e.settings["entity"], e.settings["country"], e.settings["environment"]
		e.written++
		if err := e.to.Device(d.Device); err != nil {
			return err
		}
	}
	return nil
}
