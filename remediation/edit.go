package remediation

import (
	"fmt"
	"slices"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
)

// edit is what actions change of an estate. Rows that only go are left out of the
// estate as it stands, which is quick; anything else makes it anew.
type edit struct {
	of      *compliance.Estate
	gone    map[row]bool
	become  map[row]catalog.Title
	devices map[compliance.DeviceID][]func(*compliance.Device)
	scrap   map[compliance.DeviceID]bool
	given   []Action
	in      compliance.Input
}

func newEdit(in compliance.Input) *edit {
	return &edit{in.Estate, map[row]bool{}, map[row]catalog.Title{}, map[compliance.DeviceID][]func(*compliance.Device){}, map[compliance.DeviceID]bool{}, nil, in}
}

// note takes in an action that changes the estate, and says whether it is one.
func (e *edit) note(a Action) bool {
	switch a.Verb {
	case Uninstall, Unassign:
		e.gone[a.row()] = true
	case Replace:
		e.become[a.row()] = a.To
	case Assign:
		e.given = append(e.given, a)
	case Relocate, Confine, Shrink:
		e.devices[a.Device] = append(e.devices[a.Device], func(d *compliance.Device) { a.change(d, e.of) })
	case Scrap:
		e.scrap[a.Device] = true
	case spared:
		e.spare(a)
	default:
		return false
	}
	return true
}

// spare takes away all rows of a product that make a user, or a device, need it.
func (e *edit) spare(a Action) {
	is := recogniser(e.in, a.Product)
	for s := range e.of.Seats() {
		if a.User != "" && s.User == a.User && is(s.Title) {
			e.gone[row{true, "", s.User, s.Title}] = true
		}
	}
	for x := range e.of.Installs() {
		d, _ := e.of.Device(x.Device)
		theirs := a.User != "" && (x.User == a.User || x.User == "" && d.User == a.User)
		if (theirs || a.Device != "" && (x.Device == a.Device || d.Host == a.Device)) && is(x.Title) {
			e.gone[row{false, x.Device, x.User, x.Title}] = true
		}
	}
}

// row is the row of the estate that an action is about. An action on a seat names
// no device.
func (a Action) row() row {
	if a.Verb == Unassign || a.Device == "" {
		return row{true, "", a.User, a.Title}
	}
	return row{false, a.Device, a.User, a.Title}
}

// change makes a machine what it is after the action.
func (a Action) change(d *compliance.Device, e *compliance.Estate) {
	switch a.Verb {
	case Relocate:
		d.Host = a.Hosts[0]
		if d.Stays != nil {
			d.Stays = append(slices.Clone(d.Stays), compliance.Stay{Host: d.Host, Since: e.At()})
		}
	case Confine:
		d.MayRunOn = a.Hosts
	case Shrink:
		d.VCPUs = a.Processors
	}
}

// estate is the estate after all that was noted.
func (e *edit) estate() (*compliance.Estate, error) {
	if len(e.devices)+len(e.scrap)+len(e.given)+len(e.become) > 0 {
		return e.anew()
	}
	if len(e.gone) == 0 {
		return e.of, nil
	}
	return e.of.Where(
		func(x compliance.Install) bool { return !e.gone[row{false, x.Device, x.User, x.Title}] },
		func(s compliance.Seat) bool { return !e.gone[row{true, "", s.User, s.Title}] }), nil
}

// anew makes the estate again from its facts, with the changes among them.
func (e *edit) anew() (*compliance.Estate, error) {
	b := compliance.NewBuilder(e.of.At())
	var failed error
	try := func(err error) {
		if failed == nil && err != nil {
			failed = fmt.Errorf("remediation: what-if: %w", err)
		}
	}
	fewer := map[compliance.SourceID]int{}
	for d := range e.of.Devices() {
		if e.scrap[d.ID] {
			continue
		}
		for _, change := range e.devices[d.ID] {
			change(&d)
		}
		try(b.AddDevice(d))
	}
	for u := range e.of.Users() {
		try(b.AddUser(u))
	}
	for x := range e.of.Installs() {
		r := row{false, x.Device, x.User, x.Title}
		if e.gone[r] || e.scrap[x.Device] {
			fewer[x.Source]++
			continue
		}
		if to, ok := e.become[r]; ok {
			x.Title = to
		}
		try(b.AddInstall(x))
	}
	for s := range e.of.Seats() {
		r := row{true, "", s.User, s.Title}
		if e.gone[r] {
			continue
		}
		if to, ok := e.become[r]; ok {
			s.Title = to
		}
		try(b.AddSeat(s))
	}
	for _, a := range e.given {
		if a.Device == "" {
			try(b.AddSeat(compliance.Seat{User: a.User, Title: a.Title, Assigned: e.of.At(), Source: a.Source}))
			continue
		}
		try(b.AddInstall(compliance.Install{Device: a.Device, User: a.User, Title: a.Title, FirstSeen: e.of.At(), Source: a.Source}))
	}
	for u := range e.of.Usage() {
		try(b.AddUsage(u))
	}
	for _, s := range e.of.Sources() {
		// What is taken away on purpose is not lost.
		if s.Installs >= 0 {
			s.Installs = max(s.Installs-fewer[s.ID], 0)
		}
		try(b.AddSource(s))
	}
	return b.Build(), failed
}
