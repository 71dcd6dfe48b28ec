package scale

import (
	"github.com/trueup-dev/trueup/compliance"
)

// ByHand is what one would write who only wants the counts: it looks every raw name
// up in a map, adds up the units of each product and entity in another, and counts
// the names that it does not know. It says nothing of who needs what and why, does
// not notice a device that comes twice, and knows one price and no rights.
type ByHand struct {
	products map[string]product
	units    map[cell]int
	unknown  map[string]int
}

type product struct {
	key     string
	perCore bool
}

type cell struct{ product, entity string }

// NewByHand starts counting the devices of an estate.
func NewByHand(e *Estate) *ByHand {
	b := &ByHand{products: map[string]product{}, units: map[cell]int{}, unknown: map[string]int{}}
	for i := range Titles {
		b.products[e.Name(i)] = product{string(e.Product(i)), PerCore(i)}
	}
	return b
}

// Count adds a device, or takes it away where sign is -1.
func (b *ByHand) Count(d *compliance.Device, installs []compliance.Install, sign int) {
	for k := range installs {
		name := installs[k].Title.Name
		p := b.products[name]
		switch {
		case p.key == "":
			b.unknown[name] += sign
		case p.perCore:
			b.units[cell{p.key, d.Entity}] += sign * d.Cores
		default:
			b.units[cell{p.key, d.Entity}] += sign
		}
	}
}

// Short reads out how much of each product is short.
func (b *ByHand) Short(owned int) map[string]int {
	out := map[string]int{}
	for c, n := range b.units {
		out[c.product] += n
	}
	for p, n := range out {
		out[p] = max(n-owned, 0)
	}
	return out
}
