// Command trueup-connector-licenseserver reads what license servers say of
// concurrent use: debug logs of FlexNet, and status outputs of FlexNet, RLM, LM-X,
// LS-Dyna, OLicense and DSLS.
//
// Of a log it gives the peak of each feature and calendar day. Where check-ins are
// missing the peak has two bounds (see package usage), and the upper one is given,
// with a note: an audit would count it. Of a status it gives what was in use at its
// instant.
//
// # A log that grows
//
// The cursor remembers of each file how long it was, the checksum of its bytes and
// the instant up to which it was read. A file that still begins with those bytes has
// grown, and only days that go on after that instant are given; the day that was not
// over comes again, longer. A file that begins otherwise was rotated and is read as a
// new one. What a log said never becomes untrue, so nothing is removed.
package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/compliance/usage"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

func main() { sdk.Serve(about(), collector{}) }

func about() connectors.Description {
	return connectors.Description{
		Name:        "licenseserver",
		Version:     "1.0.0",
		Summary:     "reads logs and status outputs of license servers",
		Kinds:       []connectors.Kind{connectors.Usage},
		Incremental: true,
		Settings: []connectors.Setting{
			{Name: "path", Required: true, Doc: "file, or folder whose .log and .txt files are read"},
			{Name: "zone", Default: "UTC", Doc: "zone of the local times in the files, such as Europe/Madrid"},
			{Name: "at", Doc: "when a status was taken that does not say so itself, such as 2026-03-31T12:00:00Z"},
			{Name: "format", Doc: "format of all files, found by content when empty", Values: formats()},
			{Name: "publisher", Doc: "publisher of features whose vendor the files do not name"},
		},
	}
}

func formats() []string {
	names := []string{""}
	for _, f := range usage.Formats() {
		names = append(names, f.String())
	}
	return names
}

type collector struct{}

// Check reports whether the settings are good and there is a file.
func (collector) Check(_ context.Context, s connectors.Settings) error {
	_, err := open(s)
	return err
}

// job is a collection whose settings were found good.
type job struct {
	files     []string
	options   usage.Options
	publisher string
}

func open(s connectors.Settings) (*job, error) {
	j := &job{publisher: s.Values["publisher"]}
	var errs []error
	var err error
	if j.options.Zone, err = time.LoadLocation(s.Values["zone"]); err != nil {
		errs = append(errs, fmt.Errorf("setting zone is %q, want one such as Europe/Madrid", s.Values["zone"]))
	}
	if at := s.Values["at"]; at != "" {
		if j.options.At, err = time.Parse(time.RFC3339, at); err != nil {
			errs = append(errs, fmt.Errorf("setting at is %q, want an instant such as 2026-03-31T12:00:00Z", at))
		}
	}
	j.options.Format = usage.ParseFormat(s.Values["format"])
	if j.files, err = files(s.Values["path"]); err != nil {
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, &connectors.Error{Kind: connectors.BadConfig, Err: err}
	}
	return j, nil
}

// files lists the files to read, in order.
func files(path string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(path, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		ext := strings.ToLower(filepath.Ext(name))
		if name == path || ext == ".log" || ext == ".txt" {
			out = append(out, name)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("setting path: %w", err)
	}
	slices.Sort(out)
	return out, nil
}
