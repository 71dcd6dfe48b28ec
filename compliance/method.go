package compliance

import (
	"context"
	"slices"

	"github.com/shopspring/decimal"
)

// Method is how entitlements are assigned to those whom they may cover. What the law
// allows is the same under all methods.
type Method uint8

// The methods. The lists are what list-driven tools do: they know no prices and never
// take back what they gave. They are here to be compared with (package saving).
// Allocations come first in all of them. Choices beyond an assignment, such as layers
// and suites, a list takes as the optimum makes them.
const (
	// Optimum: the least money at risk, then the least value used up.
	Optimum Method = iota
	// RightsFirst: entitlements cover what they were bought for, by priority and
	// identifier; what is left of them then covers other versions and editions, by
	// priority and each in the order of its own list. Consumers are served in the order
	// of identifiers
	// (https://www.servicenow.com/docs/r/it-asset-management/software-asset-management/supported-microsoft-license-types.html).
	RightsFirst
	// ConsumersInTurn: each consumer in the order of identifiers takes from the
	// entitlements that may cover it, by their priority
	// (https://docs.flexera.com/FlexNetManagerSuite2025R1/EN/WebHelp/tasks/LicCompl_Bundles.html).
	ConsumersInTurn
)

var methods = [...]string{"optimum", "rights-first", "consumers-in-turn"}

// String is the method as exports write it.
func (m Method) String() string {
	if int(m) < len(methods) {
		return methods[m]
	}
	return "invalid"
}

// MarshalText writes the method as a word.
func (m Method) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// ParseMethod reads what [Method.String] writes.
func ParseMethod(s string) (Method, bool) {
	i := slices.Index(methods[:], s)
	return Method(max(i, 0)), i >= 0
}

// distribute gives for each claim and stock the quantity that covers it.
func (m Method) distribute(ctx context.Context, stocks []stock, claims []claim) ([][]decimal.Decimal, error) {
	if m == Optimum {
		return assign(ctx, stocks, claims)
	}
	l := newList(stocks, claims)
	if m == RightsFirst {
		l.rightsFirst()
	} else {
		l.consumersInTurn()
	}
	return l.given, ctx.Err()
}

// list is an assignment that is made entry by entry.
type list struct {
	claims []claim
	left   []decimal.Decimal // of stocks
	lacks  []decimal.Decimal // by claims
	given  [][]decimal.Decimal
	ranks  int
}

func newList(stocks []stock, claims []claim) *list {
	l := &list{claims: claims, left: make([]decimal.Decimal, len(stocks)), lacks: make([]decimal.Decimal, len(claims)), given: make([][]decimal.Decimal, len(claims))}
	for k, s := range stocks {
		l.left[k] = s.owned
	}
	for i, c := range claims {
		l.lacks[i], l.given[i] = c.amount, make([]decimal.Decimal, len(stocks))
		for _, r := range c.ranks {
			l.ranks = max(l.ranks, r+1)
		}
	}
	return l
}

// give lets a stock cover as much of a claim as is left of it.
func (l *list) give(i, k int) {
	if q := decimal.Min(l.lacks[i], l.left[k]); q.IsPositive() {
		l.given[i][k] = l.given[i][k].Add(q)
		l.lacks[i], l.left[k] = l.lacks[i].Sub(q), l.left[k].Sub(q)
	}
}

func (l *list) rightsFirst() {
	for _, own := range []bool{true, false} {
		for rank := range l.ranks {
			for k := range l.left {
				for i, c := range l.claims {
					if c.rights[k] != "" && (c.rights[k] == OwnVersion) == own && c.ranks[k] == rank {
						l.give(i, k)
					}
				}
			}
		}
	}
}

func (l *list) consumersInTurn() {
	for i, c := range l.claims {
		for rank := range l.ranks {
			for k := range l.left {
				if c.rights[k] != "" && c.ranks[k] == rank {
					l.give(i, k)
				}
			}
		}
	}
}
