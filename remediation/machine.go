package remediation

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/metric"
)

// stand is a position with what hangs on each machine.
type stand struct {
	compliance.Position
	all traces
	// on are the consumers that a machine's installs make consume.
	on map[compliance.DeviceID][]compliance.Outcome
}

func standOf(b *bench, p compliance.Position) stand {
	s := stand{p, findTraces(b), map[compliance.DeviceID][]compliance.Outcome{}}
	for _, c := range p.Consumers {
		for _, d := range distinct(s.all.behind(c), func(t trace) compliance.DeviceID { return t.device }) {
			s.on[d] = append(s.on[d], c)
		}
	}
	return s
}

// together says whether taking something from one consumer may help by more than the
// consumer needs: under metrics that count hosts or more at once, of which the last machine
// of a cluster frees all that it could have run on, and under layers, where a machine less
// may be a license of its host less.
func (r Request) together(p compliance.Position) bool {
	m, ok := r.Input.Metrics.Metric(p.Metric)
	if !ok || m.Scope() == metric.PhysicalHost || m.Scope() > metric.Instance {
		return true
	}
	return slices.ContainsFunc(r.Input.Licensing, func(l compliance.Licensing) bool {
		return l.Product == p.Product && len(l.Layers) > 0
	})
}

// bound is how much a position can be helped by taking everything from some consumers.
func (r Request) bound(p compliance.Position, consumers []compliance.Outcome) decimal.Decimal {
	if r.together(p) {
		return p.Short.Low.Ceil()
	}
	return needsOf(consumers)
}

// needsOf is how much consumers need at most, which is what taking them away can help.
func needsOf(consumers []compliance.Outcome) decimal.Decimal {
	var sum decimal.Decimal
	for _, c := range consumers {
		if c.Required.High.Valid {
			sum = sum.Add(c.Required.High.Decimal.Ceil())
		} else {
			sum = sum.Add(c.Required.Low.Ceil())
		}
	}
	return sum
}

// machines finds what can be done with machines: an option of these helps every
// position that has something there.
func (r Request) machines(ctx context.Context, positions []compliance.Position, benches map[string]*bench) ([]Option, error) {
	var stands []stand
	for _, kind := range []Kind{Retire, Resize, Move, Pin} {
		if _, ok := r.Policy.actions[kind]; ok && stands == nil {
			for _, p := range positions {
				stands = append(stands, standOf(benches[p.Key()], p))
			}
		}
	}
	if len(stands) == 0 {
		return nil, nil
	}
	var out []Option
	for _, find := range []func(context.Context, []stand) ([]Option, error){r.retire, r.resize, r.move, r.pin} {
		options, err := find(ctx, stands)
		if err != nil {
			return nil, err
		}
		out = append(out, options...)
	}
	return out, nil
}

