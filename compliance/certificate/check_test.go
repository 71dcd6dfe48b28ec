package certificate_test

import (
	"encoding/json"
	"fmt"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/certificate"
	"github.com/trueup-dev/trueup/internal/flow"
)

func cost(c flow.Cost) certificate.Cost {
	return certificate.Cost{Risk: decimal.NewFromInt(c.Risk), Value: decimal.NewFromInt(c.Value)}
}

func minus(a, b certificate.Cost) certificate.Cost {
	return certificate.Cost{Risk: a.Risk.Sub(b.Risk), Value: a.Value.Sub(b.Value)}
}

// solved draws an assignment, solves it and states the certificate.
func solved(t *testing.T, r *rand.Rand) certificate.Certificate {
	var p flow.Problem
	value := map[int]int64{}
	demands := 1 + r.IntN(4)
	for i := range 1 + r.IntN(4) {
		p.Supply = append(p.Supply, r.Int64N(5))
		value[i] = r.Int64N(6)
	}
	for j := range demands {
		p.Demands = append(p.Demands, flow.Demand{Amount: r.Int64N(5), Penalty: flow.Cost{Risk: r.Int64N(6)}})
		for i := range p.Supply {
			if j == i%demands || r.IntN(2) == 0 {
				p.Arcs = append(p.Arcs, flow.Arc{Supply: i, Demand: j, Cost: flow.Cost{Value: value[i]}})
			}
		}
	}
	s, err := flow.Solve(t.Context(), p)
	require.NoError(t, err)
	return state(p, s, value)
}

func state(p flow.Problem, s flow.Solution, value map[int]int64) certificate.Certificate {
	var c certificate.Certificate
	for i, q := range p.Supply {
		c.Supplies = append(c.Supplies, certificate.Supply{ID: fmt.Sprint("s", i), Quantity: decimal.NewFromInt(q),
			Left: decimal.NewFromInt(q), Value: decimal.NewFromInt(value[i]), Price: cost(s.SupplyPrice[i])})
	}
	var total, bound flow.Cost
	for j, d := range p.Demands {
		amount := decimal.NewFromInt(d.Amount)
		penalty, price := cost(d.Penalty), cost(s.DemandPrice[j])
		c.Demands = append(c.Demands, certificate.Demand{ID: fmt.Sprint("d", j), Amount: amount,
			Members: []certificate.Member{{ID: "m", Amount: amount}}, Covered: decimal.NewFromInt(d.Amount - s.Unserved[j]),
			Short: decimal.NewFromInt(s.Unserved[j]), Penalty: penalty, Price: price, Margin: minus(penalty, price)})
		total.Risk += d.Penalty.Risk * s.Unserved[j]
		bound.Risk += s.DemandPrice[j].Risk * d.Amount
		bound.Value += s.DemandPrice[j].Value * d.Amount
	}
	for i, a := range p.Arcs {
		from := &c.Supplies[a.Supply]
		q := decimal.NewFromInt(s.Flow[i])
		from.Used, from.Left = from.Used.Add(q), from.Left.Sub(q)
		reduced := minus(certificate.Cost{Risk: from.Price.Risk, Value: from.Value.Add(from.Price.Value)}, c.Demands[a.Demand].Price)
		c.Arcs = append(c.Arcs, certificate.Arc{Supply: from.ID, Demand: c.Demands[a.Demand].ID, Quantity: q, Reduced: reduced})
		total.Value += a.Cost.Value * s.Flow[i]
	}
	for i, q := range p.Supply {
		bound.Risk -= s.SupplyPrice[i].Risk * q
		bound.Value -= s.SupplyPrice[i].Value * q
	}
	c.Cost, c.Bound, c.Gap = cost(total), cost(bound), minus(cost(total), cost(bound))
	return c
}

// numbers finds every number of a certificate, with its path.
func numbers(path string, v reflect.Value, visit func(string, *decimal.Decimal)) {
	if d, ok := v.Addr().Interface().(*decimal.Decimal); ok {
		visit(path, d)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			numbers(path+"."+v.Type().Field(i).Name, v.Field(i), visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			numbers(fmt.Sprintf("%s[%d]", path, i), v.Index(i), visit)
		}
	}
}

func TestOneChangedNumberIsRefused(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		c := solved(t, r)
		require.NoError(t, certificate.Check(c))
		require.True(t, c.Optimal())
		numbers("", reflect.ValueOf(&c).Elem(), func(path string, d *decimal.Decimal) {
			old := *d
			for _, by := range []string{"1", "-1", "0.01", "-3", "1000000"} {
				*d = old.Add(decimal.RequireFromString(by))
				require.ErrorIs(t, certificate.Check(c), certificate.ErrRefused, "%s from %s to %s", path, old, d)
			}
			*d = old
		})
		require.NoError(t, certificate.Check(c))
	}
}

