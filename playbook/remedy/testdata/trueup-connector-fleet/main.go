// Command trueup-connector-fleet is a connector over a file that holds a fleet of
// machines. It changes the fleet, and can be told to fail at it in every way there is.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"hash/fnv"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

func main() {
	sdk.Serve(connectors.Description{
		Name: "fleet", Version: "1.0.0", Summary: "reads and changes a fleet in a file",
		Kinds:    []connectors.Kind{connectors.Device, connectors.Install},
		Verbs:    []connectors.Verb{connectors.Remove},
		Settings: []connectors.Setting{{Name: "file", Required: true, Doc: "the fleet"}},
	}, fleet{})
}

// state is the file: since when each machine has not used the software, how often each
// was asked for and how often it was changed.
type state struct {
	Faulty  bool
	LastUse map[string]time.Time
	Asked   map[string]int
	Changed map[string]int
}

type fleet struct{}

func read(file string) (state, error) {
	var s state
	data, err := os.ReadFile(file)
	if err != nil {
		return s, &connectors.Error{Kind: connectors.BadConfig, Err: err}
	}
	return s, json.Unmarshal(data, &s)
}

func (s state) write(file string) error {
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file+".new", data, 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

func (fleet) Collect(_ context.Context, req sdk.Request, to *sdk.Writer) error {
	s, err := read(req.Settings.Values["file"])
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(s.LastUse)) {
		err = errors.Join(err, to.Device(compliance.Device{ID: compliance.DeviceID(id), Kind: compliance.Physical}),
			to.Install(compliance.Install{
				Device: compliance.DeviceID(id), Title: catalog.Title{Publisher: "Autodesk", Name: "Autodesk AutoCAD 2025 - English"},
				FirstSeen: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), LastUsed: s.LastUse[id],
			}))
	}
	return errors.Join(err, to.Complete("", nil))
}

func (fleet) Act(_ context.Context, set connectors.Settings, a connectors.Action) (connectors.Effect, error) {
	file, id := set.Values["file"], a.Target["device"]
	s, err := read(file)
	if err != nil {
		return connectors.Effect{Outcome: connectors.Refused}, err
	}
	used, there := s.LastUse[id]
	e := connectors.Effect{Outcome: connectors.Performed, Before: map[string]string{"install": "present", "used": used.String()}, After: map[string]string{"install": "gone"}}
	if !there {
		e.Outcome, e.Before = connectors.Unchanged, e.After
	}
	if a.DryRun {
		return e, nil
	}
	s.Asked[id]++
	fate := s.fate(id)
	if fate == refuses {
		return connectors.Effect{Outcome: connectors.Refused}, errors.Join(s.write(file),
			&connectors.Error{Kind: connectors.PermissionDenied, Err: errors.New("the machine is locked")})
	}
	if there && fate != diesBefore {
		delete(s.LastUse, id)
		s.Changed[id]++
	}
	if err := s.write(file); err != nil {
		return connectors.Effect{Outcome: connectors.Uncertain}, err
	}
	if fate == diesBefore || fate == diesAfter {
		os.Exit(3)
	}
	return e, nil
}

// The ways in which a machine does not do as it is told: of 20 machines 1 refuses, 1
// breaks off the first time before anything happened, and 2 after it had.
const (
	obeys = iota
	refuses
	diesBefore
	diesAfter
)

func (s state) fate(id string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	switch n := h.Sum32() % 20; {
	case !s.Faulty:
		return obeys
	case n == 0:
		return refuses
	case n == 1 && s.Asked[id] == 1:
		return diesBefore
	case n == 2 || n == 3:
		return diesAfter
	}
	return obeys
}
