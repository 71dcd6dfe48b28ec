package compliance

import (
	"math/rand/v2"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
)

// total is risk, value and rank of an assignment.
func totalOf(stocks []stock, claims []claim, got [][]decimal.Decimal) (sum [3]int64) {
	for i, c := range claims {
		left := c.amount
		for k, q := range got[i] {
			left = left.Sub(q)
			sum[1] += q.Mul(stocks[k].price).IntPart()
			sum[2] += q.IntPart() * int64(c.ranks[k])
		}
		sum[0] += left.Mul(c.price).IntPart()
	}
	return sum
}

// best tries every assignment of single units.
func best(stocks []stock, claims []claim) [3]int64 {
	var least *[3]int64
	got := make([][]decimal.Decimal, len(claims))
	for i := range got {
		got[i] = make([]decimal.Decimal, len(stocks))
	}
	one := decimal.NewFromInt(1)
	var try func(i int, left decimal.Decimal)
	try = func(i int, left decimal.Decimal) {
		for left.IsZero() {
			if i++; i == len(claims) {
				sum := totalOf(stocks, claims, got)
				if least == nil || sum[0] < least[0] || sum[0] == least[0] && (sum[1] < least[1] || sum[1] == least[1] && sum[2] < least[2]) {
					least = &sum
				}
				return
			}
			left = claims[i].amount
		}
		try(i, left.Sub(one)) // this unit stays uncovered
		for k := range stocks {
			if claims[i].rights[k] != "" && stocks[k].owned.IsPositive() {
				stocks[k].owned, got[i][k] = stocks[k].owned.Sub(one), got[i][k].Add(one)
				try(i, left.Sub(one))
				stocks[k].owned, got[i][k] = stocks[k].owned.Add(one), got[i][k].Sub(one)
			}
		}
	}
	try(-1, decimal.Zero)
	return *least
}

func TestPreferenceDecidesOnlyWhereMoneyDoesNot(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 7))
		stocks, claims := make([]stock, 1+r.IntN(3)), make([]claim, 1+r.IntN(3))
		for k := range stocks {
			stocks[k] = stock{owned: decimal.NewFromInt(r.Int64N(4)), price: decimal.NewFromInt(r.Int64N(3))}
		}
		for i := range claims {
			c := claim{amount: decimal.NewFromInt(r.Int64N(3)), price: decimal.NewFromInt(1 + r.Int64N(3)), rights: make([]Reason, len(stocks)), ranks: make([]int, len(stocks))}
			for k := range stocks {
				if r.IntN(3) > 0 {
					c.rights[k], c.ranks[k] = OwnVersion, r.IntN(3)
				}
			}
			claims[i] = c
		}
		got, err := assign(t.Context(), stocks, claims)
		require.NoError(t, err)
		require.Equal(t, best(stocks, claims), totalOf(stocks, claims, got), "seed %d", seed)
	}
}
