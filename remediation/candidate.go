package remediation

import (
	"cmp"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
)

// trace is one install or seat of a product.
type trace struct {
	row
	edition, version string
	// since is when it was first seen or assigned, used when it was last used;
	// zero is not known.
	since, used time.Time
	source      compliance.SourceID
}

// action takes the trace away.
func (t trace) action(product catalog.ProductKey) Action {
	a := Action{Verb: Uninstall, Product: product, Device: t.device, User: t.user, Title: t.title, Source: t.source}
	if t.seat {
		a.Verb = Unassign
	}
	a.Preconditions = a.observed(t.used, true)
	return a
}

// traces are all installs and seats of a product, by what they hang on.
type traces struct {
	byDevice map[compliance.DeviceID][]trace
	byUser   map[compliance.UserID][]trace
	// guests are the machines that run on a host.
	guests map[compliance.DeviceID][]compliance.DeviceID
	// systems are the devices whose operating system is the product itself,
	// which no uninstall takes away.
	systems map[compliance.DeviceID]bool
}

// findTraces lists the installs and seats of a bench's product.
func findTraces(b *bench) traces {
	t := traces{map[compliance.DeviceID][]trace{}, map[compliance.UserID][]trace{}, map[compliance.DeviceID][]compliance.DeviceID{}, map[compliance.DeviceID]bool{}}
	is := recogniser(b.in, b.product)
	mainUser := map[compliance.DeviceID]compliance.UserID{}
	for d := range b.in.Estate.Devices() {
		mainUser[d.ID] = d.User
		if d.OperatingSystem != "" && is(catalog.Title{Name: d.OperatingSystem}) {
			t.systems[d.ID] = true
		}
		if d.Host != "" {
			t.guests[d.Host] = append(t.guests[d.Host], d.ID)
		}
	}
	for x := range b.in.Estate.Installs() {
		if !is(x.Title) {
			continue
		}
		rec := b.in.Catalog.Recognise(x.Title)
		tr := trace{row{false, x.Device, x.User, x.Title}, rec.Product.Edition, rec.Product.Version, x.FirstSeen, x.LastUsed, x.Source}
		t.byDevice[x.Device] = append(t.byDevice[x.Device], tr)
		if u := cmp.Or(x.User, mainUser[x.Device]); u != "" {
			t.byUser[u] = append(t.byUser[u], tr)
		}
	}
	for s := range b.in.Estate.Seats() {
		if !is(s.Title) {
			continue
		}
		rec := b.in.Catalog.Recognise(s.Title)
		t.byUser[s.User] = append(t.byUser[s.User], trace{row{true, "", s.User, s.Title}, rec.Product.Edition, rec.Product.Version, s.Assigned, s.LastUsed, s.Source})
	}
	return t
}

// behind are the traces that make an outcome's consumer consume: all that must
// go so that it needs nothing any more.
func (t traces) behind(o compliance.Outcome) []trace {
	var out []trace
	switch {
	case o.User != "" && o.Consumer == string(o.User):
		out = t.byUser[o.User]
	case o.Device != "":
		out = t.byDevice[o.Device]
		if len(out) == 0 {
			for _, g := range t.guests[o.Device] {
				out = append(out, t.byDevice[g]...)
			}
		}
	}
	// A metric that counts installs has a consumer for each edition and version;
	// all others list every one that is in use.
	return slices.DeleteFunc(slices.Clone(out), func(tr trace) bool {
		return !slices.Contains(o.Editions, tr.edition) || !slices.Contains(o.Versions, tr.version)
	})
}

// candidate is what guards judge: what is known about the traces that an option
// would take away, and about who and what they belong to. A nil is not known.
type candidate struct {
	kind                Kind
	product             catalog.ProductKey
	idleDays, ageDays   *int
	userKind            *string
	userActive, onLeave *bool
	workDays            *int
	environment         *string
	critical            *bool
	entity, country     *string
	beyond, kept        *bool
	room, hosts         *int
	frozen              bool
}

