package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/vmware/govmomi/license"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
)

// readLicenses writes the license that each host runs under, and states what every
// license has in all and in use. An account that may not read them makes a problem,
// and the machines count all the same.
func (e *estate) readLicenses(ctx context.Context, c *client) error {
	manager := license.NewManager(c.Client.Client)
	assets, err := manager.List(ctx)
	if err != nil {
		return e.unread(ctx, err)
	}
	for _, a := range assets {
		name := fmt.Sprintf("license %s by %s", a.Name, cmp.Or(a.CostUnit, "no unit"))
		e.to.Total(connectors.Total{Name: name + ", total", Count: int64(a.Total)})
		e.to.Total(connectors.Total{Name: name + ", used", Count: int64(a.Used)})
	}
	assigner, err := manager.AssignmentManager(ctx)
	if err != nil {
		return e.unread(ctx, err)
	}
	assigned, err := assigner.QueryAssigned(ctx, "")
	if err != nil {
		return e.unread(ctx, err)
	}
	byHost := map[string]types.LicenseManagerLicenseInfo{}
	for _, a := range assigned {
		byHost[a.EntityId] = a.AssignedLicense
	}
	return e.assigned(byHost)
}

// assigned writes installs in the order of the hosts' names.
func (e *estate) assigned(byHost map[string]types.LicenseManagerLicenseInfo) error {
	refs := make([]types.ManagedObjectReference, 0, len(e.hosts))
	for ref := range e.hosts {
		refs = append(refs, ref)
	}
	slices.SortFunc(refs, func(a, b types.ManagedObjectReference) int { return cmp.Compare(e.hosts[a].name, e.hosts[b].name) })
	for _, ref := range refs {
		a, ok := byHost[ref.Value]
		if !ok || a.Name == "" {
			continue
		}
		e.installs++
		title := catalog.Title{Publisher: "VMware", Name: a.Name, Edition: a.EditionKey}
		if err := e.to.Install(compliance.Install{Device: compliance.DeviceID(e.hosts[ref].name), Title: title}); err != nil {
			return err
		}
	}
	return nil
}

func (e *estate) unread(ctx context.Context, err error) error {
	failed := failure(ctx, err)
	if ctx.Err() != nil {
		return failed
	}
	return e.problem(connectors.PermissionDenied, "license assets", fmt.Sprintf("could not be read (%v); grant Global.Licenses, or set licenses to false", err))
}
