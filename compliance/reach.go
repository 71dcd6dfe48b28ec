package compliance

import (
	"slices"

	"github.com/trueup-dev/trueup/compliance/metric"
)

// reached are the hosts of clusters on which the product does not run, for a
// metric that may count them because a hypervisor may start it there. Which of
// them count is the metric's choice; those that it leaves out are dropped after
// the measurement.
func (r *reconciler) reached(running []consumer, asked bool) []consumer {
	t := r.travellers(running)
	var out []consumer
	for i, d := range r.Estate.devices {
		if d.Cluster == "" || d.Kind != Physical && d.Kind != KindUnknown || t.running[i] {
			continue
		}
		c := consumer{id: string(d.ID), device: i, entity: d.Entity, country: d.Country, reached: true, mayRun: t.mayRun(d), uses: t.near(d)}
		if asked {
			for _, u := range c.uses {
				c.environments = union(c.environments, []string{r.environment(u)})
			}
		}
		out = append(out, c)
	}
	return out
}

// travellers are the virtual machines with the product, by where they may go.
type travellers struct {
	all     []use
	running map[int]bool
	// cluster holds the uses in each cluster, open whether one of its machines has
	// no rule of affinity, or none that is known; pinned are the hosts that rules
	// name.
	cluster map[string][]use
	open    map[string]metric.Flag
	pinned  map[DeviceID][]use
}

func (r *reconciler) travellers(running []consumer) travellers {
	t := travellers{running: map[int]bool{}, cluster: map[string][]use{}, open: map[string]metric.Flag{}, pinned: map[DeviceID][]use{}}
	for _, c := range running {
		t.running[c.device] = true
		t.all = append(t.all, c.uses...)
		cluster := r.deviceOf(c).Cluster
		t.cluster[cluster] = append(t.cluster[cluster], c.uses...)
		for _, u := range c.uses {
			if u.device < 0 {
				continue
			}
			t.add(u, r.Estate.devices[u.device], cluster)
		}
	}
	return t
}

// add notes where one machine may go.
func (t travellers) add(u use, d Device, cluster string) {
	for _, host := range d.MayRunOn {
		t.pinned[host] = append(t.pinned[host], u)
	}
	switch {
	case d.Kind == Physical:
	case d.MayRunOn == nil:
		t.open[cluster] = max(t.open[cluster], metric.UnknownFlag) // noted, unless one is open anyhow
	case len(d.MayRunOn) == 0:
		t.open[cluster] = metric.Yes
	}
}

// mayRun says whether the rules let one of the machines start on a host.
func (t travellers) mayRun(host Device) metric.Flag {
	if len(t.pinned[host.ID]) > 0 {
		return metric.Yes
	}
	if open, noted := t.open[host.Cluster]; noted {
		return open
	}
	return metric.No
}

// near are the uses that may come to a host: those of its cluster, or that rules
// send there, or, where it counts for another reason, all. They decide which
// entitlement would cover the host.
func (t travellers) near(host Device) []use {
	own, sent := t.cluster[host.Cluster], t.pinned[host.ID]
	switch {
	case len(own)+len(sent) == 0:
		return t.all
	case len(sent) == 0:
		return own
	}
	return slices.Concat(own, sent)
}
