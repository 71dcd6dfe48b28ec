// Command connector-template is a connector to start from: it reads a CSV file
// with the columns host, publisher, name and version.
package main

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"os"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

func main() {
	sdk.Serve(connectors.Description{
		Name: "template", Version: "1.0.0", Summary: "reads installs from a CSV file",
		Kinds:    []connectors.Kind{connectors.Device, connectors.Install},
		Settings: []connectors.Setting{{Name: "file", Required: true, Doc: "CSV file with host, publisher, name, version"}},
	}, template{})
}

type template struct{}

// Collect reads the file.
func (template) Collect(_ context.Context, req sdk.Request, to *sdk.Writer) error {
	f, err := os.Open(req.Settings.Values["file"])
	if err != nil {
		return &connectors.Error{Kind: connectors.BadConfig, Err: err}
	}
	defer func() { _ = f.Close() }()
	r := csv.NewReader(f)
	r.FieldsPerRecord = 4
	seen := map[string]bool{}
	for row := 0; ; row++ {
		cell, err := r.Read()
		switch {
		case errors.Is(err, io.EOF):
			return to.Complete("", nil)
		case err != nil:
			return &connectors.Error{Kind: connectors.BadData, Err: err}
		case row == 0:
			continue // the headings
		}
		if id := compliance.DeviceID(cell[0]); !seen[cell[0]] {
			seen[cell[0]] = true
			err = to.Device(compliance.Device{ID: id, Name: cell[0]})
		}
		title := catalog.Title{Publisher: cell[1], Name: cell[2], Version: cell[3]}
		if err = errors.Join(err, to.Install(compliance.Install{Device: compliance.DeviceID(cell[0]), Title: title})); err != nil {
			return err
		}
	}
}
