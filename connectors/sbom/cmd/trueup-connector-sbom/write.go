package main

import (
	"fmt"
	"maps"
	"slices"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
)

// state is what documents say in all.
type state struct {
	devices  map[string]compliance.Device
	installs map[compliance.Install]bool
	bought   map[string]connectors.License
	// order are the installs as they come.
	order []compliance.Install
}

// stateOf lays documents together, in the order of their paths.
func (r *reading) stateOf(c cursor) state {
	s := state{devices: map[string]compliance.Device{}, installs: map[compliance.Install]bool{}, bought: map[string]connectors.License{}}
	for _, path := range slices.Sorted(maps.Keys(c)) {
		d := c[path]
		device := s.devices[d.Device]
		device.ID, device.Entity, device.Environment = compliance.DeviceID(d.Device), r.settings["entity"], r.settings["environment"]
		if device.Name == "" {
			device.Name = d.Name
		}
		if d.Kind == "container" {
			device.Kind = compliance.Container
		}
		s.devices[d.Device] = device
		for _, t := range d.Titles {
			s.install(compliance.Install{Device: device.ID, Title: t})
		}
		for _, p := range d.Bought {
			s.bought[p.ID] = connectors.License{ID: p.ID, Title: p.Title, Metric: p.Metric, Contract: p.Order, End: p.Expiration}
		}
	}
	return s
}

// install notes an install once.
func (s *state) install(i compliance.Install) {
	if !s.installs[i] {
		s.installs[i] = true
		s.order = append(s.order, i)
	}
}

// write gives the difference between what the documents said and what they say.
func (r *reading) write() error {
	if err := r.stale(); err != nil {
		return err
	}
	before, now := r.stateOf(r.before), r.stateOf(r.now)
	for _, id := range slices.Sorted(maps.Keys(now.devices)) {
		was, known := before.devices[id]
		if d := now.devices[id]; !known || was.Name != d.Name || was.Kind != d.Kind {
			if err := r.to.Device(d); err != nil {
				return err
			}
		}
	}
	for _, i := range now.order {
		if before.installs[i] {
			continue
		}
		if err := r.to.Install(i); err != nil {
			return err
		}
	}
	for _, id := range slices.Sorted(maps.Keys(now.bought)) {
		if l := now.bought[id]; l != before.bought[id] {
			if err := r.to.License(l); err != nil {
				return err
			}
		}
	}
	r.totals(now, len(r.before) == 0)
	return r.takeAway(before, now)
}

// stale refuses a cursor from which it cannot be told what is gone.
func (r *reading) stale() error {
	for _, path := range slices.Sorted(maps.Keys(r.before)) {
		was, is := r.before[path], r.now[path]
		if is == was {
			continue
		}
		if was.Lacking {
			return badCursor("%s is gone or changed, and the cursor does not have what it said", path)
		}
		for _, p := range was.Bought {
			if is == nil || !slices.ContainsFunc(is.Bought, func(q purchase) bool { return q.ID == p.ID }) {
				return badCursor("%s no longer tells of a purchase of %s", path, p.Title.Name)
			}
		}
	}
	return nil
}

func badCursor(format string, args ...any) error {
	return &connectors.Error{Kind: connectors.BadCursor, Err: fmt.Errorf(format+": collect again without a cursor", args...)}
}

// takeAway removes what is no longer said.
func (r *reading) takeAway(before, now state) error {
	for _, i := range before.order {
		if now.installs[i] {
			continue
		}
		if err := r.to.DeleteInstall(i); err != nil {
			return err
		}
	}
	for _, id := range slices.Sorted(maps.Keys(before.devices)) {
		if _, kept := now.devices[id]; kept {
			continue
		}
		if err := r.to.DeleteDevice(compliance.DeviceID(id)); err != nil {
			return err
		}
	}
	return nil
}

// totals states what was passed over, and in a full reading what there is.
func (r *reading) totals(now state, full bool) {
	for _, what := range slices.Sorted(maps.Keys(r.passed)) {
		r.to.Total(connectors.Total{Name: what, Count: int64(r.passed[what])})
	}
	if full {
		r.to.Total(connectors.Total{Name: "devices", Kind: connectors.Device, Count: int64(len(now.devices))})
		r.to.Total(connectors.Total{Name: "installs", Kind: connectors.Install, Count: int64(len(now.order))})
	}
}
