package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
)

// emit writes every device with its software, in the order of identifiers.
func (f *folder) emit(ctx context.Context) error {
	f.findGuests()
	for _, id := range slices.Sorted(maps.Keys(f.machines)) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := f.machine(id); err != nil {
			return err
		}
	}
	if err := f.unseenGuests(); err != nil {
		return err
	}
	if err := f.networkDevices(); err != nil {
		return err
	}
	f.to.Total(connectors.Total{Name: "devices", Kind: connectors.Device, Count: int64(f.devices)})
	f.to.Total(connectors.Total{Name: "installs", Kind: connectors.Install, Count: int64(f.installs)})
	f.to.Total(connectors.Total{Name: "software rows in files", Count: int64(f.read)})
	f.to.Total(connectors.Total{Name: "software rows superseded by a later file of the same device", Count: int64(f.superseded)})
	return nil
}

// machine writes one device as its files leave it.
func (f *folder) machine(id compliance.DeviceID) error {
	c, err := f.merged(id)
	if err != nil || c == nil {
		return err
	}
	users := f.accounts(c)
	for _, u := range users {
		if f.users[u.ID] {
			continue
		}
		f.users[u.ID] = true
		if err := f.to.User(u); err != nil {
			return err
		}
	}
	d := f.device(id, c, users)
	if g, ok := f.guests[strings.ToLower(c.Hardware.UUID.text())]; ok && g.host != id {
		d.Host = g.host
	}
	if err := f.write(d); err != nil {
		return err
	}
	undated := 0
	for i, s := range c.Software {
		if err := f.install(id, i, s, &undated); err != nil {
			return err
		}
	}
	if undated == 0 {
		return nil
	}
	return f.to.Problem(connectors.Problem{Kind: connectors.BadData, Subject: string(id), Harmless: true,
		Message: fmt.Sprintf("%d install dates are not dates and were left out", undated)})
}

// merged lays the files of a device over one another, the latest on top.
func (f *folder) merged(id compliance.DeviceID) (*content, error) {
	var out *content
	for _, inv := range f.machines[id] {
		d := inv.doc
		if d == nil {
			var err error
			if d, _, err = load(inv.path); err != nil {
				if err := f.problem(inv.path, fmt.Errorf("changed while it was read: %w", err)); err != nil {
					return nil, err
				}
				continue
			}
		}
		inv.doc = nil
		if out == nil || !inv.partial {
			if out != nil {
				f.superseded += len(out.Software)
			}
			c := d.Content
			out = &c
			continue
		}
		f.overlay(out, &d.Content)
	}
	return out, nil
}

// overlay replaces the sections that a partial inventory brings.
func (f *folder) overlay(c, partial *content) {
	if partial.Software != nil {
		f.superseded += len(c.Software)
		c.Software = partial.Software
	}
	if partial.CPUs != nil {
		c.CPUs = partial.CPUs
	}
	if partial.Users != nil {
		c.Users = partial.Users
	}
	if partial.Hardware != (hardware{}) {
		c.Hardware = partial.Hardware
	}
	if partial.OperatingSystem != (operatingSystem{}) {
		c.OperatingSystem = partial.OperatingSystem
	}
	c.AccessLog.LogDate = cmp.Or(partial.AccessLog.LogDate, c.AccessLog.LogDate)
}

func (f *folder) write(d compliance.Device) error {
	d.Entity, d.Country, d.Environment = f.settings["entity"], f.settings["country"], f.settings["environment"]
	f.devices++
	return f.to.Device(d)
}

// accounts are the users that an inventory names.
func (f *folder) accounts(c *content) []compliance.User {
	var out []compliance.User
	add := func(login, domain string) {
		id := compliance.UserID(login)
		if domain != "" {
			id = compliance.UserID(domain + `\` + login)
		}
		known := slices.ContainsFunc(out, func(u compliance.User) bool { return u.ID == id || domain == "" && u.Name == login })
		if login != "" && !known {
			out = append(out, compliance.User{ID: id, Name: login, Entity: f.settings["entity"], Country: f.settings["country"]})
		}
	}
	for _, u := range c.Users {
		add(u.Login.text(), u.Domain.text())
	}
	add(c.Hardware.LastLoggedUser.text(), "")
	return out
}

func (f *folder) install(id compliance.DeviceID, row int, s software, undated *int) error {
	first, err := parseTime(s.InstallDate.text())
	if err != nil {
		*undated++
	}
	title := catalog.Title{
		Publisher: s.Publisher.text(), Name: cmp.Or(s.Name.text(), s.FullName.text()), Version: s.Version.text(),
		ProductCode: s.GUID.text(), Architecture: s.Architecture.text(),
	}
	if title.Name == "" && title.ProductCode == "" {
		f.broken++
		return f.to.Problem(connectors.Problem{Kind: connectors.BadData, Subject: string(id),
			Place: fmt.Sprintf("software row %d", row+1), Message: "has neither a name nor a product code"})
	}
	f.installs++
	return f.to.Install(compliance.Install{Device: id, Title: title, User: compliance.UserID(s.UserName.text()), FirstSeen: first})
}
