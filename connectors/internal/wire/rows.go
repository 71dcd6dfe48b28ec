package wire

import (
	"github.com/trueup-dev/trueup/compliance"
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
		d.Environment, d.Country, d.Entity, d.OperatingSystem, string(d.User), role, string(d.StandbyFor)} {
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
