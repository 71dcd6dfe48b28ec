package remediation

import (
	"fmt"
	"slices"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
)

// holdings are the installs, seats and usage of some products, found in one pass
// over the estate.
type holdings map[catalog.ProductKey]*holding

// hosts are the machines of clusters, and those on which others run: where a machine
// may be moved to, and what metrics of whole clusters count.
func hosts(e *compliance.Estate) []compliance.Device {
	running := map[compliance.DeviceID]bool{}
	for d := range e.Devices() {
		running[d.Host] = true
	}
	var out []compliance.Device
	for d := range e.Devices() {
		if d.Kind == compliance.Physical && (d.Cluster != "" || running[d.ID]) {
			out = append(out, d)
		}
	}
	return out
}

type holding struct {
	installs []compliance.Install
	seats    []compliance.Seat
	usage    []compliance.Usage
}

// holdings finds what the estate holds of the products of some positions.
func (r Request) holdings(positions []compliance.Position) holdings {
	out := holdings{}
	for _, p := range positions {
		for _, product := range r.family(p.Product) {
			out[product] = &holding{}
		}
	}
	known := map[catalog.Title]*holding{}
	of := func(t catalog.Title) *holding {
		h, seen := known[t]
		if !seen {
			h = out[r.Input.Catalog.Recognise(t).Product.Key]
			known[t] = h
		}
		return h
	}
	for x := range r.Input.Estate.Installs() {
		if h := of(x.Title); h != nil {
			h.installs = append(h.installs, x)
		}
	}
	for s := range r.Input.Estate.Seats() {
		if h := of(s.Title); h != nil {
			h.seats = append(h.seats, s)
		}
	}
	for u := range r.Input.Estate.Usage() {
		if h := of(u.Title); h != nil {
			h.usage = append(h.usage, u)
		}
	}
	return out
}

// family is a product with the suites that may be given to who has it, where the
// policy allows that, and their members.
func (r Request) family(product catalog.ProductKey) []catalog.ProductKey {
	out := []catalog.ProductKey{product}
	if _, ok := r.Policy.actions[Cover]; !ok {
		return out
	}
	for _, l := range r.Input.Licensing {
		if l.Suite != nil && slices.Contains(l.Suite.Members, product) {
			out = append(append(out, l.Product), l.Suite.Members...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// narrow cuts an input down to some products: their installs, seats and usage, the
// devices and users behind them, their hosts, and what was bought of them.
func (hs holdings) narrow(in compliance.Input, products []catalog.ProductKey) (compliance.Input, error) {
	h := &holding{}
	for _, p := range products {
		one := hs[p]
		h.installs, h.seats, h.usage = append(h.installs, one.installs...), append(h.seats, one.seats...), append(h.usage, one.usage...)
	}
	b := compliance.NewBuilder(in.Estate.At())
	for _, s := range in.Estate.Sources() {
		// What a source states in all says nothing about a part of it.
		s.Devices, s.Installs = -1, -1
		if err := b.AddSource(s); err != nil {
			return in, fmt.Errorf("remediation: %w", err)
		}
	}
	if err := h.add(b, in.Estate); err != nil {
		return in, fmt.Errorf("remediation: %w", err)
	}
	out := in
	out.Estate, out.Entitlements, out.Licensing = b.Build(), nil, nil
	for _, e := range in.Entitlements {
		if slices.Contains(products, e.Product) {
			out.Entitlements = append(out.Entitlements, e)
		}
	}
	for _, l := range in.Licensing {
		if slices.Contains(products, l.Product) {
			out.Licensing = append(out.Licensing, l)
		}
	}
	return out, nil
}

// add puts the holding into a builder, with the devices and users behind it.
func (h *holding) add(b *compliance.Builder, e *compliance.Estate) error {
	devices, users := map[compliance.DeviceID]bool{}, map[compliance.UserID]bool{}
	virtual := false
	for _, x := range h.installs {
		if d, ok := e.Device(x.Device); ok && d.Host != "" {
			virtual = true
		}
		if err := addDevice(b, e, x.Device, devices, users); err != nil {
			return err
		}
		if err := addUser(b, e, x.User, users); err != nil {
			return err
		}
		if err := b.AddInstall(x); err != nil {
			return err
		}
	}
	if virtual {
		for _, d := range hosts(e) {
			if err := addDevice(b, e, d.ID, devices, users); err != nil {
				return err
			}
		}
	}
	for _, s := range h.seats {
		if err := addUser(b, e, s.User, users); err != nil {
			return err
		}
		if err := b.AddSeat(s); err != nil {
			return err
		}
	}
	for _, u := range h.usage {
		if err := b.AddUsage(u); err != nil {
			return err
		}
	}
	return nil
}

// addDevice adds a device once, with its host and its user.
func addDevice(b *compliance.Builder, e *compliance.Estate, id compliance.DeviceID, devices map[compliance.DeviceID]bool, users map[compliance.UserID]bool) error {
	d, ok := e.Device(id)
	if !ok || devices[id] {
		return nil
	}
	devices[id] = true
	if err := b.AddDevice(d); err != nil {
		return err
	}
	if err := addUser(b, e, d.User, users); err != nil {
		return err
	}
	return addDevice(b, e, d.Host, devices, users)
}

func addUser(b *compliance.Builder, e *compliance.Estate, id compliance.UserID, users map[compliance.UserID]bool) error {
	u, ok := e.User(id)
	if !ok || users[id] {
		return nil
	}
	users[id] = true
	return b.AddUser(u)
}