func TestJSON(t *testing.T) {
	c := solved(t, rand.New(rand.NewPCG(3, 4)))
	text, err := json.Marshal(c)
	require.NoError(t, err)
	assert.Contains(t, string(text), `"quantity":"`)
	var again certificate.Certificate
	require.NoError(t, json.Unmarshal(text, &again))
	require.NoError(t, certificate.Check(again))
	once, err := json.Marshal(again)
	require.NoError(t, err)
	assert.Equal(t, string(text), string(once))
}

// small is one license for two consumers of different price.
func small() certificate.Certificate {
	d := decimal.NewFromInt
	risk := func(n int64) certificate.Cost { return certificate.Cost{Risk: d(n)} }
	demand := func(id string, covered, penalty, price int64) certificate.Demand {
		return certificate.Demand{ID: id, Members: []certificate.Member{{ID: "x", Amount: d(1)}}, Amount: d(1), Covered: d(covered),
			Short: d(1 - covered), Penalty: risk(penalty), Price: risk(price), Margin: risk(penalty - price)}
	}
	return certificate.Certificate{
		Supplies: []certificate.Supply{{ID: "s", Quantity: d(1), Used: d(1), Price: risk(10)}},
		Demands:  []certificate.Demand{demand("cheap", 0, 10, 10), demand("dear", 1, 20, 10)},
		Arcs: []certificate.Arc{
			{Supply: "s", Demand: "cheap"},
			{Supply: "s", Demand: "dear", Quantity: d(1)},
		},
		Cost: risk(10), Bound: risk(10),
	}
}

func TestFailuresHaveKinds(t *testing.T) {
	require.NoError(t, certificate.Check(small()))
	one := decimal.NewFromInt(1)
	for kind, change := range map[certificate.Kind]func(*certificate.Certificate){
		certificate.Malformed:  func(c *certificate.Certificate) { c.Arcs[0].Demand = "nobody" },
		certificate.Negative:   func(c *certificate.Certificate) { c.Arcs[0].Quantity = one.Neg() },
		certificate.Overused:   func(c *certificate.Certificate) { c.Arcs[0].Quantity = one },
		certificate.Miscounted: func(c *certificate.Certificate) { c.Demands[0].Short = decimal.Zero },
		certificate.Misstated:  func(c *certificate.Certificate) { c.Cost.Risk = one },
		certificate.Unsound:    func(c *certificate.Certificate) { c.Supplies[0].Price.Risk = one },
		certificate.Slack:      func(c *certificate.Certificate) { c.Demands[0].Penalty.Risk = decimal.NewFromInt(11) },
	} {
		c := small()
		change(&c)
		err := certificate.Check(c)
		assert.ErrorIs(t, err, certificate.ErrRefused, kind)
		assert.ErrorIs(t, err, &certificate.Failure{Kind: kind})
	}
}

func TestGap(t *testing.T) {
	// The cheap consumer gets the license: lawful, not the best, and honest about
	// how far from it.
	c := small()
	one := decimal.NewFromInt(1)
	c.Arcs[0].Quantity, c.Arcs[1].Quantity = one, decimal.Zero
	for j, covered := range []int64{1, 0} {
		c.Demands[j].Covered, c.Demands[j].Short = decimal.NewFromInt(covered), decimal.NewFromInt(1-covered)
	}
	require.ErrorIs(t, certificate.Check(c), &certificate.Failure{Kind: certificate.Slack})
	c.Cost.Risk, c.Gap.Risk = decimal.NewFromInt(20), decimal.NewFromInt(10)
	require.NoError(t, certificate.Check(c))
	assert.False(t, c.Optimal())
}

func TestHugeNumbersAreRefusedAtOnce(t *testing.T) {
	c := small()
	c.Supplies[0].Quantity = decimal.New(1, 1_000_000_000)
	require.ErrorIs(t, certificate.Check(c), &certificate.Failure{Kind: certificate.Malformed})
}

// The checker is worth something only while it shares nothing with what it
// checks.
func TestImports(t *testing.T) {
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		require.NoError(t, err)
		for _, imp := range f.Imports {
			if path := strings.Trim(imp.Path.Value, `"`); path != "github.com/shopspring/decimal" {
				assert.NotContains(t, path, ".", name)
			}
		}
	}
}

func TestGeneratedCertificatesHold(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 5_000 {
		c := solved(t, r)
		require.NoError(t, certificate.Check(c))
		require.True(t, c.Optimal())
	}
}
