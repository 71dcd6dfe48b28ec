// Command trueup-connector-local inventories the machine that it runs on: the
// packages of dpkg or rpm, the processors, and whether the machine is virtual.
//
// It reads files and changes nothing. The database of dpkg is read directly;
// that of rpm is asked through the rpm program, because its format changes from
// one distribution to the next.
package main

import (
	"context"
	"io/fs"
	"os"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

func main() { sdk.Serve(about(), collector{}) }

func about() connectors.Description {
	return connectors.Description{
		Name:    "local",
		Version: "1.0.0",
		Summary: "inventories the machine that it runs on",
		Kinds:   []connectors.Kind{connectors.Device, connectors.Install},
		Settings: []connectors.Setting{
			{Name: "device_id", Doc: "identifier of the machine; its host name when empty"},
			{Name: "root", Default: "/", Doc: "where the machine's file system begins, for reading one that is mounted elsewhere"},
			{Name: "entity", Doc: "legal entity of the machine"},
			{Name: "country", Doc: "country of the machine, ISO 3166-1 alpha-2"},
			{Name: "environment", Doc: "environment of the machine, such as production or test"},
		},
	}
}

type collector struct{}

// Collect reads the machine.
func (collector) Collect(ctx context.Context, req sdk.Request, to *sdk.Writer) error {
	settings := req.Settings.Values
	m := machine{root: os.DirFS(settings["root"]), live: settings["root"] == "/", to: to}
	d, err := m.device(ctx)
	if err != nil {
		return err
	}
	if id := settings["device_id"]; id != "" {
		d.ID = compliance.DeviceID(id)
	}
	d.Entity, d.Country, d.Environment = settings["entity"], settings["country"], settings["environment"]
	if err := to.Device(d); err != nil {
		return err
	}
	whole, err := m.packages(ctx, d.ID)
	if err != nil || !whole {
		return err
	}
	return to.Complete("", nil)
}

// machine is one file system to read.
type machine struct {
	root fs.FS
	// live is true when the file system is that of the running machine, whose
	// programs can be asked.
	live bool
	to   *sdk.Writer

	installs int
}
