package remediation

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
)

// maxTargets is how many hosts are offered for the machines of one.
const maxTargets = 2

// hosting is where the machines of a position run.
type hosting struct {
	guests map[compliance.DeviceID][]compliance.DeviceID // by host, sorted
	hosts  []compliance.Device                           // of clusters, sorted
}

func (r Request) hosting(s stand) hosting {
	h := hosting{map[compliance.DeviceID][]compliance.DeviceID{}, nil}
	for host, guests := range s.all.guests {
		for _, g := range guests {
			if len(s.all.byDevice[g]) > 0 {
				h.guests[host] = append(h.guests[host], g)
			}
		}
		slices.Sort(h.guests[host])
	}
	for _, d := range hosts(r.Input.Estate) {
		if d.Cluster != "" {
			h.hosts = append(h.hosts, d)
		}
	}
	return h
}

// placing gathers what is known of where machines would run.
type placing struct {
	moves []Action
	// taken is how many virtual processors go to each host, free what is left there.
	taken map[compliance.DeviceID]int
	free  *int
	kept  *bool
}

// place sends machines to hosts, the largest to where most room is, and to the first
// where room is not known.
func (r Request) place(guests, to []compliance.DeviceID) placing {
	p := placing{taken: map[compliance.DeviceID]int{}, free: number(0), kept: yesNo(false)}
	var sized []compliance.Device
	for _, g := range guests {
		d, _ := r.Input.Estate.Device(g)
		sized = append(sized, d)
	}
	slices.SortFunc(sized, func(a, b compliance.Device) int { return cmp.Or(b.VCPUs-a.VCPUs, cmp.Compare(a.ID, b.ID)) })
	room := map[compliance.DeviceID]int{}
	for _, h := range to {
		f := r.deviceFacts(h).Room
		if f == nil {
			p.free = nil
			continue
		}
		room[h] = *f
	}
	for _, g := range sized {
		best := to[0]
		for _, h := range to {
			if room[h] > room[best] {
				best = h
			}
		}
		room[best] -= g.VCPUs
		p.taken[best] += g.VCPUs
		if g.VCPUs == 0 {
			p.free = nil
		}
		if len(g.MayRunOn) > 0 && !slices.Contains(g.MayRunOn, best) {
			p.kept = yesNo(true)
		} else if g.MayRunOn == nil && p.kept != nil && !*p.kept {
			p.kept = nil
		}
		a := Action{Verb: Relocate, Device: g.ID, Hosts: []compliance.DeviceID{best}}
		a.Preconditions = r.machineFacts(a)
		p.moves = append(p.moves, a)
	}
	if p.free != nil && len(sized) > 0 {
		least := room[to[0]]
		for _, h := range to {
			if p.taken[h] > 0 {
				least = min(least, room[h])
			}
		}
		p.free = &least
	}
	slices.SortFunc(p.moves, func(a, b Action) int { return cmp.Compare(a.Device, b.Device) })
	return p
}

// draws are what the machines take of the room of hosts.
func (r Request) draws(p placing) []draw {
	var out []draw
	for h, n := range p.taken {
		if room := r.deviceFacts(h).Room; room != nil && n > 0 {
			out = append(out, draw{"room|" + string(h), int64(n), int64(*room)})
		}
	}
	slices.SortFunc(out, func(a, b draw) int { return strings.Compare(a.on, b.on) })
	return out
}

// move finds hosts whose machines with a product could run on another host of the
// cluster that has it too.
func (r Request) move(ctx context.Context, stands []stand) ([]Option, error) {
	if _, ok := r.Policy.actions[Move]; !ok {
		return nil, nil
	}
	seen := map[string]bool{}
	var out []Option
	for _, s := range stands {
		h := r.hosting(s)
		for _, from := range h.hosts {
			guests := h.guests[from.ID]
			if len(guests) == 0 {
				continue
			}
			for _, to := range h.targets(from) {
				key := string(from.ID) + "|" + string(to) + "|" + listed(guests)
				if seen[key] {
					continue
				}
				seen[key] = true
				p := r.place(guests, []compliance.DeviceID{to})
				o, _, err := r.placed(ctx, Move, stands, guests, p, 1, string(from.ID), string(to), listed(guests))
				if err != nil {
					return nil, err
				}
				o.leaves = []compliance.DeviceID{from.ID}
				o.Verb = fmt.Sprintf("move %s from %s to %s", listed(guests), from.ID, to)
				out = append(out, o)
			}
		}
	}
	return out, nil
}

