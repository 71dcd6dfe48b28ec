package certificate

import "github.com/shopspring/decimal"

// No quantity or price has more digits. Sums and products of numbers within
// these bounds stay small; one of 1e1000000000 would take all memory.
const (
	maxDigits   = 60
	maxExponent = 60
)

// form checks what must hold before anything is computed: identifiers that name
// one thing each, and numbers of a sane size.
func (k *checker) form() {
	for i, s := range k.c.Supplies {
		k.name(k.supply, "supply "+s.ID, s.ID, i)
		k.sane("supply "+s.ID, s.Quantity, s.Used, s.Left, s.Value, s.Price.Risk, s.Price.Value)
	}
	for j, d := range k.c.Demands {
		k.name(k.demand, "demand "+d.ID, d.ID, j)
		k.sane("demand "+d.ID, d.Amount, d.Covered, d.Short, d.Penalty.Risk, d.Penalty.Value,
			d.Price.Risk, d.Price.Value, d.Margin.Risk, d.Margin.Value)
		k.memberForm(d)
	}
	k.arcForm()
	k.sane("totals", k.c.Cost.Risk, k.c.Cost.Value, k.c.Bound.Risk, k.c.Bound.Value, k.c.Gap.Risk, k.c.Gap.Value)
}

func (k *checker) memberForm(d Demand) {
	seen := map[string]int{}
	for i, m := range d.Members {
		item := "demand " + d.ID + ", member " + m.ID
		k.name(seen, item, m.ID, i)
		k.sane(item, m.Amount)
	}
}

func (k *checker) arcForm() {
	type ends struct{ supply, demand string }
	seen := map[ends]bool{}
	serves := make([]bool, len(k.c.Supplies))
	for _, a := range k.c.Arcs {
		i, known := k.supply[a.Supply]
		_, wanted := k.demand[a.Demand]
		switch {
		case !known || !wanted:
			k.fail(Malformed, a.item(), "an end of it is not listed")
		case seen[ends{a.Supply, a.Demand}]:
			k.fail(Malformed, a.item(), "it is listed twice")
		default:
			serves[i] = true
		}
		seen[ends{a.Supply, a.Demand}] = true
		k.sane(a.item(), a.Quantity, a.Reduced.Risk, a.Reduced.Value)
	}
	for i, s := range k.c.Supplies {
		if !serves[i] {
			k.fail(Malformed, "supply "+s.ID, "no arc leaves it: leave it out")
		}
	}
}

func (a Arc) item() string { return "arc " + a.Supply + " to " + a.Demand }

func (k *checker) name(index map[string]int, item, id string, at int) {
	if _, taken := index[id]; taken || id == "" {
		k.fail(Malformed, item, "its identifier is empty or taken")
	}
	index[id] = at
}

func (k *checker) sane(item string, numbers ...decimal.Decimal) {
	for _, d := range numbers {
		if e := d.Exponent(); e < -maxExponent || e > maxExponent || d.Coefficient().BitLen() > 4*maxDigits {
			k.fail(Malformed, item, "a number has too many digits")
		}
	}
}
