package compliance

import (
	"cmp"
	"context"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/metric"
)

// bearer is the device or user whom a suite licenses.
type bearer struct {
	consumer int // at the suite's desk, -1 where the suite itself is not found
	members  map[catalog.ProductKey][]int
}

// offerSuite offers, for every device or user with enough members of a suite, that
// they be licensed by it. A suite may be a member of another: it is there where it
// is found or where enough of its own members are.
func (t *table) offerSuite(ctx context.Context, n int) error {
	scope := t.desks[n].metric.Scope()
	if !t.desks[n].additive || scope != metric.Device && scope != metric.User && scope != metric.Install {
		return nil
	}
	bearers := t.bearers(n)
	var ids []string
	for id, b := range bearers {
		if b.consumer >= 0 || t.desks[n].terms.suite.inferred(t.present(b)) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	var wanted []consumer
	for _, id := range ids {
		if bearers[id].consumer < 0 {
			wanted = append(wanted, t.bearing(n, id, bearers[id]))
		}
	}
	offered, err := t.measureOffered(ctx, n, wanted)
	if err != nil || offered == nil && len(wanted) > 0 {
		return err
	}
	for _, id := range ids {
		b := bearers[id]
		c := carrier{name: "suite " + string(t.desks[n].product), right: SuiteRight, must: b.consumer >= 0}
		if by := b.consumer; by >= 0 {
			c.needs = []need{{item: by, times: 1}}
		} else {
			c.needs = []need{{item: offered[id], times: 1}}
		}
		for _, members := range b.members {
			for _, i := range members {
				if !t.offeredItem(i) {
					c.carries = append(c.carries, i)
				}
				c.carries = append(c.carries, t.within[i]...)
			}
		}
		slices.Sort(c.carries)
		if c.carries = slices.Compact(c.carries); len(c.carries) > 0 {
			t.within[c.needs[0].item] = c.carries
			t.carriers = append(t.carriers, c)
		}
	}
	return nil
}

// inward lists the desks so that a suite comes after the suites that it holds.
func (t *table) inward() []int {
	place := map[catalog.ProductKey]int{}
	for n, d := range t.desks {
		place[d.product] = n
	}
	var out []int
	seen := make([]bool, len(t.desks))
	var visit func(n int)
	visit = func(n int) {
		if seen[n] {
			return
		}
		seen[n] = true
		if s := t.desks[n].terms.suite; s != nil {
			for _, m := range s.Members {
				if at, here := place[m]; here {
					visit(at)
				}
			}
		}
		out = append(out, n)
	}
	for n := range t.desks {
		visit(n)
	}
	return out
}

// bearers finds for each device or user the consumers of a suite's members, and of
// the suite itself.
func (t *table) bearers(n int) map[string]*bearer {
	scope := t.desks[n].metric.Scope()
	out := map[string]*bearer{}
	at := func(c consumer) *bearer {
		id := t.bearerOf(scope, c)
		if id == "" {
			return nil
		}
		if out[id] == nil {
			out[id] = &bearer{consumer: -1, members: map[catalog.ProductKey][]int{}}
		}
		return out[id]
	}
	for _, i := range t.own(n) {
		if b := at(t.consumer(i)); b != nil {
			b.consumer = i
		}
	}
	members := t.desks[n].terms.suite.Members
	for k, d := range t.desks {
		if !slices.Contains(members, d.product) {
			continue
		}
		for _, i := range t.own(k) {
			if b := at(t.consumer(i)); b != nil {
				b.members[d.product] = append(b.members[d.product], i)
			}
		}
		for i := d.offered; i < len(d.outcomes); i++ { // a suite within the suite
			if c := d.consumers[i]; c.layer == nil {
				if b := at(c); b != nil {
					b.members[d.product] = append(b.members[d.product], t.numberOf(k, i))
				}
			}
		}
	}
	return out
}

// numberOf is the item of an outcome.
func (t *table) numberOf(desk, at int) int { return slices.Index(t.items, item{desk, at}) }

// bearerOf names the device or user that a consumer stands for, empty where it is
// none. A host is none: what it needs is not what one of its machines needs.
func (t *table) bearerOf(scope metric.Scope, c consumer) string {
	switch {
	case c.layer != nil:
		return ""
	case scope == metric.User && c.user != "":
		return string(c.user)
	case scope != metric.User && c.device >= 0:
		return string(t.Estate.devices[c.device].ID)
	}
	return ""
}

// present are the members found at a bearer.
func (t *table) present(b *bearer) map[catalog.ProductKey]bool {
	out := map[catalog.ProductKey]bool{}
	for p, items := range b.members {
		out[p] = len(items) > 0
	}
	return out
}

// inferred says whether the members that are there make the suite.
func (s Suite) inferred(present map[catalog.ProductKey]bool) bool {
	others, found := 0, 0
	for _, m := range s.Members {
		switch {
		case !slices.Contains(s.Mandatory, m):
			others++
			if present[m] {
				found++
			}
		case !present[m]:
			return false
		}
	}
	if s.Count > 0 {
		return found >= s.Count
	}
	return decimal.NewFromInt(int64(found)).GreaterThanOrEqual(s.Share.Mul(decimal.NewFromInt(int64(others))))
}

// bearing is a bearer as a consumer of the suite, which is used wherever a member
// is, in the versions of the members.
func (t *table) bearing(n int, id string, b *bearer) consumer {
	out := consumer{id: id, device: -1, suite: true}
	var versions []string
	for _, m := range t.desks[n].terms.suite.Members {
		for _, i := range b.members[m] {
			c := t.consumer(i)
			out.device, out.user = max(out.device, c.device), cmp.Or(out.user, c.user)
			out.entity, out.country = cmp.Or(out.entity, c.entity), cmp.Or(out.country, c.country)
			out.environments, versions = union(out.environments, c.environments), union(versions, c.versions())
			if c.lastUsed.After(out.lastUsed) {
				out.lastUsed = c.lastUsed
			}
		}
	}
	for _, v := range versions {
		out.uses = append(out.uses, use{device: out.device, user: out.user, version: v, lastUsed: out.lastUsed})
	}
	return out
}

// measureOffered measures consumers that were not found but are offered, and adds
// them; nil where the metric does not count them one by one.
func (t *table) measureOffered(ctx context.Context, n int, wanted []consumer) (map[string]int, error) {
	if len(wanted) == 0 {
		return nil, nil
	}
	d := t.desks[n]
	got, err := d.metric.Measure(ctx, t.facts(d.managedProduct, wanted))
	if err != nil {
		return nil, err
	}
	counts, out := countsOf(got), map[string]int{}
	for _, c := range wanted {
		count, measured := counts[c.id]
		if !measured {
			return nil, nil
		}
		out[c.id] = t.add(n, c, t.outcomeOf(c, *count))
	}
	return out, nil
}
