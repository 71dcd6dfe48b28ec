package compliance

import (
	"context"
	"slices"

	"github.com/shopspring/decimal"
)

// packSizes are the distinct sizes of the packs of entitlements, largest first;
// where there are none, units are given one by one.
func packSizes(es []Entitlement) []decimal.Decimal {
	var sizes []decimal.Decimal
	if len(es) == 0 {
		return []decimal.Decimal{{}}
	}
	for _, e := range es {
		if !slices.ContainsFunc(sizes, e.Pack.Equal) {
			sizes = append(sizes, e.Pack)
		}
	}
	slices.SortFunc(sizes, func(a, b decimal.Decimal) int { return b.Cmp(a) })
	return sizes
}

// packed says whether anything comes in packs.
func (b *bench) packed() bool { return len(b.sizes) > 0 && b.sizes[0].IsPositive() }

// packsIn is how many whole packs an amount holds, packsFor how many it takes to
// hold it.
func packsIn(amount, size decimal.Decimal) decimal.Decimal {
	n, _ := amount.QuoRem(size, 0)
	return n
}

func packsFor(amount, size decimal.Decimal) decimal.Decimal {
	n, rest := amount.QuoRem(size, 0)
	if rest.IsPositive() {
		return n.Add(decimal.NewFromInt(1))
	}
	return n
}

// portion is a part of what a consumer asks: a number of packs of one size, or of
// units where the size is zero. Each is worth so many units to it; only the last
// pack may be worth less than its size.
type portion struct {
	size, number, worth decimal.Decimal
}

// portions parts an amount: so many packs of the sizes before the last as were
// decided, and what remains by the last.
//
// Packs that are worth their whole size and the last, which may be worth less, are
// two portions, so that what a missing pack costs is what it would have covered.
// Since the last is worth least it is the first to be missing, as it should be.
func (b *bench) portions(amount decimal.Decimal, packs []int64) []portion {
	var out []portion
	add := func(size decimal.Decimal, n decimal.Decimal) {
		full := decimal.Min(n, packsIn(amount, size))
		out = append(out, portion{size, full, size})
		amount = amount.Sub(full.Mul(size))
		if n.GreaterThan(full) && amount.IsPositive() {
			out = append(out, portion{size, decimal.NewFromInt(1), amount})
			amount = decimal.Zero
		}
	}
	last := len(b.sizes) - 1
	for i, size := range b.sizes[:last] {
		if i < len(packs) && packs[i] > 0 {
			add(size, decimal.NewFromInt(packs[i]))
		}
	}
	if size := b.sizes[last]; size.IsPositive() {
		add(size, packsFor(amount, size))
	} else if amount.IsPositive() {
		out = append(out, portion{size, amount, decimal.NewFromInt(1)})
	}
	return slices.DeleteFunc(out, func(p portion) bool { return !p.number.IsPositive() })
}

// splits are the ways in which an amount may be taken from packs of several sizes:
// for each the number of packs of every size but the last. There is one, empty, way
// where there is one size. With more than the limit the rest is left out, which it
// says; taking all from the last size is always among them.
func (b *bench) splits(amount decimal.Decimal, limit int) (ways [][]int64, cut bool) {
	ways = [][]int64{nil}
	for _, size := range b.sizes[:max(len(b.sizes)-1, 0)] {
		var next [][]int64
		for _, w := range ways {
			left := amount
			for i, n := range w {
				left = left.Sub(b.sizes[i].Mul(decimal.NewFromInt(n)))
			}
			most := packsFor(decimal.Max(left, decimal.Zero), size).IntPart()
			for n := range most + 1 {
				if len(next) >= limit {
					cut = true
					break
				}
				next = append(next, append(slices.Clone(w), n))
			}
		}
		ways = next
	}
	return ways, cut
}

// inPacks turns stocks into numbers of packs, each at the price of a pack. What is
// left of a broken pack is no pack.
func (b *bench) inPacks(stocks []stock) []stock {
	out := slices.Clone(stocks)
	for k, p := range b.parts {
		if size := b.entitlements[p.entitlement].Pack; size.IsPositive() {
			out[k] = stock{owned: packsIn(stocks[k].owned, size), price: stocks[k].price.Mul(size)}
		}
	}
	return out
}

// portionClaim is what a portion asks, of the parts whose packs have its size.
func (b *bench) portionClaim(c claim, p portion) claim {
	c.amount, c.price, c.rights = p.number, c.price.Mul(p.worth), slices.Clone(c.rights)
	for k, part := range b.parts {
		if !b.entitlements[part.entitlement].Pack.Equal(p.size) {
			c.rights[k] = ""
		}
	}
	return c
}

// assignPacks assigns what comes in packs.
func (b *bench) assignPacks(ctx context.Context, stocks []stock, claims []claim, decided plan) (given, error) {
	var asked []claim
	var of []int
	var parts []portion
	for i, c := range claims {
		for _, p := range b.portions(c.amount, decided.of(i).packs) {
			asked, of, parts = append(asked, b.portionClaim(c, p)), append(of, i), append(parts, p)
		}
	}
	got, err := assign(ctx, b.inPacks(stocks), asked)
	if err != nil {
		return given{}, err
	}
	out := given{make([][]decimal.Decimal, len(claims)), make([][]decimal.Decimal, len(claims))}
	for i := range claims {
		out.covered[i], out.left[i] = make([]decimal.Decimal, len(stocks)), make([]decimal.Decimal, len(stocks))
	}
	for n, row := range got {
		i, p := of[n], parts[n]
		for k, q := range row {
			out.covered[i][k] = out.covered[i][k].Add(q.Mul(p.worth))
			if p.size.IsPositive() {
				out.left[i][k] = out.left[i][k].Add(q.Mul(p.size.Sub(p.worth)))
			}
		}
	}
	return out, nil
}
