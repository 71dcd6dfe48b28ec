// Command trueup-connector-rvtools reads what RVTools exported of a vSphere
// estate: workbooks, or folders of one CSV file a tab.
//
// Of the tabs it reads vHost (hosts: sockets, cores, processor model, cluster),
// vInfo (virtual machines: host, cluster, processors, operating system) and
// vCluster, whose counts it compares with the hosts that are there. vCPU repeats
// what vInfo says of processors; the other tabs hold nothing that is licensed.
//
// Several exports in one folder are one estate. Clusters and machines of one name
// in two places are kept apart by what tells them apart: the vCenter, the data
// center, the identifier.
package main

import (
	"context"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/sdk"
	"github.com/trueup-dev/trueup/connectors/sheets/grid"
)

func main() { sdk.Serve(about(), collector{}) }

func about() connectors.Description {
	return connectors.Description{
		Name:    "rvtools",
		Version: "1.0.0",
		Summary: "reads hosts, clusters and virtual machines from RVTools exports",
		Kinds:   []connectors.Kind{connectors.Device},
		Settings: []connectors.Setting{
			{Name: "path", Required: true, Doc: "workbook that RVTools exported, or folder with workbooks or with one CSV file a tab"},
			{Name: "machine-id", Default: "name", Values: []string{"name", "dns-name", "uuid"}, Doc: "what identifies a virtual machine, so that it is the device that other sources know; where that is empty, its name"},
			{Name: "templates", Default: "leave-out", Values: []string{"leave-out", "include"}, Doc: "whether templates and placeholders, which cannot run, are machines"},
			{Name: "entity", Doc: "legal entity of all machines"},
			{Name: "country", Doc: "country of all machines, ISO 3166-1 alpha-2"},
			{Name: "environment", Doc: "environment of all machines, such as production or test"},
		},
	}
}

type collector struct{}

// Check reports whether there is a tab to read.
func (collector) Check(_ context.Context, s connectors.Settings) error {
	_, err := tabsOf(s.Values["path"])
	return err
}

// Collect reads the tabs: hosts first, so that machines find theirs.
func (collector) Collect(ctx context.Context, req sdk.Request, to *sdk.Writer) error {
	tabs, err := tabsOf(req.Settings.Values["path"])
	if err != nil {
		return err
	}
	e := &export{settings: req.Settings.Values, to: to, hosts: map[string]bool{}, taken: map[string]bool{}, clusters: map[clusterKey]*cluster{}}
	for _, step := range []struct {
		tab string
		row func(row) error
	}{{"vHost", e.keepHost}, {"vCluster", e.keepCluster}, {"vInfo", e.keepMachine}} {
		if err := e.read(ctx, tabs[step.tab], step.tab, step.row); err != nil {
			return err
		}
	}
	if err := e.write(); err != nil {
		return err
	}
	e.to.Total(connectors.Total{Name: "hosts and virtual machines", Kind: connectors.Device, Count: e.written})
	e.to.Total(connectors.Total{Name: "templates and placeholders left out", Count: e.leftOut})
	if e.broken > 0 || len(tabs["vHost"]) == 0 || len(tabs["vInfo"]) == 0 {
		return nil
	}
	return to.Complete("", nil)
}

// tabsOf finds the tables by tab.
func tabsOf(path string) (map[string][]grid.Entry, error) {
	all, err := grid.List(path)
	if err != nil {
		return nil, &connectors.Error{Kind: connectors.BadConfig, Err: err}
	}
	return tabsAmong(path, all)
}
