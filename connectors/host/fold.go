package host

import (
	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
)

// fold is a sink that keeps the last state of every row, in the order in which
// each first came. Rows are known by their keys; see connectors.Remover.
type fold struct {
	devices     ordered[compliance.DeviceID, compliance.Device]
	users       ordered[compliance.UserID, compliance.User]
	installs    ordered[installKey, compliance.Install]
	seats       ordered[seatKey, compliance.Seat]
	usage       ordered[usageKey, compliance.Usage]
	licenses    ordered[string, connectors.License]
	prices      ordered[priceKey, connectors.PriceEntry]
	memberships ordered[connectors.Membership, connectors.Membership]
}

type (
	installKey struct {
		device compliance.DeviceID
		title  catalog.Title
		user   compliance.UserID
	}
	seatKey struct {
		user  compliance.UserID
		title catalog.Title
	}
	usageKey struct {
		title    catalog.Title
		from, to int64
	}
	priceKey struct {
		title            catalog.Title
		metric, currency string
		from             int64
	}
)

var (
	_ connectors.Sink        = (*fold)(nil)
	_ connectors.Remover     = (*fold)(nil)
	_ connectors.LicenseSink = (*fold)(nil)
	_ connectors.PriceSink   = (*fold)(nil)
	_ connectors.GroupSink   = (*fold)(nil)
)

// ordered is a map that remembers in which order its keys came.
type ordered[K comparable, V any] struct {
	at   map[K]int
	rows []entry[V]
}

type entry[V any] struct {
	row  V
	gone bool
}

func (o *ordered[K, V]) put(k K, v V) error {
	if i, ok := o.at[k]; ok {
		o.rows[i] = entry[V]{row: v}
		return nil
	}
	if o.at == nil {
		o.at = map[K]int{}
	}
	o.at[k] = len(o.rows)
	o.rows = append(o.rows, entry[V]{row: v})
	return nil
}

func (o *ordered[K, V]) remove(k K) error {
	if i, ok := o.at[k]; ok {
		o.rows[i] = entry[V]{gone: true}
		delete(o.at, k)
	}
	return nil
}

func (o *ordered[K, V]) count() int64 { return int64(len(o.at)) }

func (o *ordered[K, V]) each(f func(V) error, refused func(error)) {
	for i := range o.rows {
		if o.rows[i].gone {
			continue
		}
		if err := f(o.rows[i].row); err != nil {
			refused(err)
		}
	}
}

func (f *fold) AddDevice(d compliance.Device) error { return f.devices.put(d.ID, d) }
func (f *fold) AddUser(u compliance.User) error     { return f.users.put(u.ID, u) }
func (f *fold) AddInstall(i compliance.Install) error {
	return f.installs.put(installKey{i.Device, i.Title, i.User}, i)
}
func (f *fold) AddSeat(s compliance.Seat) error { return f.seats.put(seatKey{s.User, s.Title}, s) }
func (f *fold) AddUsage(u compliance.Usage) error {
	return f.usage.put(usageKey{u.Title, u.From.Unix(), u.To.Unix()}, u)
}
func (f *fold) AddSource(compliance.Source) error           { return nil }
func (f *fold) AddLicense(l connectors.License) error       { return f.licenses.put(l.ID, l) }
func (f *fold) AddMembership(m connectors.Membership) error { return f.memberships.put(m, m) }
func (f *fold) AddPrice(p connectors.PriceEntry) error {
	return f.prices.put(priceKey{p.Title, p.Metric, p.Currency, p.From.Unix()}, p)
}
func (f *fold) RemoveDevice(id compliance.DeviceID) error { return f.devices.remove(id) }
func (f *fold) RemoveUser(id compliance.UserID) error     { return f.users.remove(id) }
func (f *fold) RemoveInstall(i compliance.Install) error {
	return f.installs.remove(installKey{i.Device, i.Title, i.User})
}
func (f *fold) RemoveSeat(s compliance.Seat) error { return f.seats.remove(seatKey{s.User, s.Title}) }

// counts is how many rows of each kind there are.
func (f *fold) counts() connectors.Counts {
	return connectors.Counts{
		connectors.Device: f.devices.count(), connectors.User: f.users.count(), connectors.Install: f.installs.count(),
		connectors.Seat: f.seats.count(), connectors.Usage: f.usage.count(), connectors.Entitlement: f.licenses.count(),
		connectors.Price: f.prices.count(), connectors.GroupMember: f.memberships.count(),
	}
}

// to hands the rows to a sink, devices first. A kind that it does not take is
// passed over: it was not asked for.
func (f *fold) to(s connectors.Sink, refused func(error)) {
	f.devices.each(s.AddDevice, refused)
	f.users.each(s.AddUser, refused)
	f.installs.each(s.AddInstall, refused)
	f.seats.each(s.AddSeat, refused)
	f.usage.each(s.AddUsage, refused)
	if to, ok := s.(connectors.LicenseSink); ok {
		f.licenses.each(to.AddLicense, refused)
	}
	if to, ok := s.(connectors.PriceSink); ok {
		f.prices.each(to.AddPrice, refused)
	}
	if to, ok := s.(connectors.GroupSink); ok {
		f.memberships.each(to.AddMembership, refused)
	}
}

// discard is a sink that lets the rows of a batch be checked before they are kept.
type discard struct{}

func (discard) AddDevice(compliance.Device) error         { return nil }
func (discard) AddUser(compliance.User) error             { return nil }
func (discard) AddInstall(compliance.Install) error       { return nil }
func (discard) AddSeat(compliance.Seat) error             { return nil }
func (discard) AddUsage(compliance.Usage) error           { return nil }
func (discard) AddSource(compliance.Source) error         { return nil }
func (discard) AddLicense(connectors.License) error       { return nil }
func (discard) AddPrice(connectors.PriceEntry) error      { return nil }
func (discard) AddMembership(connectors.Membership) error { return nil }
func (discard) RemoveDevice(compliance.DeviceID) error    { return nil }
func (discard) RemoveUser(compliance.UserID) error        { return nil }
func (discard) RemoveInstall(compliance.Install) error    { return nil }
func (discard) RemoveSeat(compliance.Seat) error          { return nil }
