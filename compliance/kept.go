package compliance

import (
	"hash/maphash"
	"slices"

	"github.com/trueup-dev/trueup/internal/columns"
)

// kept are the devices and uses that a tally cannot count as alike.
type kept struct {
	devices map[DeviceID]*keptDevice
	// wanted are the hosts of kept virtual machines.
	wanted map[DeviceID]bool
	users  *columns.Dictionary[UserID]
	uses   int
	// estate is made of them when asked for; nil once they changed.
	estate *Estate
}

// keptDevice is a device with those of its uses that are kept. Its operating system
// is blank unless it is one of them.
type keptDevice struct {
	device  Device
	rows    []row // titles and users by their numbers
	sources []uint16
	isWhole bool
}

func newKept() kept {
	return kept{devices: map[DeviceID]*keptDevice{}, wanted: map[DeviceID]bool{}, users: columns.NewDictionary[UserID]()}
}

// whole says whether everything is kept of a device that hosts others.
func (k *kept) whole(id DeviceID) bool {
	d := k.devices[id]
	return d != nil && d.isWhole
}

func (k *kept) add(d *Device, r *reading) {
	out := &keptDevice{device: *d, isWhole: r.whole}
	out.device.OperatingSystem = ""
	for _, u := range r.kept {
		if u.whose == nil {
			out.device.OperatingSystem = d.OperatingSystem
			continue
		}
		u.row.user = k.users.Number(maphash.String(k.users.Seed(), string(*u.whose)), u.whose)
		out.rows, out.sources = append(out.rows, u.row), append(out.sources, uint16(u.source))
	}
	k.put(out)
}

func (k *kept) put(d *keptDevice) {
	d.rows, d.sources = slices.Clip(d.rows), slices.Clip(d.sources)
	k.devices[d.device.ID] = d
	k.uses += len(d.rows)
	k.estate = nil
}

func (k *kept) remove(id DeviceID) {
	k.uses -= len(k.devices[id].rows)
	delete(k.devices, id)
	k.estate = nil
}

// same says whether the device was kept with what was read.
func (d *keptDevice) same(r *reading) bool {
	var rows []row
	for _, u := range r.kept {
		if u.whose != nil {
			rows = append(rows, u.row)
		}
	}
	return d.isWhole == r.whole && slices.EqualFunc(d.rows, rows, func(a, b row) bool {
		return a.title == b.title && a.first == b.first && a.used == b.used
	})
}

// keptEstate is the estate of all that is kept, with what is no part of a device.
func (t *Tally) keptEstate() *Estate {
	if t.kept.estate != nil {
		return t.kept.estate
	}
	b := NewBuilder(t.base.at)
	b.users, b.seats, b.usage, b.sources = t.base.users, t.base.seats, t.base.usage, t.base.sources
	titles, users, sources := t.titles.Values(), t.kept.users.Values(), t.sources.Values()
	for _, d := range t.kept.devices { // the builder sorts
		b.devices = append(b.devices, d.device)
		b.runs = append(b.runs, run{d.device.ID, uint32(b.rows.len())})
		for i, r := range d.rows {
			source := sources[d.sources[i]]
			n, _ := b.source(source) // as few as the tally has
			r.title = b.titles.Number(hashTitle(b.titles.Seed(), &titles[r.title]), &titles[r.title])
			r.user = b.userNames.Number(maphash.String(b.userNames.Seed(), string(users[r.user])), &users[r.user])
			b.rows.add(r, n)
		}
	}
	t.kept.estate = b.Build()
	return t.kept.estate
}
