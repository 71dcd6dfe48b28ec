package wire

import (
	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
)

// Device adds a device. An error means that the row cannot be carried and was
// left out.
func (e *Encoder) Device(d *compliance.Device) error {
	e.begin()
	kind := ""
	if d.Kind != compliance.KindUnknown {
		kind = d.Kind.String()
	}
	role := ""
	if d.Role != compliance.RoleUnknown {
		role = d.Role.String()
	}
	for i, s := range [...]string{string(d.ID), d.Name, kind, d.Model, string(d.Host), d.Cluster, d.InstanceType,
		d.Environment, d.Country, d.Entity, d.OperatingSystem, string(d.User), role, string(d.StandbyFor), string(d.Chassis)} {
		e.text(i, s)
	}
	for i, n := range [...]int64{int64(d.Sockets), int64(d.Cores), int64(d.Threads), int64(d.VCPUs), instant(d.LastSeen)} {
		e.number(i, n)
	}
	e.list(0, d.MayRunOn != nil, len(d.MayRunOn), func(i int) string { return string(d.MayRunOn[i]) })
	e.list(1, d.Stays != nil, len(d.Stays), func(i int) string { return string(d.Stays[i].Host) })
	e.numberList(2, d.Stays != nil, len(d.Stays), func(i int) int64 { return instant(d.Stays[i].Since) })
	return e.end()
}

// User adds a user. An error means that the row cannot be carried and was
// left out.
func (e *Encoder) User(u *compliance.User) error {
	e.begin()
	kind := ""
	if u.Kind != compliance.UserUnknown {
		kind = u.Kind.String()
	}
	for i, s := range [...]string{string(u.ID), u.Name, kind, u.Entity, u.Country} {
		e.text(i, s)
	}
	var active int64
	switch {
	case u.Active == nil:
	case *u.Active:
		active = flagYes
	default:
		active = flagNo
	}
	e.number(0, active)
	return e.end()
}

// Install adds an install. An error means that the row cannot be carried and was
// left out.
func (e *Encoder) Install(r *compliance.Install) error {
	e.begin()
	e.text(0, string(r.Device))
	e.title(1, &r.Title)
	e.text(7, string(r.User))
	e.number(0, instant(r.FirstSeen))
	e.number(1, instant(r.LastUsed))
	return e.end()
}

// Seat adds a seat. An error means that the row cannot be carried and was
// left out.
func (e *Encoder) Seat(s *compliance.Seat) error {
	e.begin()
	e.text(0, string(s.User))
	e.title(1, &s.Title)
	e.number(0, instant(s.Assigned))
	e.number(1, instant(s.LastUsed))
	return e.end()
}

// Usage adds a measured peak. An error means that the row cannot be carried and was
// left out.
func (e *Encoder) Usage(u *compliance.Usage) error {
	e.begin()
	e.title(0, &u.Title)
	e.number(0, instant(u.From))
	e.number(1, instant(u.To))
	e.number(2, int64(u.Peak))
	e.number(3, instant(u.At))
	return e.end()
}

// License adds a purchase. An error means that the row cannot be carried and was
// left out.
func (e *Encoder) License(l *connectors.License) error {
	e.begin()
	e.text(0, l.ID)
	e.title(1, &l.Title)
	for i, s := range [...]string{l.Contract, l.Metric, exact(l.Quantity), exact(l.UnitPrice), l.Currency} {
		e.text(7+i, s)
	}
	e.number(0, instant(l.Start))
	e.number(1, instant(l.End))
	e.number(2, instant(l.MaintenanceEnd))
	return e.end()
}

// Price adds a price. An error means that the row cannot be carried and was
// left out.
func (e *Encoder) Price(p *connectors.PriceEntry) error {
	e.begin()
	e.title(0, &p.Title)
	for i, s := range [...]string{p.Metric, exact(p.Amount), p.Currency} {
		e.text(6+i, s)
	}
	e.number(0, instant(p.From))
	e.number(1, instant(p.To))
	return e.end()
}

// Membership adds a membership. An error means that the row cannot be carried
// and was left out.
func (e *Encoder) Membership(m *connectors.Membership) error {
	e.begin()
	e.text(0, m.Group)
	e.text(1, string(m.User))
	return e.end()
}

// exact is a decimal as text, empty when it is not known.
func exact(d decimal.NullDecimal) string {
	if !d.Valid {
		return ""
	}
	return d.Decimal.String()
}
