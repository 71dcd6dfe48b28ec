// Command trueup-connector-vsphere reads hosts, clusters, virtual machines, the
// rules that confine machines to hosts, and the vendor's own license assets from a
// vCenter or a single ESXi host.
//
// It asks for properties by view, in pages, so that an estate of any size costs a
// few calls. What a host or machine does not say stays unknown: one that is
// disconnected or orphaned is there without its processors.
//
// # Where a machine may run
//
// A machine without a must rule may run on every host of its cluster, so its list
// of hosts is empty and known. A must rule ("must run on hosts in group") confines
// it to the group, two of them to what both allow; "must not run" takes hosts away.
// Should rules confine nothing: the cluster may break them. Rules that are switched
// off do not count.
//
// # License assets
//
// The license that a host was assigned is an install on it, by name and edition;
// what each license has in all and in use are totals of the collection. License keys
// are never passed on.
package main

import (
	"context"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

func main() { sdk.Serve(about(), collector{}) }

func about() connectors.Description {
	return connectors.Description{
		Name:    "vsphere",
		Version: "1.0.0",
		Summary: "reads hosts, clusters, virtual machines, affinity and license assets from a vCenter",
		Kinds:   []connectors.Kind{connectors.Device, connectors.Install},
		Settings: []connectors.Setting{
			{Name: "url", Required: true, Doc: "address of the vCenter or ESXi host, such as https://vcenter.example.org"},
			{Name: "user", Required: true, Doc: "account with the right to read; for license assets also Global.Licenses"},
			{Name: "password", Required: true, Secret: true, Doc: "its password"},
			{Name: "insecure", Default: "false", Values: []string{"true", "false"}, Doc: "true accepts a certificate that cannot be checked"},
			{Name: "thumbprint", Doc: "SHA-256 or SHA-1 thumbprint of the certificate to accept in place of a chain"},
			{Name: "machine-id", Default: "name", Values: []string{"name", "guest-name", "uuid"}, Doc: "what identifies a virtual machine, so that it is the device that other sources know; where that is empty, its name"},
			{Name: "licenses", Default: "true", Values: []string{"true", "false"}, Doc: "whether the vendor's licenses that hosts run under are read"},
			{Name: "entity", Doc: "legal entity of all machines"},
			{Name: "country", Doc: "country of all machines, ISO 3166-1 alpha-2"},
			{Name: "environment", Doc: "environment of all machines, such as production or test"},
		},
	}
}

type collector struct{}

// Check signs in and out.
func (collector) Check(ctx context.Context, s connectors.Settings) error {
	c, err := signIn(ctx, s)
	if err != nil {
		return err
	}
	return c.signOut(ctx)
}
