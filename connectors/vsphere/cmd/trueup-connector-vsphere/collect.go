package main

import (
	"context"
	"errors"

	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

// estate is one reading of a vCenter.
type estate struct {
	settings map[string]string
	to       *sdk.Writer

	clusters map[types.ManagedObjectReference]*clusterFacts
	hosts    map[types.ManagedObjectReference]hostFacts
	taken    map[string]bool
	leftOut  int64
	broken   int

	devices, installs int64
}

// clusterFacts are what a cluster says of where machines may run.
type clusterFacts struct {
	name       string
	rulesKnown bool
	confined   map[types.ManagedObjectReference]map[types.ManagedObjectReference]bool
}

type hostFacts struct {
	name    string
	cluster *clusterFacts
}

// Collect reads clusters, hosts, machines and licenses, in this order.
func (collector) Collect(ctx context.Context, req sdk.Request, to *sdk.Writer) (err error) {
	c, err := signIn(ctx, req.Settings)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.signOut(ctx)) }()
	e := &estate{
		settings: req.Settings.Values, to: to, taken: map[string]bool{},
		clusters: map[types.ManagedObjectReference]*clusterFacts{}, hosts: map[types.ManagedObjectReference]hostFacts{},
	}
	if c.ServiceContent.About.ApiType == "VirtualCenter" {
		if err := read(ctx, c, "ClusterComputeResource", []string{"name", "host", "configurationEx"}, e.cluster); err != nil {
			return err
		}
	}
	if err := e.readHosts(ctx, c); err != nil {
		return err
	}
	if err := e.readMachines(ctx, c); err != nil {
		return err
	}
	if req.Settings.Values["licenses"] == "true" {
		if err := e.readLicenses(ctx, c); err != nil {
			return err
		}
	}
	to.Total(connectors.Total{Name: "hosts and virtual machines", Kind: connectors.Device, Count: e.devices})
	to.Total(connectors.Total{Name: "licenses assigned to hosts", Kind: connectors.Install, Count: e.installs})
	to.Total(connectors.Total{Name: "templates left out", Count: e.leftOut})
	if e.broken > 0 {
		return nil
	}
	return to.Complete("", nil)
}

func (e *estate) cluster(c mo.ClusterComputeResource) error {
	facts := &clusterFacts{name: c.Name}
	if config, ok := c.ConfigurationEx.(*types.ClusterConfigInfoEx); ok {
		facts.rulesKnown = true
		facts.confined = confine(config, c.Host)
	}
	e.clusters[c.Self] = facts
	return nil
}

func (e *estate) problem(kind connectors.ErrorKind, subject, message string) error {
	e.broken++
	return e.to.Problem(connectors.Problem{Kind: kind, Subject: subject, Message: message})
}
