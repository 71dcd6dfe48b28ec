package connectortest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
)

// union is the rows of readings that follow one another, by what identifies
// each: a later row replaces an earlier one, a removal takes it away.
func union(parts ...*Recorder) map[string]string {
	all := map[string]string{}
	for _, r := range parts {
		for _, d := range r.Devices {
			d.Source = ""
			all[fmt.Sprintf("device %q", d.ID)] = fmt.Sprintf("%+v", d)
		}
		for _, u := range r.Users {
			u.Source = ""
			row := fmt.Sprintf("%+v %v", u.Entity+u.Name+u.Country+u.Kind.String(), u.Active != nil && *u.Active)
			all[fmt.Sprintf("user %q", u.ID)] = row
		}
		for _, i := range r.Installs {
			all[fmt.Sprintf("install of %q on %q by %q", i.Title, i.Device, i.User)] = fmt.Sprint(i.FirstSeen, i.LastUsed)
		}
		for _, s := range r.Seats {
			all[fmt.Sprintf("seat of %q for %q", s.Title, s.User)] = fmt.Sprint(s.Assigned, s.LastUsed)
		}
		for _, u := range r.Usage {
			all[fmt.Sprintf("usage of %q from %v to %v", u.Title, u.From, u.To)] = fmt.Sprint(u.Peak, u.At)
		}
		for _, l := range r.Licenses {
			l.Source = ""
			all[fmt.Sprintf("entitlement %q", l.ID)] = fmt.Sprintf("%+v", l)
		}
		for _, p := range r.Prices {
			all[fmt.Sprintf("price of %q by %q in %s from %v", p.Title, p.Metric, p.Currency, p.From)] = fmt.Sprint(p.Amount.Decimal, p.To)
		}
		for _, m := range r.Memberships {
			all[fmt.Sprintf("member %q of %q", m.User, m.Group)] = ""
		}
		r.removals(all)
	}
	return all
}

func (r *Recorder) removals(from map[string]string) {
	for _, id := range r.RemovedDevices {
		delete(from, fmt.Sprintf("device %q", id))
	}
	for _, id := range r.RemovedUsers {
		delete(from, fmt.Sprintf("user %q", id))
	}
	for _, i := range r.RemovedInstalls {
		delete(from, fmt.Sprintf("install of %q on %q by %q", i.Title, i.Device, i.User))
	}
	for _, s := range r.RemovedSeats {
		delete(from, fmt.Sprintf("seat of %q for %q", s.Title, s.User))
	}
}

// difference names a row that is in one set and not the same in the other, empty
// when there is none.
func difference(want, got map[string]string) string {
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if row, ok := got[key]; !ok {
			return key + " is missing"
		} else if row != want[key] {
			return key + " is not the same"
		}
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[key]; !ok {
			return key + " is too many"
		}
	}
	return ""
}

// digest is a checksum over the rows, in any order.
func digest(r *Recorder) string {
	h := sha256.New()
	rows := union(r)
	for _, key := range slices.Sorted(maps.Keys(rows)) {
		fmt.Fprintf(h, "%s\x00%s\x00", key, rows[key])
	}
	return hex.EncodeToString(h.Sum(nil))
}
