package compliance

import (
	"maps"
	"reflect"
	"slices"

	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/metric"
)

// lens is a product under management with what its position looks at in a device.
type lens struct {
	managedProduct
	// counted says that alike devices may stand for one another.
	counted bool
	// host and machine say which facts of hardware the metric reads.
	host, machine bool
	// install says that every release in use on a device consumes for itself.
	install bool
	// hosted says that the host of a virtual machine counts.
	hosted bool
	// entity, country and environment say which places entitlements ask for.
	entity, country, environment bool
}

func newLens(m managedProduct) lens {
	l := lens{managedProduct: m, counted: m.metric.Multiplies() && !m.metric.Reaches() && m.plain()}
	switch m.metric.Scope() {
	case metric.Device:
	case metric.Install:
		l.install = true
	case metric.VirtualMachine, metric.Instance:
		l.machine = true
	case metric.PhysicalHost:
		l.host = true
	default:
		l.counted = false
	}
	l.hosted = l.host || !m.plain()
	for _, e := range m.entitlements {
		l.entity = l.entity || len(e.Entities)+len(e.Pools) > 0
		l.country = l.country || len(e.Countries) > 0
		l.environment = l.environment || len(e.Environments) > 0
	}
	return l
}

// plain says whether no term of the product looks at single consumers, or at other
// products. What is not listed here is taken to.
func (m managedProduct) plain() bool {
	return !slices.ContainsFunc(m.licensing, func(l Licensing) bool { return !l.plain() }) &&
		!slices.ContainsFunc(m.entitlements, func(e Entitlement) bool { return !e.plain() })
}

func (l Licensing) plain() bool {
	return reflect.DeepEqual(l, Licensing{
		Product: l.Product, Edition: l.Edition, Metric: l.Metric, Price: l.Price, Tier: l.Tier,
		Parameters: l.Parameters, Choices: l.Choices,
	})
}

func (e Entitlement) plain() bool {
	return len(e.Allocations) == 0 && reflect.DeepEqual(e, Entitlement{
		ID: e.ID, Contract: e.Contract, Product: e.Product, Edition: e.Edition, Version: e.Version, Metric: e.Metric,
		Quantity: e.Quantity, Start: e.Start, End: e.End, MaintenanceEnd: e.MaintenanceEnd,
		Downgrade: e.Downgrade, DowngradeTo: e.DowngradeTo, CrossEdition: e.CrossEdition,
		Entities: e.Entities, Countries: e.Countries, Environments: e.Environments, Pools: e.Pools,
		Allocations: e.Allocations, Priority: e.Priority, UnitPrice: e.UnitPrice,
	})
}

// together keeps the products whole that the terms of another look at, and says
// whether some term looks at whole clusters. It gives the products that are not
// under management and through which people reach those that are.
func together(products []lens) (fronts []catalog.ProductKey, clusters bool) {
	held := map[catalog.ProductKey]bool{}
	for _, l := range products {
		clusters = clusters || l.metric.Reaches() || len(l.terms.layers) > 0
		for _, p := range l.terms.through {
			held[p] = true
		}
		if s := l.terms.suite; s != nil {
			for _, p := range slices.Concat(s.Members, s.Mandatory) {
				held[p] = true
			}
		}
	}
	for i, l := range products {
		if held[l.product] {
			products[i].counted, products[i].hosted = false, true
			delete(held, l.product)
		}
	}
	return slices.Sorted(maps.Keys(held)), clusters
}

// plain says whether nothing is stated of the device that looks at other devices.
func (d *Device) plain() bool {
	return d.MayRunOn == nil && d.Stays == nil && d.Role == RoleUnknown && d.StandbyFor == ""
}

// hosting says whether a cluster may have the device as a host.
func (d *Device) hosting() bool {
	return d.Cluster != "" && (d.Kind == Physical || d.Kind == KindUnknown)
}
