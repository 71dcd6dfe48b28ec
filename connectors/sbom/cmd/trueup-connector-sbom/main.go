// Command trueup-connector-sbom reads documents that say what software something is made
// of or has installed: SWID tags (ISO/IEC 19770-2:2015), CycloneDX in JSON and XML, and
// SPDX 2 in JSON and as tags and values.
//
// # Whose software it is
//
// A SWID tag lies on the machine that has the software, so the tags of one folder are of
// one device, which the folder names. A CycloneDX or SPDX document describes one thing,
// such as an image or an appliance, so each is a device of its own. What the documents
// list are its installs, once each, whichever document says so.
//
// # What is no install
//
// Tags of patches and of installation media, and supplements to other tags; components
// that are files, data, devices or keys; components that the document excludes. They are
// counted in the totals. Declared open source licences are not part of the model; what
// CycloneDX says of a purchase (order, kind, expiration) is an entitlement whose quantity
// is not known.
//
// # How it follows changes
//
// The cursor has the checksum of each document and what it said, so that only documents
// that changed are read, and what a document that is gone said is taken away, unless
// another still says it.
package main

import (
	"context"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

func main() { sdk.Serve(about(), collector{}) }

func about() connectors.Description {
	return connectors.Description{
		Name:    "sbom",
		Version: "1.0.0",
		Summary: "reads SWID tags, CycloneDX and SPDX documents from a folder",
		Kinds:   []connectors.Kind{connectors.Device, connectors.Install, connectors.Entitlement},

		Incremental: true,
		Settings: []connectors.Setting{
			{Name: "path", Required: true, Doc: "folder with .json, .xml, .swidtag, .cdx and .spdx files, read with its subfolders; or one file"},
			{Name: "device", Doc: "device that all documents are of; by default folders of tags and single documents name their own"},
			{Name: "entity", Doc: "legal entity of all devices"},
			{Name: "environment", Doc: "environment of all devices, such as production or test"},
		},
	}
}

type collector struct{}

// Check reports whether the folder can be read.
func (collector) Check(_ context.Context, s connectors.Settings) error {
	_, err := listed(s.Values["path"])
	return err
}

// Collect reads the documents that the cursor does not have.
func (collector) Collect(ctx context.Context, req sdk.Request, to *sdk.Writer) error {
	before, err := parseCursor(req.Cursor)
	if err != nil {
		return err
	}
	files, err := listed(req.Settings.Values["path"])
	if err != nil {
		return err
	}
	r := &reading{settings: req.Settings.Values, to: to, before: before, now: cursor{}}
	for i, path := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := to.Progress(path, i, len(files)); err != nil {
			return err
		}
		if err := r.file(path); err != nil {
			return err
		}
	}
	if err := r.write(); err != nil {
		return err
	}
	data, err := r.now.encode()
	if err != nil {
		return err
	}
	switch {
	case len(req.Cursor) > 0:
		return to.Checkpoint(data)
	case r.broken > 0:
		return nil
	}
	return to.Complete("", data)
}