// targets are the hosts of the same cluster on which the product runs besides, those
// with the most machines first.
func (h hosting) targets(from compliance.Device) []compliance.DeviceID {
	var out []compliance.DeviceID
	for _, d := range h.hosts {
		if d.ID != from.ID && d.Cluster == from.Cluster && len(h.guests[d.ID]) > 0 {
			out = append(out, d.ID)
		}
	}
	slices.SortFunc(out, func(a, b compliance.DeviceID) int {
		return cmp.Or(len(h.guests[b])-len(h.guests[a]), cmp.Compare(a, b))
	})
	return out[:min(len(out), maxTargets)]
}

// placed is an option that changes where machines run.
func (r Request) placed(ctx context.Context, kind Kind, stands []stand, guests []compliance.DeviceID, p placing, hosts int, target ...string) (Option, bool, error) {
	here := with(stands, guests...)
	o, ok, err := r.onMachines(ctx, kind, here, guests, func(c *candidate) {
		c.room, c.kept, c.hosts = p.free, p.kept, number(hosts)
	}, target...)
	if err != nil || !ok {
		return o, ok, err
	}
	o.Actions, o.draws = p.moves, r.draws(p)
	o.Undo = "let the machines run where they did"
	o.Cost.Amount = o.Cost.Amount.Mul(decimal.NewFromInt(int64(len(guests))))
	o.Disruption *= len(guests)
	for _, s := range here {
		// Whole clusters may count, so that no better bound is at hand.
		o.reach(s.Key(), s.Short.Low.Ceil())
		for _, g := range guests {
			o.claims = append(o.claims, s.rows(g)...)
			for _, t := range s.all.byDevice[g] {
				o.loose = append(o.loose, t.action(s.Product))
			}
		}
	}
	slices.Sort(o.claims)
	o.claims = slices.Compact(o.claims)
	return o, true, nil
}

// pin finds the hosts of a cluster to which the machines of a product could be
// confined: those with the most of them, and one more each time.
func (r Request) pin(ctx context.Context, stands []stand) ([]Option, error) {
	if _, ok := r.Policy.actions[Pin]; !ok {
		return nil, nil
	}
	seen := map[string]bool{}
	var out []Option
	for _, s := range stands {
		h := r.hosting(s)
		byCluster := map[string][]compliance.DeviceID{}
		for _, d := range h.hosts {
			byCluster[d.Cluster] = append(byCluster[d.Cluster], d.ID)
		}
		for _, cluster := range sortedKeys(byCluster) {
			ids := byCluster[cluster]
			slices.SortStableFunc(ids, func(a, b compliance.DeviceID) int {
				return cmp.Or(len(h.guests[b])-len(h.guests[a]), cmp.Compare(a, b))
			})
			for k := 1; k < len(ids); k++ {
				o, ok, err := r.confined(ctx, stands, h, cluster, ids, k, seen)
				if err != nil {
					return nil, err
				}
				if ok {
					out = append(out, o)
				}
			}
		}
	}
	return out, nil
}

// confined is the option of keeping the machines of a cluster on its first k hosts.
func (r Request) confined(ctx context.Context, stands []stand, h hosting, cluster string, ids []compliance.DeviceID, k int, seen map[string]bool) (Option, bool, error) {
	var guests, movers []compliance.DeviceID
	for i, id := range ids {
		guests = append(guests, h.guests[id]...)
		if i >= k {
			movers = append(movers, h.guests[id]...)
		}
	}
	slices.Sort(guests)
	stay := slices.Sorted(slices.Values(ids[:k]))
	key := listed(stay) + "|" + listed(guests)
	confined := len(movers) == 0 && !slices.ContainsFunc(guests, func(g compliance.DeviceID) bool {
		d, _ := r.Input.Estate.Device(g)
		return len(d.MayRunOn) == 0 || slices.ContainsFunc(d.MayRunOn, func(h compliance.DeviceID) bool { return !slices.Contains(stay, h) })
	})
	if len(guests) == 0 || seen[key] || confined {
		return Option{}, false, nil
	}
	seen[key] = true
	p := placing{free: number(0), kept: yesNo(false)}
	if len(movers) > 0 {
		p = r.place(movers, stay)
	}
	for _, g := range guests {
		a := Action{Verb: Confine, Device: g, Hosts: stay}
		a.Preconditions = r.machineFacts(a)
		p.moves = append(p.moves, a)
	}
	o, ok, err := r.placed(ctx, Pin, stands, guests, p, k, cluster, listed(stay), listed(guests))
	o.leaves = ids[k:]
	o.Verb = fmt.Sprintf("pin %s to %s of cluster %s", listed(guests), listed(stay), cluster)
	return o, ok, err
}
