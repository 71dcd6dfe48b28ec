package certificate

import "github.com/shopspring/decimal"

// No quantity or price has more digits. Sums and products of numbers within
// these bounds stay small; one of 1e1000000000 would take all memory.
const (
	maxDigits   = 60
	maxExponent = 60
)

// maxWork bounds the arcs that all leaves together look at.
const maxWork = 1_000_000_000

// names are what has been named, by what it is.
type names map[string]bool

// form checks what must hold before anything is computed: identifiers that name
// one thing each, and numbers of a sane size.
func (k *checker) form(c Certificate) {
	if c.Version != Version {
		k.fail(Malformed, "version", "it is %d, and this program reads %d", c.Version, Version)
	}
	supplies, groups := names{}, names{}
	for i, p := range c.Parts {
		k.partForm(number("part", i), p, supplies, groups)
	}
	k.sane("totals", c.Cost, c.Bound, c.Gap)
}

func (k *checker) partForm(item string, p Part, supplies, groups names) {
	own := names{}
	for _, s := range p.Supplies {
		k.name(supplies, "supply "+s.ID, s.ID)
		k.digits("supply "+s.ID, s.Quantity, s.Used, s.Left)
		own[s.ID] = true
	}
	arcs := 0
	for _, g := range p.Groups {
		k.name(groups, "group "+g.ID, g.ID)
		k.groupForm(g, own)
		for _, o := range g.Options {
			for _, d := range o.Demands {
				arcs += 1 + len(d.Arcs)
			}
		}
	}
	k.digits(item, p.Step.Quantity)
	k.sane(item, p.Step.Cost, p.Cost, p.Bound)
	if len(p.Tree)*arcs > maxWork {
		k.fail(Malformed, item, "its tree of %d nodes over %d arcs is too large to check", len(p.Tree), arcs)
	}
	k.treeForm(item, p, own)
}

func (k *checker) groupForm(g Group, supplies names) {
	item := "group " + g.ID
	k.digits(item, g.Copies)
	k.memberForm(item, g.Members)
	if len(g.Options) == 0 {
		k.fail(Malformed, item, "it has no option")
	}
	options := names{}
	for _, o := range g.Options {
		item := item + ", option " + o.ID
		k.name(options, item, o.ID)
		k.digits(item, o.Taken)
		k.sane(item, o.Cost)
		demands := names{}
		for _, d := range o.Demands {
			item := item + ", demand " + d.ID
			k.name(demands, item, d.ID)
			k.digits(item, d.Amount, d.Short)
			k.sane(item, d.Penalty)
			k.memberForm(item, d.Members)
			seen := names{}
			for _, a := range d.Arcs {
				item := item + ", from " + a.Supply
				k.name(seen, item, a.Supply)
				k.digits(item, a.Quantity)
				k.sane(item, a.Cost)
				if !supplies[a.Supply] {
					k.fail(Malformed, item, "the supply is not one of the part")
				}
			}
		}
	}
}

func (k *checker) memberForm(item string, members []Member) {
	seen := names{}
	for _, m := range members {
		item := item + ", member " + m.ID
		k.name(seen, item, m.ID)
		k.digits(item, m.Amount)
	}
}

// treeForm checks that the nodes make up one tree.
func (k *checker) treeForm(item string, p Part, supplies names) {
	options := map[[2]string]bool{}
	for _, g := range p.Groups {
		for _, o := range g.Options {
			options[[2]string{g.ID, o.ID}] = true
		}
	}
	wanted := 1
	for i, n := range p.Tree {
		item := item + ", " + number("node", i)
		if wanted--; wanted < 0 {
			k.fail(Malformed, item, "the tree is complete without it")
			return
		}
		switch {
		case (n.Cut == nil) == (n.Leaf == nil):
			k.fail(Malformed, item, "it is not either a cut or a leaf")
		case n.Cut != nil:
			wanted += 2
			k.digits(item, n.Cut.AtMost)
			if !options[[2]string{n.Cut.Group, n.Cut.Option}] {
				k.fail(Malformed, item, "group %s has no option %s", n.Cut.Group, n.Cut.Option)
			}
		default:
			k.leafForm(item, *n.Leaf, supplies)
		}
	}
	if wanted > 0 {
		k.fail(Malformed, item, "its tree lacks nodes")
	}
}

func (k *checker) leafForm(item string, l Leaf, supplies names) {
	k.digits(item, l.Weight)
	seen := names{}
	for _, p := range l.Prices {
		item := item + ", price of " + p.Supply
		k.name(seen, item, p.Supply)
		k.digits(item, p.Risk, p.Value)
		if !supplies[p.Supply] {
			k.fail(Malformed, item, "the supply is not one of the part")
		}
	}
}

func (k *checker) name(seen names, item, id string) {
	if seen[id] || id == "" {
		k.fail(Malformed, item, "its identifier is empty or taken")
	}
	seen[id] = true
}

func (k *checker) sane(item string, costs ...Cost) {
	for _, c := range costs {
		k.digits(item, c.Risk, c.Value)
	}
}

func (k *checker) digits(item string, numbers ...decimal.Decimal) {
	for _, d := range numbers {
		if e := d.Exponent(); e < -maxExponent || e > maxExponent || d.Coefficient().BitLen() > 4*maxDigits {
			k.fail(Malformed, item, "a number has too many digits")
		}
	}
}
