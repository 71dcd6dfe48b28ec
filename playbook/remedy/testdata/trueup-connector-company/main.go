// Command trueup-connector-company is a connector over a file that holds a company's
// machines, people, installs and seats. It takes installs and seats away, and can be told
// at which of them to fail, and how.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"slices"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

func main() {
	sdk.Serve(connectors.Description{
		Name: "company", Version: "1.0.0", Summary: "reads and changes a company in a file",
		Kinds:    []connectors.Kind{connectors.Device, connectors.User, connectors.Install, connectors.Seat},
		Verbs:    []connectors.Verb{connectors.Remove, connectors.Reclaim},
		Settings: []connectors.Setting{{Name: "file", Required: true, Doc: "the company"}},
	}, company{})
}

// state is the file, with what becomes of some rows, how often each was asked to go
// and how often it went.
type state struct {
	Fates    map[string]string
	Devices  []compliance.Device
	Users    []compliance.User
	Installs []compliance.Install
	Seats    []compliance.Seat
	Asked    map[string]int
	Changed  map[string]int
}

type company struct{}

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

func (company) Collect(_ context.Context, req sdk.Request, to *sdk.Writer) error {
	s, err := read(req.Settings.Values["file"])
	if err != nil {
		return err
	}
	for _, d := range s.Devices {
		err = errors.Join(err, to.Device(d))
	}
	for _, u := range s.Users {
		err = errors.Join(err, to.User(u))
	}
	for _, x := range s.Installs {
		err = errors.Join(err, to.Install(x))
	}
	for _, x := range s.Seats {
		err = errors.Join(err, to.Seat(x))
	}
	return errors.Join(err, to.Complete("", nil))
}

func (company) Act(_ context.Context, set connectors.Settings, a connectors.Action) (connectors.Effect, error) {
	file := set.Values["file"]
	s, err := read(file)
	if err != nil {
		return connectors.Effect{Outcome: connectors.Refused}, err
	}
	row := a.Target["device"] + a.Target["user"] + "/" + a.Target["name"]
	install := func(x compliance.Install) bool {
		return a.Kind == connectors.Install && string(x.Device) == a.Target["device"] && x.Title.Name == a.Target["name"]
	}
	seat := func(x compliance.Seat) bool {
		return a.Kind == connectors.Seat && string(x.User) == a.Target["user"] && x.Title.Name == a.Target["name"]
	}
	there := slices.ContainsFunc(s.Installs, install) || slices.ContainsFunc(s.Seats, seat)
	e := connectors.Effect{Outcome: connectors.Performed, Before: map[string]string{"row": "present"}, After: map[string]string{"row": "gone"}}
	if !there {
		e.Outcome, e.Before = connectors.Unchanged, e.After
	}
	if a.DryRun {
		return e, nil
	}
	s.Asked[row]++
	fate := s.fate(row)
	if fate == refuses {
		return connectors.Effect{Outcome: connectors.Refused}, errors.Join(s.write(file),
			&connectors.Error{Kind: connectors.PermissionDenied, Err: errors.New("it is locked")})
	}
	if there && fate != diesBefore {
		s.Installs, s.Seats = slices.DeleteFunc(s.Installs, install), slices.DeleteFunc(s.Seats, seat)
		s.Changed[row]++
	}
	if err := s.write(file); err != nil {
		return connectors.Effect{Outcome: connectors.Uncertain}, err
	}
	if fate == diesBefore || fate == diesAfter {
		os.Exit(3)
	}
	return e, nil
}

// The ways in which a row does not go as it is told: it is refused, or the connector dies,
// the first time before anything happened, or after it had.
const (
	refuses    = "refuses"
	diesBefore = "dies before"
	diesAfter  = "dies after"
)

func (s state) fate(row string) string {
	fate := s.Fates[row]
	if fate == diesBefore && s.Asked[row] > 1 {
		return ""
	}
	return fate
}
