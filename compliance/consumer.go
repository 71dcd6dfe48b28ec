package compliance

import (
	"cmp"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/compliance/metric"
)

// consumer is one thing of a metric's scope that needs a product, with all the
// uses that make it need it.
type consumer struct {
	id       string
	device   int // index in the estate, -1 when there is none
	user     UserID
	uses     []use
	lastUsed time.Time
	// alike is how many consumers it stands for; 0 is one that stands for itself.
	alike   int
	entity  string
	country string
	// environments are those of the devices of its uses, sorted; none where no
	// entitlement asks.
	environments []string
	// reached marks a host on which the product does not run, mayRun whether rules
	// of affinity let it start there.
	reached bool
	mayRun  metric.Flag
	// suite is set for a device or user that may be licensed by a suite which was not
	// found there; the edition is then for the license to say.
	suite bool
	// layer is set for a host that may be licensed under one.
	layer *layerOf
}

// consumers groups the uses of a product by the metric's scope, sorted by
// identifier.
func (r *reconciler) consumers(m managedProduct) []consumer {
	asked := slices.ContainsFunc(m.entitlements, func(e Entitlement) bool { return len(e.Environments) > 0 })
	byID := map[string]*consumer{}
	for _, u := range r.uses[m.product] {
		id, device, user := r.scope(m.metric.Scope(), u)
		if id == "" {
			continue // a measured peak, which is no install of anyone
		}
		c := byID[id]
		if c == nil {
			c = &consumer{id: id, device: device, user: user, alike: u.alike}
			r.place(c, u)
			byID[id] = c
		}
		c.uses = append(c.uses, u)
		if asked {
			c.environments = union(c.environments, []string{r.environment(u)})
		}
		if u.lastUsed.After(c.lastUsed) {
			c.lastUsed = u.lastUsed
		}
	}
	out := make([]consumer, 0, len(byID))
	for _, c := range byID {
		slices.SortFunc(c.uses, compareUses)
		out = append(out, *c)
	}
	if m.metric.Reaches() {
		out = append(out, r.reached(out, asked)...)
	}
	slices.SortFunc(out, func(a, b consumer) int { return cmp.Compare(a.id, b.id) })
	return out
}

func compareUses(a, b use) int {
	return cmp.Or(cmp.Compare(a.device, b.device), cmp.Compare(a.edition, b.edition), cmp.Compare(a.version, b.version),
		cmp.Compare(a.user, b.user), cmp.Compare(a.source, b.source), a.lastUsed.Compare(b.lastUsed))
}

// whole is the consumer of a metric that counts everything together.
const whole = "all"

// scope is the consumer that a use belongs to under a metric's scope.
//
// A virtual machine under a metric of hosts makes its host consume; where nobody
// knows the host, the virtual machine stands for it and its count is unknown.
func (r *reconciler) scope(s metric.Scope, u use) (id string, device int, user UserID) {
	switch s {
	case metric.Install, metric.Device, metric.VirtualMachine, metric.Instance:
		id, device, user = r.machine(u.device, u.user)
		if s == metric.Install && (u.edition != "" || u.version != "") {
			id += "/" + u.edition + "/" + u.version
		}
		return id, device, user
	case metric.User:
		id, device, user = r.machine(u.device, u.user)
		if user = cmp.Or(u.user, user); user != "" {
			id = string(user)
		}
		return id, device, user
	case metric.PhysicalHost:
		if u.device >= 0 {
			if host, known := r.Estate.device(r.Estate.devices[u.device].Host); known {
				return r.machine(host, "")
			}
		}
		return r.machine(u.device, u.user)
	}
	return whole, -1, ""
}

// machine is a device as a consumer, or the user where there is no device.
func (r *reconciler) machine(device int, user UserID) (string, int, UserID) {
	if device < 0 {
		return string(user), -1, user
	}
	d := r.Estate.devices[device]
	return string(d.ID), device, d.User
}

// place takes entity and country from the device, else from the user.
func (r *reconciler) place(c *consumer, u use) {
	if c.device >= 0 {
		d := r.Estate.devices[c.device]
		c.entity, c.country = d.Entity, d.Country
	}
	if usr, ok := r.Estate.User(cmp.Or(c.user, u.user)); ok {
		c.entity, c.country = cmp.Or(c.entity, usr.Entity), cmp.Or(c.country, usr.Country)
	}
}

// environment is that of the device of a use, empty where it is not known.
func (r *reconciler) environment(u use) string {
	if u.device < 0 {
		return ""
	}
	return r.Estate.devices[u.device].Environment
}

// distinct are the values of one field over the consumer's uses, sorted.
func (c consumer) distinct(field func(use) string) []string {
	var out []string
	for _, u := range c.uses {
		out = append(out, field(u))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (c consumer) editions() []string { return c.distinct(func(u use) string { return u.edition }) }
func (c consumer) versions() []string { return c.distinct(func(u use) string { return u.version }) }
