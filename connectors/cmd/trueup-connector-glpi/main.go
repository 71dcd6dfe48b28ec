// Command trueup-connector-glpi reads inventories that GLPI agents (JSON) and
// OCS or FusionInventory agents (XML) wrote into a folder.
//
// Agents write one file for each machine and each run, so a folder holds
// several of one machine after a while. What counts is what the machine is now:
// its latest full inventory, with the sections replaced that a later partial
// one brings. Order is by the time that the agent logged; without one, full
// before partial, then by file name. What an earlier file said is counted as
// superseded, not delivered twice.
//
// The cursor names the files that were read, with their checksums. From it the next
// collection gives only what later files change: rows that are new or different, and
// the removal of those that are gone. It needs the earlier files to be still there.
//
// A file that cannot be read is a problem with file, line and column, and the
// other files count.
package main

import (
	"context"
	"encoding/json"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

func main() { sdk.Serve(about(), collector{}) }

func about() connectors.Description {
	return connectors.Description{
		Name:    "glpi",
		Version: "1.0.0",
		Summary: "reads inventory files of GLPI, OCS and FusionInventory agents from a folder",
		Kinds:   []connectors.Kind{connectors.Device, connectors.User, connectors.Install},

		Incremental: true,
		Settings: []connectors.Setting{
			{Name: "path", Required: true, Doc: "folder with .json, .xml and .ocs files, read with its subfolders; or one file"},
			{Name: "entity", Doc: "legal entity of all machines in the folder"},
			{Name: "country", Doc: "country of all machines in the folder, ISO 3166-1 alpha-2"},
			{Name: "environment", Doc: "environment of all machines in the folder, such as production or test"},
		},
	}
}

type collector struct{}

// Check reports whether the folder can be read.
func (collector) Check(_ context.Context, s connectors.Settings) error {
	_, err := inventoryFiles(s.Values["path"])
	return err
}

// Collect reads the folder.
func (collector) Collect(ctx context.Context, req sdk.Request, to *sdk.Writer) error {
	files, err := inventoryFiles(req.Settings.Values["path"])
	if err != nil {
		return err
	}
	if len(req.Cursor) > 0 {
		return resume(ctx, req, to, files)
	}
	f := &folder{settings: req.Settings.Values, to: to}
	if err := f.index(ctx, files); err != nil {
		return err
	}
	if err := f.emit(ctx); err != nil {
		return err
	}
	if f.broken > 0 {
		// Something of the folder is missing, so absence proves nothing.
		return nil
	}
	sums, err := cursorOf(files)
	if err != nil {
		return err
	}
	cursor, err := json.Marshal(sums)
	if err != nil {
		return err
	}
	return to.Complete("", cursor)
}