// candidate gathers the facts about an outcome's traces at an instant.
func (r Request) candidate(kind Kind, product catalog.ProductKey, o compliance.Outcome, ts []trace) *candidate {
	c := &candidate{kind: kind, product: product, entity: text(o.Entity), country: text(o.Country)}
	var used, since time.Time
	allUsed, allSince := true, true
	for _, t := range ts {
		allUsed, allSince = allUsed && !t.used.IsZero(), allSince && !t.since.IsZero()
		used, since = later(used, t.used), later(since, t.since)
	}
	if allUsed {
		c.idleDays = number(wholeDays(used, r.Now))
	}
	if allSince {
		c.ageDays = number(wholeDays(since, r.Now))
	}
	if a, ok := r.Policy.actions[kind]; ok {
		c.frozen = r.Policy.frozen(addDays(r.Now, r.Policy.notice(kind, product)+a.LeadDays))
	}
	r.aboutUsers(c, o, ts)
	r.aboutDevices(c, ts)
	return c
}

// aboutUsers fills in the facts about everyone behind the traces; the least
// favourable counts. Where there is nobody, no fact about one can stand in the
// way.
func (r Request) aboutUsers(c *candidate, o compliance.Outcome, ts []trace) {
	ids := distinct(ts, func(t trace) compliance.UserID { return cmp.Or(t.user, o.User) })
	if len(ids) == 0 {
		c.userKind, c.onLeave, c.workDays = text("none"), yesNo(false), number(5)
		return
	}
	var kinds []*string
	var active, leave []*bool
	var days []*int
	for _, id := range ids {
		u, _ := r.Input.Estate.User(id)
		kind := text(u.Kind.String())
		if u.Kind == compliance.UserUnknown {
			kind = nil
		}
		var f UserFacts
		if r.Facts != nil {
			f = r.Facts.User(id)
		}
		kinds, active = append(kinds, kind), append(active, u.Active)
		leave, days = append(leave, f.OnLeave), append(days, f.WorkDays)
	}
	c.userKind = worst(kinds, func(a, b string) bool { return a != "person" && b == "person" })
	c.userActive = worst(active, func(a, b bool) bool { return a && !b })
	c.onLeave = worst(leave, func(a, b bool) bool { return a && !b })
	c.workDays = worst(days, func(a, b int) bool { return a < b })
}

// aboutDevices fills in the facts about every device that the traces are on.
func (r Request) aboutDevices(c *candidate, ts []trace) {
	ids := distinct(ts, func(t trace) compliance.DeviceID { return t.device })
	if len(ids) == 0 {
		c.environment, c.critical = text("none"), yesNo(false)
		return
	}
	var environments []*string
	var critical []*bool
	for _, id := range ids {
		d, _ := r.Input.Estate.Device(id)
		var f DeviceFacts
		if r.Facts != nil {
			f = r.Facts.Device(id)
		}
		environments, critical = append(environments, text(d.Environment)), append(critical, f.Critical)
	}
	c.environment = worst(environments, func(a, b string) bool { return a == "production" && b != a })
	c.critical = worst(critical, func(a, b bool) bool { return a && !b })
}

// distinct are the values of a field of the traces other than its zero, sorted.
func distinct[T cmp.Ordered](ts []trace, field func(trace) T) []T {
	var zero T
	var out []T
	for _, t := range ts {
		if v := field(t); v != zero {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// worst is the least favourable of some facts, not known as soon as one is not.
func worst[T comparable](facts []*T, worse func(a, b T) bool) *T {
	out := facts[0]
	for _, f := range facts[1:] {
		switch {
		case f == nil:
			return nil
		case out != nil && worse(*f, *out):
			out = f
		}
	}
	return out
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// text is nil for what the estate leaves empty because it is not known.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func number(n int) *int  { return &n }
func yesNo(b bool) *bool { return &b }

// aboutMachines fills in the facts about machines that are changed themselves.
func (r Request) aboutMachines(c *candidate, ids []compliance.DeviceID) {
	var ts []trace
	for _, id := range ids {
		ts = append(ts, trace{row: row{device: id}})
	}
	r.aboutDevices(c, ts)
}
