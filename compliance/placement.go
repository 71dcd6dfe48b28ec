package compliance

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Role is a device's part in a failover pair. The names are those that documents
// of metrics read.
type Role uint8

// The roles. The zero value is not known, which is not the same as active: a
// device of no pair is active.
const (
	RoleUnknown Role = iota
	// Active does the work, alone or as the primary of a pair.
	Active
	// PassiveHA takes over when the active one fails and does nothing else.
	PassiveHA
	// PassiveDR takes over when the active one's site is lost.
	PassiveDR
	// PassiveDRAzure is the same on Azure, which Microsoft allows beside the
	// others (Product Terms, SQL Server, fail-over rights).
	PassiveDRAzure
	// ReadableSecondary is a replica that answers queries or takes backups, and is
	// therefore not passive.
	ReadableSecondary
)

var roles = [...]string{"unknown", "active", "passive-ha", "passive-dr", "passive-dr-azure", "readable-secondary"}

// String is the role as documents and exports write it.
func (r Role) String() string {
	if int(r) < len(roles) {
		return roles[r]
	}
	return roles[RoleUnknown]
}

// Passive says that the device does no work until another fails.
func (r Role) Passive() bool { return r == PassiveHA || r == PassiveDR || r == PassiveDRAzure }

// ParseRole reads what [Role.String] writes. Anything else is [RoleUnknown] and
// false.
func ParseRole(s string) (Role, bool) {
	if i := slices.Index(roles[:], s); i >= 0 {
		return Role(i), true
	}
	return RoleUnknown, false
}

// Stay is a stretch of time that a virtual machine spent on one host: from Since
// until the next stay begins, or the snapshot.
type Stay struct {
	Host  DeviceID
	Since time.Time
}

// HostsSince are the hosts on which a virtual machine has run at or after an
// instant, sorted. Rules of mobility ask for it: a license that may move to
// another server every 90 days stays with each of them for so long. It is false
// when the history does not reach back to that instant, so that there may have
// been more.
func (d Device) HostsSince(t time.Time) ([]DeviceID, bool) {
	from, complete := 0, false
	for i, s := range d.Stays {
		if !s.Since.After(t) {
			from, complete = i, true
		}
	}
	var out []DeviceID
	for _, s := range d.Stays[from:] {
		out = append(out, s.Host)
	}
	if d.Host != "" {
		out = append(out, d.Host)
	}
	slices.Sort(out)
	return slices.Compact(out), complete
}

// place checks the facts of where a device may run, and puts them in order in
// memory of its own.
func (d *Device) place() error {
	switch {
	case int(d.Role) >= len(roles):
		return fmt.Errorf("has the role %d", d.Role)
	case d.StandbyFor == d.ID:
		return errors.New("is its own standby")
	case slices.Contains(d.MayRunOn, ""):
		return errors.New("may run on a host without an identifier")
	case slices.ContainsFunc(d.Stays, func(s Stay) bool { return s.Host == "" || s.Since.IsZero() }):
		return errors.New("has a stay without host or instant")
	}
	if d.MayRunOn != nil {
		d.MayRunOn = append([]DeviceID{}, d.MayRunOn...)
		slices.Sort(d.MayRunOn)
		d.MayRunOn = slices.Compact(d.MayRunOn)
	}
	if d.Stays != nil {
		d.Stays = append([]Stay{}, d.Stays...)
		for i := range d.Stays {
			d.Stays[i].Since = d.Stays[i].Since.UTC()
		}
		slices.SortFunc(d.Stays, compareStays)
		d.Stays = slices.Compact(d.Stays)
	}
	return nil
}

func compareStays(a, b Stay) int {
	return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Host, b.Host))
}

// comparePlacement orders reports by the facts of this file; a list that is not
// known comes last.
func comparePlacement(a, b Device) int {
	known := func(d Device) int {
		n := 0
		if d.MayRunOn == nil {
			n++
		}
		if d.Stays == nil {
			n += 2
		}
		return n
	}
	return cmp.Or(cmp.Compare(known(a), known(b)), slices.Compare(a.MayRunOn, b.MayRunOn), slices.CompareFunc(a.Stays, b.Stays, compareStays),
		cmp.Compare(a.Role, b.Role), cmp.Compare(a.StandbyFor, b.StandbyFor), cmp.Compare(a.Chassis, b.Chassis))
}

// placement merges what a second source says of where a device may run.
func (m merger) placement() {
	d, o := m.d, m.other
	if d.MayRunOn == nil {
		d.MayRunOn = o.MayRunOn
	} else if o.MayRunOn != nil && !slices.Equal(d.MayRunOn, o.MayRunOn) {
		m.disagree("may run on", listed(d.MayRunOn), listed(o.MayRunOn))
	}
	if d.Stays == nil {
		d.Stays = o.Stays
	} else if o.Stays != nil && !slices.Equal(d.Stays, o.Stays) {
		m.disagree("stays", stays(d.Stays), stays(o.Stays))
	}
	if d.Role == RoleUnknown {
		d.Role = o.Role
	} else if o.Role != RoleUnknown && o.Role != d.Role {
		m.disagree("role", d.Role.String(), o.Role.String())
	}
	form := string(d.Chassis)
	m.text("chassis", &form, string(o.Chassis))
	d.Chassis = Chassis(form)
	of := string(d.StandbyFor)
	m.text("standby for", &of, string(o.StandbyFor))
	d.StandbyFor = DeviceID(of)
}

// listed is the hosts of a rule in words.
func listed(hosts []DeviceID) string {
	if len(hosts) == 0 {
		return "any host of the cluster"
	}
	out := make([]string, len(hosts))
	for i, h := range hosts {
		out[i] = string(h)
	}
	return strings.Join(out, ", ")
}

func stays(all []Stay) string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = string(s.Host) + " since " + s.Since.Format(time.RFC3339)
	}
	return strings.Join(out, ", ")
}

// placement writes the facts of this file as a record of their own before the
// device's, and none where none is known: estates without them keep their digest.
func (w *canonical) placement(d Device) {
	if d.Chassis != "" {
		w.texts("chassis", string(d.Chassis))
	}
	if d.MayRunOn == nil && d.Stays == nil && d.Role == RoleUnknown && d.StandbyFor == "" {
		return
	}
	w.texts("placement", d.Role.String(), string(d.StandbyFor))
	w.list(d.MayRunOn == nil, len(d.MayRunOn), func(i int) { w.texts(string(d.MayRunOn[i])) })
	w.list(d.Stays == nil, len(d.Stays), func(i int) {
		w.texts(string(d.Stays[i].Host))
		w.instant(d.Stays[i].Since)
	})
}

// list writes a list with its length, 0 when it is not known, else one more than
// it has.
func (w *canonical) list(unknown bool, n int, write func(int)) {
	if unknown {
		w.count(0)
		return
	}
	w.count(n + 1)
	for i := range n {
		write(i)
	}
}
