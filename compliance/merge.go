package compliance

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// mergeDevices makes one device of all that sources say of it, and adds those
// that only installs name. Reports that come one for each device and in order
// are the devices as they are, and are not copied.
func mergeDevices(reports []Device, named []run) ([]Device, []Disagreement) {
	ascending := true
	for i := 1; i < len(reports); i++ {
		ascending = ascending && reports[i-1].ID < reports[i].ID
	}
	bare := onlyNamed(reports, ascending, named)
	if ascending && len(bare) == 0 {
		return slices.Clip(reports), nil
	}
	all := append(slices.Clone(reports), bare...)
	slices.SortFunc(all, compareReports)
	var differ []Disagreement
	out := all[:0]
	for i := 0; i < len(all); {
		d := all[i]
		j := i + 1
		for ; j < len(all) && all[j].ID == d.ID; j++ {
			m := merger{d: &d, other: all[j], differ: &differ}
			m.merge()
		}
		out = append(out, d)
		i = j
	}
	return out, differ
}

// onlyNamed are devices for the names that no report has.
func onlyNamed(reports []Device, ascending bool, named []run) []Device {
	known := func(DeviceID) bool { return false }
	if ascending {
		next := 0
		known = func(id DeviceID) bool {
			if next >= len(reports) || reports[next].ID != id {
				next, _ = slices.BinarySearchFunc(reports, id, func(d Device, id DeviceID) int { return cmp.Compare(d.ID, id) })
			}
			next++
			return next <= len(reports) && reports[next-1].ID == id
		}
	}
	var out []Device
	for _, r := range named {
		if !known(r.device) {
			out = append(out, Device{ID: r.device})
		}
	}
	return out
}

// compareReports puts the reports of a device in the order in which they count:
// by source, those that only an install made last, then by content so that
// equal sources cannot make the order of arrival matter.
func compareReports(a, b Device) int {
	bare := func(d Device) int {
		if d.Source == "" {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(bare(a), bare(b)), cmp.Compare(a.Source, b.Source),
		b.LastSeen.Compare(a.LastSeen), cmp.Compare(a.Name, b.Name), cmp.Compare(b.Cores, a.Cores), cmp.Compare(b.Sockets, a.Sockets),
		cmp.Compare(b.Threads, a.Threads), cmp.Compare(b.VCPUs, a.VCPUs), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Host, b.Host),
		cmp.Compare(a.Cluster, b.Cluster), cmp.Compare(a.Model, b.Model), cmp.Compare(a.InstanceType, b.InstanceType),
		cmp.Compare(a.Environment, b.Environment), cmp.Compare(a.Country, b.Country), cmp.Compare(a.Entity, b.Entity),
		cmp.Compare(a.OperatingSystem, b.OperatingSystem), cmp.Compare(a.User, b.User), comparePlacement(a, b))
}

type merger struct {
	d      *Device
	other  Device
	differ *[]Disagreement
}

func (m merger) merge() {
	d, o := m.d, m.other
	m.text("name", &d.Name, o.Name)
	if d.Kind == KindUnknown {
		d.Kind = o.Kind
	} else if o.Kind != KindUnknown && o.Kind != d.Kind {
		m.disagree("kind", d.Kind.String(), o.Kind.String())
	}
	m.number("sockets", &d.Sockets, o.Sockets)
	m.number("cores", &d.Cores, o.Cores)
	m.number("threads", &d.Threads, o.Threads)
	m.number("vcpus", &d.VCPUs, o.VCPUs)
	m.text("model", &d.Model, o.Model)
	host, user := string(d.Host), string(d.User)
	m.text("host", &host, string(o.Host))
	m.text("user", &user, string(o.User))
	d.Host, d.User = DeviceID(host), UserID(user)
	m.text("cluster", &d.Cluster, o.Cluster)
	m.placement()
	m.text("instance type", &d.InstanceType, o.InstanceType)
	m.text("environment", &d.Environment, o.Environment)
	m.text("country", &d.Country, o.Country)
	m.text("entity", &d.Entity, o.Entity)
	m.text("operating system", &d.OperatingSystem, o.OperatingSystem)
	if o.LastSeen.After(d.LastSeen) {
		d.LastSeen = o.LastSeen
	}
}

func (m merger) text(fact string, kept *string, other string) {
	if *kept == "" {
		*kept = other
	} else if other != "" && other != *kept {
		m.disagree(fact, *kept, other)
	}
}

func (m merger) number(fact string, kept *int, other int) {
	if *kept == 0 {
		*kept = other
	} else if other != 0 && other != *kept {
		m.disagree(fact, strconv.Itoa(*kept), strconv.Itoa(other))
	}
}

func (m merger) disagree(fact, kept, other string) {
	*m.differ = append(*m.differ, Disagreement{m.d.ID, fact, kept, other, m.d.Source, m.other.Source})
}

// mergeUsers makes one user of all that sources say of it, by the same rule.
func mergeUsers(reports []User) []User {
	all := slices.Clone(reports)
	slices.SortFunc(all, func(a, b User) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Entity, b.Entity), cmp.Compare(a.Country, b.Country), compareActive(a.Active, b.Active))
	})
	var out []User
	for _, u := range all {
		if len(out) == 0 || out[len(out)-1].ID != u.ID {
			out = append(out, u)
			continue
		}
		kept := &out[len(out)-1]
		kept.Name = cmp.Or(kept.Name, u.Name)
		kept.Kind = cmp.Or(kept.Kind, u.Kind)
		kept.Entity = cmp.Or(kept.Entity, u.Entity)
		kept.Country = cmp.Or(kept.Country, u.Country)
		kept.Active = cmp.Or(kept.Active, u.Active)
	}
	return out
}

func compareActive(a, b *bool) int {
	rank := func(p *bool) int {
		switch {
		case p == nil:
			return 2
		case *p:
			return 1
		}
		return 0
	}
	return cmp.Compare(rank(a), rank(b))
}

// age is the time from a source's last full reading to the snapshot, -1 when it
// was never read to its end.
func age(s Source, at time.Time) time.Duration {
	if s.Collected.IsZero() {
		return -1
	}
	return at.Sub(s.Collected)
}