// machinesOf are the machines that anything of the positions is on, sorted.
func machinesOf(stands []stand) []compliance.DeviceID {
	seen := map[compliance.DeviceID]bool{}
	for _, s := range stands {
		for d := range s.on {
			seen[d] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// with are the stands that have something on one of some machines.
func with(stands []stand, machines ...compliance.DeviceID) []stand {
	return slices.DeleteFunc(slices.Clone(stands), func(s stand) bool {
		return !slices.ContainsFunc(machines, func(d compliance.DeviceID) bool { return len(s.on[d]) > 0 })
	})
}

// onMachines starts an option for machines, judged by its guards.
func (r Request) onMachines(ctx context.Context, kind Kind, here []stand, machines []compliance.DeviceID, know func(*candidate), target ...string) (Option, bool, error) {
	ps := make([]compliance.Position, len(here))
	var ts []trace
	for i, s := range here {
		ps[i] = s.Position
		for _, d := range machines {
			ts = append(ts, s.all.byDevice[d]...)
		}
	}
	o, ok := r.joint(kind, ps, compliance.Money{}, target...)
	if !ok {
		return o, false, nil
	}
	first, _ := r.Input.Estate.Device(machines[0])
	c := r.candidate(kind, ps[0].Product, compliance.Outcome{Entity: first.Entity, Country: first.Country, User: first.User}, ts)
	r.aboutMachines(c, machines)
	know(c)
	err := o.judge(ctx, r.Policy, c)
	return o, true, err
}

// judge runs the guards over what is known.
func (o *Option) judge(ctx context.Context, p *Policy, c *candidate) error {
	state, checks, err := p.check(ctx, c)
	if err != nil {
		return err
	}
	o.State, o.Checks = max(o.State, state), append(o.Checks, checks...)
	for _, ch := range checks {
		o.Missing = append(o.Missing, ch.Missing...)
	}
	return nil
}

// rows are the claims on what is installed on a machine.
func (s stand) rows(d compliance.DeviceID) []string {
	var out []string
	for _, t := range s.all.byDevice[d] {
		out = append(out, t.claim(s.Product))
	}
	return out
}

// claim is the name under which a plan holds a row once.
func (t trace) claim(product catalog.ProductKey) string {
	return fmt.Sprintf("row|%s|%v|%q|%q|%q", product, t.seat, t.device, t.user, t.title)
}

// retire finds machines that can be taken out of use: nothing that is managed on them
// is used, and nothing runs on them.
func (r Request) retire(ctx context.Context, stands []stand) ([]Option, error) {
	if _, ok := r.Policy.actions[Retire]; !ok {
		return nil, nil
	}
	managed := map[catalog.ProductKey]bool{}
	for _, p := range r.Result.Positions {
		managed[p.Product] = true
	}
	busy := map[compliance.DeviceID]bool{}
	for d := range r.Input.Estate.Devices() {
		busy[d.Host] = true
	}
	var out []Option
	for _, id := range machinesOf(stands) {
		if busy[id] {
			continue
		}
		var ts []trace
		var actions []Action
		for x := range r.Input.Estate.InstallsOn(id) {
			rec := r.Input.Catalog.Recognise(x.Title)
			if managed[rec.Product.Key] {
				t := trace{row{false, x.Device, x.User, x.Title}, rec.Product.Edition, rec.Product.Version, x.FirstSeen, x.LastUsed, x.Source}
				ts, actions = append(ts, t), append(actions, t.action(rec.Product.Key))
			}
		}
		here := with(stands, id)
		o, _, err := r.onMachines(ctx, Retire, here, []compliance.DeviceID{id}, func(c *candidate) {
			all := r.candidate(Retire, "", compliance.Outcome{}, ts)
			c.idleDays, c.ageDays = all.idleDays, all.ageDays
			for _, s := range here { // the longest window counts
				if r.Policy.window(s.Product) > r.Policy.window(c.product) {
					c.product = s.Product
				}
			}
		}, string(id))
		if err != nil {
			return nil, err
		}
		o.Verb = fmt.Sprintf("retire machine: %s, with everything on it", id)
		scrap := Action{Verb: Scrap, Device: id}
		scrap.Preconditions = r.machineFacts(scrap)
		o.Actions = append(actions, scrap)
		for _, s := range here {
			o.reach(s.Key(), r.bound(s.Position, s.on[id]))
			o.claims = append(o.claims, s.rows(id)...)
		}
		o.claims = append(o.claims, "machine|"+string(id))
		o.leaves = []compliance.DeviceID{id}
		out = append(out, o)
	}
	return out, nil
}

// resize finds virtual machines that have more processors than they need.
func (r Request) resize(ctx context.Context, stands []stand) ([]Option, error) {
	if _, ok := r.Policy.actions[Resize]; !ok {
		return nil, nil
	}
	var out []Option
	for _, id := range machinesOf(stands) {
		d, _ := r.Input.Estate.Device(id)
		if d.VCPUs == 0 || d.Kind == compliance.Physical {
			continue
		}
		needed := r.deviceFacts(id).Needed
		if needed != nil && (*needed >= d.VCPUs || *needed < 1) {
			continue
		}
		here := with(stands, id)
		o, _, err := r.onMachines(ctx, Resize, here, []compliance.DeviceID{id}, func(*candidate) {}, string(id))
		if err != nil {
			return nil, err
		}
		o.Verb = fmt.Sprintf("take virtual processors that are not needed from %s, which has %d", id, d.VCPUs)
		o.Undo = "give the processors back"
		if needed == nil {
			o.wait("processors that " + string(id) + " needs")
		} else {
			o.Verb = fmt.Sprintf("resize %s from %d to %d virtual processors", id, d.VCPUs, *needed)
			a := Action{Verb: Shrink, Device: id, Processors: *needed}
			a.Preconditions = r.machineFacts(a)
			o.Actions = []Action{a}
		}
		for _, s := range here {
			o.reach(s.Key(), r.bound(s.Position, s.on[id]))
		}
		o.claims = []string{"size|" + string(id)}
		out = append(out, o)
	}
	return out, nil
}

func (r Request) deviceFacts(id compliance.DeviceID) DeviceFacts {
	if r.Facts == nil {
		return DeviceFacts{}
	}
	return r.Facts.Device(id)
}

// machineFacts are the facts that an action on a machine rests on.
func (r Request) machineFacts(a Action) []Fact { return a.ofMachine(r.Input.Estate) }

// listed writes machines for a reader.
func listed(ids []compliance.DeviceID) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = string(id)
	}
	return strings.Join(names, ", ")
}
