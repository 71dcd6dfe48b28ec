package compliance

import (
	"cmp"
	"slices"
)

// offerStandby offers, for every machine that stands by for another, that it be
// carried by the right of the entitlements which cover that one: so many replicas of
// each role as they allow, those that need most before those that need less.
func (t *table) offerStandby(n int) {
	type pair struct {
		primary DeviceID
		role    Role
	}
	primaries := map[DeviceID]int{}
	replicas := map[pair][]int{}
	var pairs []pair
	for _, i := range t.own(n) {
		d := t.deviceOf(t.consumer(i))
		if !d.Role.Passive() {
			primaries[d.ID] = i
		} else if p := (pair{d.StandbyFor, d.Role}); d.StandbyFor != "" {
			if replicas[p] == nil {
				pairs = append(pairs, p)
			}
			replicas[p] = append(replicas[p], i)
		}
	}
	slices.SortFunc(pairs, func(a, b pair) int { return cmp.Or(cmp.Compare(a.primary, b.primary), cmp.Compare(a.role, b.role)) })
	for _, p := range pairs {
		primary, found := primaries[p.primary]
		if !found {
			continue
		}
		slices.SortStableFunc(replicas[p], func(a, b int) int {
			return t.outcome(b).Required.Low.Cmp(t.outcome(a).Required.Low)
		})
		k := 0 // of those that may be carried
		for _, i := range replicas[p] {
			right, allows := FailoverRight, func(e Entitlement) bool { return e.Failover > k }
			if p.role != PassiveHA {
				right, allows = RecoveryRight, func(e Entitlement) bool { return e.Recovery > k }
			}
			if t.offerRight(n, carrier{name: string(right) + " of " + t.outcome(i).Consumer, right: right}, primary, i, allows) {
				k++
			}
		}
	}
}

// offerSecondUse offers that a portable device be carried by what covers another
// device of the same user. Each carries one.
func (t *table) offerSecondUse(n int) {
	byUser := map[UserID][]int{}
	var portable []int
	for _, i := range t.own(n) {
		c := t.consumer(i)
		d := t.deviceOf(c)
		user := cmp.Or(c.user, d.User)
		switch {
		case user == "" || c.device < 0 || d.Kind != Physical && d.Kind != KindUnknown:
		default:
			byUser[user] = append(byUser[user], i)
			if d.Chassis.Portable() {
				portable = append(portable, i)
			}
		}
	}
	allows := func(e Entitlement) bool { return e.SecondUse }
	for _, i := range portable {
		c := t.consumer(i)
		for _, primary := range byUser[cmp.Or(c.user, t.deviceOf(c).User)] {
			if primary != i {
				t.offerRight(n, carrier{name: "second use of " + t.outcome(i).Consumer, right: SecondUse}, primary, i, allows)
			}
		}
	}
}

// offerRight offers that the entitlements which cover one item carry another, those
// of them that allow it and may lawfully cover both. It says whether there are any.
func (t *table) offerRight(n int, c carrier, by, carried int, allows func(Entitlement) bool) bool {
	d := t.desks[n]
	only := make([]bool, len(d.entitlements))
	for j, e := range d.entitlements {
		only[j] = allows(e) && t.rule(e, d.managedProduct, t.consumer(carried)).right != ""
	}
	if !slices.Contains(only, true) {
		return false
	}
	c.needs, c.carries = []need{{item: by, times: 1, only: only}}, []int{carried}
	t.carriers = append(t.carriers, c)
	return true
}
