package scale

// Coded is the estate as whoever counts fastest would hold it: titles are numbers,
// what they stand for and all counts are arrays, and the installs of a device stand
// together. There are no names, sources, users or dates in it.
type Coded struct {
	title         []uint32 // Installs of each device
	entity, cores []uint8  // by device
	product       []int32  // by title, -1 without
	units         []int    // by product and entity
	unknown       []int    // by title
}

// NewCoded holds an estate.
func NewCoded(e *Estate) *Coded {
	c := &Coded{units: make([]int, Managed*Entities), unknown: make([]int, Titles)}
	for d := range e.Devices {
		c.entity, c.cores = append(c.entity, uint8(d%Entities)), append(c.cores, uint8(e.Cores(d, 0)))
		for k := range Installs {
			c.title = append(c.title, uint32(e.Title(d, k, 0)))
		}
	}
	for t := range Titles {
		p := int32(-1)
		if e.Product(t) != "" {
			p = int32(t)
		}
		c.product = append(c.product, p)
	}
	return c
}

// Short counts everything, and gives how much of each product is short.
func (c *Coded) Short(owned int) []int {
	for d, entity := range c.entity {
		for _, t := range c.title[d*Installs : (d+1)*Installs] {
			p := c.product[t]
			switch {
			case p < 0:
				c.unknown[t]++
			case PerCore(int(t)):
				c.units[int(p)*Entities+int(entity)] += int(c.cores[d])
			default:
				c.units[int(p)*Entities+int(entity)]++
			}
		}
	}
	out := make([]int, Managed)
	for p := range out {
		for _, n := range c.units[p*Entities : (p+1)*Entities] {
			out[p] += n
		}
		out[p] = max(out[p]-owned, 0)
	}
	return out
}
