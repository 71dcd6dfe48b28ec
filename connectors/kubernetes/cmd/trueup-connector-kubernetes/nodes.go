package main

import (
	"cmp"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

// reading is one collection.
type reading struct {
	to       *sdk.Writer
	settings map[string]string
	at       time.Time
	kind     compliance.DeviceKind

	nodes    map[string]node
	products map[string]*charged
	seen     map[string]bool // identifiers of containers
	ids      map[string]bool // identifiers of nodes

	containers, waiting, idle, debug, unmetered int64
	broken                                      int
}

// node is what pods need of one.
type node struct {
	id compliance.DeviceID
	// milli is what it has, in thousandths of a processor; 0 is not known.
	milli int64
}

// clouds are the providers, as providerID begins, whose nodes are instances.
var clouds = map[string]bool{"aws": true, "gce": true, "azure": true, "alicloud": true, "digitalocean": true, "hcloud": true, "ibm": true, "ibmcloud": true, "linode": true, "oci": true, "ocid1": true, "scaleway": true, "vultr": true}

// node writes a node.
func (r *reading) node(n *v1.Node) error {
	provider, _, _ := strings.Cut(n.Spec.ProviderID, ":")
	id := n.Name
	switch r.settings["node-id"] {
	case "system-uuid":
		id = strings.ToLower(n.Status.NodeInfo.SystemUUID)
	case "provider-id":
		id = n.Spec.ProviderID
	}
	subject := "node " + n.Name
	switch _, twice := r.nodes[n.Name]; {
	case n.Name == "":
		return r.problem("node", "", "has no name")
	case twice:
		return r.problem(subject, "", "is there twice; the first counts")
	case id == "":
		return r.problem(subject, "", "has no "+r.settings["node-id"]+", which is to identify it")
	}
	if r.ids[id] {
		return r.problem(subject, "", "has the "+r.settings["node-id"]+" of another node, which counts")
	}
	r.ids[id] = true
	info := n.Status.NodeInfo
	d := compliance.Device{
		ID: compliance.DeviceID(id), Name: n.Name, Cluster: r.settings["cluster"], Kind: r.kind, OperatingSystem: info.OSImage,
		Environment: r.settings["environment"], Entity: r.settings["entity"], Country: r.settings["country"],
	}
	if clouds[provider] {
		d.Kind = compliance.CloudInstance
		d.InstanceType = cmp.Or(n.Labels[v1.LabelInstanceTypeStable], n.Labels[v1.LabelInstanceType])
	}
	milli := n.Status.Capacity.Cpu().MilliValue()
	if whole := int(milli / 1000); d.Kind == compliance.Physical {
		d.Threads = whole
	} else {
		d.VCPUs = whole
	}
	for _, c := range n.Status.Conditions {
		if c.Type == v1.NodeReady && !c.LastHeartbeatTime.IsZero() {
			d.LastSeen = c.LastHeartbeatTime.UTC()
		}
	}
	r.nodes[n.Name] = node{d.ID, milli}
	if milli <= 0 {
		if err := r.problem(subject, "status.capacity.cpu", "it does not say how many processors it has"); err != nil {
			return err
		}
	}
	return r.to.Device(d)
}

// malformed reports an object that cannot be read. The error may quote it, so only its
// first line is told.
func (r *reading) malformed(subject, place string, err error) error {
	text, _, _ := strings.Cut(err.Error(), "\n")
	return r.problem(subject, place, text)
}

func (r *reading) problem(subject, place, message string) error {
	r.broken++
	return r.to.Problem(connectors.Problem{Kind: connectors.BadData, Subject: subject, Place: place, Message: message})
}

func (r *reading) totals() {
	for _, t := range []connectors.Total{
		{Name: "nodes and containers", Kind: connectors.Device, Count: int64(len(r.nodes)) + r.containers},
		{Name: "pods that do not run", Count: r.idle},
		{Name: "containers that do not run", Count: r.waiting},
		{Name: "ephemeral containers, which are for a person who looks for a fault", Count: r.debug},
		{Name: "containers whose IBM metric is not counted in processors", Count: r.unmetered},
	} {
		r.to.Total(t)
	}
}
