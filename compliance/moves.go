package compliance

// moves are the ways in which a machine may be licensed that has moved between hosts
// within the days for which a license stays with one: once, by entitlements with the
// right to move, or once for each host.
//
// A history that does not reach back so far leaves open on how many hosts it was:
// at best on those that are known, at worst on every host that it may run on.
func (t *table) moves(i int, s scenario) []verdict {
	it := t.items[i]
	d := t.desks[it.desk]
	hosts, complete := t.stays(d, d.consumers[it.at])
	if hosts <= 1 && complete {
		return []verdict{{}}
	}
	once := verdict{only: make([]bool, len(d.entitlements))}
	mobile := false
	for j, e := range d.entitlements {
		once.only[j] = e.Mobility
		mobile = mobile || e.Mobility
	}
	each := verdict{times: int64(max(hosts, 1))}
	if !complete && s.worst {
		reach := len(t.reachOf(d.consumers[it.at]))
		each.times, each.open = int64(max(hosts, reach)), reach == 0
	}
	if each.times == 1 && !each.open {
		return []verdict{{}}
	}
	if !mobile {
		return []verdict{each}
	}
	return []verdict{once, each}
}

// stays is on how many hosts a machine has run while licenses stay with one, and
// whether that is all.
func (t *table) stays(d *desk, c consumer) (hosts int, complete bool) {
	days := d.terms.reassignDays
	dev := t.deviceOf(c)
	if days == 0 || c.layer != nil || !d.additive || dev.Kind != VirtualMachine && dev.Kind != Container {
		return 1, true
	}
	on, complete := dev.HostsSince(t.AsOf.AddDate(0, 0, -days))
	return len(on), complete
}

// doubtStays names the history as missing where it decides how much is needed.
func (t *table) doubtStays(d *desk) {
	for i, c := range d.consumers {
		if _, complete := t.stays(d, c); !complete {
			d.outcomes[i].Missing = union(d.outcomes[i].Missing, []string{"stays"})
		}
	}
}
