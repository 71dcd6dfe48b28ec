package compliance

import (
	"context"
	"slices"
)

// offerLayers offers, for every host on which machines of a product may be licensed
// together, that the host be licensed under each layer that is lawful there.
func (t *table) offerLayers(ctx context.Context, n int) error {
	for _, l := range t.desks[n].terms.layers {
		for _, g := range t.grounds(n, l) {
			if err := t.offerLayer(ctx, n, l, g); err != nil {
				return err
			}
		}
	}
	return nil
}

// ground is what a layer licenses: the hosts, and the consumers that may then run
// on them.
type ground struct {
	hosts []int // devices of the estate
	items []int
}

// grounds parts the consumers that a layer can carry by their host or cluster. A
// consumer whose host is not known stands nowhere, and no layer carries it.
func (t *table) grounds(n int, l Layer) []ground {
	byName := map[string]*ground{}
	var names []string
	for _, i := range t.own(n) {
		c := t.consumer(i)
		host, known := t.hostOfConsumer(c)
		if !known || !l.holds(c) {
			continue
		}
		name := string(t.Estate.devices[host].ID)
		hosts := []int{host}
		if l.Cluster {
			if hosts = t.reach(c, host); hosts == nil {
				continue
			}
			name = "cluster " + t.Estate.devices[host].Cluster
		}
		g := byName[name]
		if g == nil {
			g = &ground{}
			byName[name], names = g, append(names, name)
		}
		g.items, g.hosts = append(g.items, i), append(g.hosts, hosts...)
	}
	slices.Sort(names)
	var out []ground
	for _, name := range names {
		g := byName[name]
		slices.Sort(g.hosts)
		g.hosts = slices.Compact(g.hosts)
		out = append(out, *g)
	}
	return out
}

// holds says whether the layer may carry a consumer, by its editions in use.
func (l Layer) holds(c consumer) bool {
	if len(l.Carries) == 0 {
		return true
	}
	for _, e := range c.editions() {
		if e != "" && !slices.Contains(l.Carries, e) {
			return false
		}
	}
	return true
}

// hostOfConsumer is the physical device on which a consumer runs: its own, or that
// of its virtual machine.
func (r *reconciler) hostOfConsumer(c consumer) (int, bool) {
	d := r.deviceOf(c)
	switch {
	case c.device < 0:
		return 0, false
	case d.Kind == Physical:
		return c.device, true
	case d.Host == "":
		return 0, false
	}
	return r.Estate.device(d.Host)
}

// reach are the hosts on which a consumer may run: those of its host's cluster, less
// those that a rule of affinity keeps it from; nil where the cluster is not known.
func (r *reconciler) reach(c consumer, host int) []int {
	cluster := r.Estate.devices[host].Cluster
	if cluster == "" {
		return nil
	}
	hosts, rule := r.clusters()[cluster], r.deviceOf(c).MayRunOn
	if len(rule) == 0 {
		return hosts
	}
	return slices.DeleteFunc(slices.Clone(hosts), func(h int) bool {
		return h != host && !slices.Contains(rule, r.Estate.devices[h].ID)
	})
}

// reachOf is the reach of a consumer that stands on a host.
func (r *reconciler) reachOf(c consumer) []int {
	host, known := r.hostOfConsumer(c)
	if !known {
		return nil
	}
	return r.reach(c, host)
}

// clusters are the physical devices of each cluster.
func (r *reconciler) clusters() map[string][]int {
	if r.byCluster == nil {
		r.byCluster = map[string][]int{}
		for i, d := range r.Estate.devices {
			if d.Kind == Physical && d.Cluster != "" {
				r.byCluster[d.Cluster] = append(r.byCluster[d.Cluster], i)
			}
		}
	}
	return r.byCluster
}

// offerLayer measures the hosts of a ground under a layer and offers that they be
// licensed.
func (t *table) offerLayer(ctx context.Context, n int, l Layer, g ground) error {
	d := t.desks[n]
	m, _ := t.Metrics.Metric(l.Metric)
	under := d.managedProduct
	under.metric = m
	out := carrier{name: l.Name, right: Virtualisation, carries: g.items, machines: l.Machines}
	for _, i := range g.items {
		if len(l.Carries) > 0 && slices.Contains(t.consumer(i).editions(), "") {
			out.unsure = append(out.unsure, i) // it may be an edition that the layer does not carry
			o := t.outcome(i)
			o.Missing = union(o.Missing, []string{"install.edition"})
		}
	}
	var hosts []consumer
	for _, h := range g.hosts {
		hosts = append(hosts, t.underLayer(n, l, h, g))
	}
	got, err := m.Measure(ctx, t.facts(under, hosts))
	if err != nil {
		return err
	}
	counts := countsOf(got)
	for _, c := range hosts {
		count, measured := counts[c.id]
		if !measured { // a metric that counts hosts together licenses none by itself
			return nil
		}
		out.needs = append(out.needs, need{item: t.add(n, c, t.outcomeOf(c, *count)), times: 1})
	}
	t.carriers = append(t.carriers, out)
	return nil
}

// underLayer is a host as a consumer of its own, with the uses of all that may run
// on it.
func (t *table) underLayer(n int, l Layer, host int, g ground) consumer {
	dev := t.Estate.devices[host]
	c := consumer{
		id: string(dev.ID), device: host, entity: dev.Entity, country: dev.Country,
		layer: &layerOf{Layer: l, id: string(dev.ID) + "/" + l.Name},
	}
	for _, i := range g.items {
		on := t.consumer(i)
		if !l.Cluster || slices.Contains(t.reachOf(on), host) {
			c.uses = append(c.uses, on.uses...)
			c.environments = union(c.environments, on.environments)
			if on.lastUsed.After(c.lastUsed) {
				c.lastUsed = on.lastUsed
			}
		}
	}
	slices.SortFunc(c.uses, compareUses)
	return c
}

// layerOf marks a consumer as a host that a layer licenses.
type layerOf struct {
	Layer
	id string // of its outcome
}

// judgeLayer says whether an entitlement may license a host under a layer.
func judgeLayer(e Entitlement, c consumer, r *reconciler) ruling {
	l := c.layer
	switch {
	case l.Edition != "" && e.Edition != "" && e.Edition != l.Edition:
		return ruling{refused: OtherEdition}
	case l.Maintenance && !e.MaintenanceEnd.After(r.AsOf):
		return ruling{refused: NoMaintenance}
	}
	e.Edition = "" // the layer says which editions may run
	e.CrossEdition, e.DowngradeTo = nil, slices.DeleteFunc(slices.Clone(e.DowngradeTo), func(r Release) bool { return r.Edition != "" })
	return judge(e, c, r.AsOf)
}

// priceOf is what a unit costs that the consumer lacks.
func (m managedProduct) priceOf(c consumer, o Outcome) Money {
	if c.layer == nil {
		return m.price(o.Editions)
	}
	if c.layer.Price.Amount.IsPositive() {
		return c.layer.Price
	}
	if c.layer.Edition != "" {
		return m.price([]string{c.layer.Edition})
	}
	return m.price(o.Editions)
}
