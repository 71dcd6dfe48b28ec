package certificate_test

import (
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
	"github.com/trueup-dev/trueup/internal/choice"
	"github.com/trueup-dev/trueup/internal/choice/sample"
	"github.com/trueup-dev/trueup/internal/flow"
)

// The instances are those that package choice compares with another solver.
func TestGeneratedCertificatesHold(t *testing.T) {
	for n, structure := range sample.Structures() {
		t.Run(structure.Name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(uint64(n), 1))
			for range 2_000 {
				c := solved(t, r, structure, choice.Limits{})
				require.NoError(t, certificate.Check(c))
				require.True(t, c.Optimal())
			}
		})
	}
}

// Where the search was stopped the certificate holds all the same, and states how
// far the assignment may be from the best.
func TestCertificatesWithAGapHold(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	gaps := 0
	for range 100 {
		for _, structure := range sample.Structures() {
			c := solved(t, r, structure, choice.Limits{Nodes: 1 + r.IntN(4)})
			require.NoError(t, certificate.Check(c))
			if !c.Optimal() {
				gaps++
			}
		}
	}
	assert.Greater(t, gaps, 20)
}

func TestOneChangedNumberIsRefused(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, structure := range sample.Structures() {
		for range 4 {
			c := solved(t, r, structure, choice.Limits{})
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
}

// A new digest makes another certificate of a changed one. Most are refused; those
// that are accepted are true of the problem that they state then.
func TestWhatIsAcceptedIsTrue(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	accepted, refused := map[string]int{}, 0
	for _, structure := range sample.Structures() {
		for n := range 10 {
			c := solved(t, r, structure, choice.Limits{Nodes: n % 5})
			numbers("", reflect.ValueOf(&c).Elem(), func(path string, d *decimal.Decimal) {
				old := *d
				for _, by := range []int64{1, -1, 2} {
					*d = old.Add(decimal.NewFromInt(by))
					if certificate.Check(c.Seal()) != nil {
						refused++
						continue
					}
					accepted[path[strings.LastIndex(path, "]")+1:]]++
					requireTrue(t, c, path)
				}
				*d = old
			})
		}
	}
	t.Log(refused, "refused; accepted:", accepted)
	assert.Greater(t, refused, 5_000)
	for path := range accepted {
		// Means to prove, and costs of what is not chosen: nothing that is claimed.
		assert.Contains(t, []string{".Risk", ".Value", ".Leaf.Weight", ".Cut.AtMost", ".Weight", ".AtMost", ".Penalty.Risk", ".Penalty.Value",
			".Cost.Risk", ".Cost.Value", ".Step.Quantity", ".Step.Cost.Risk", ".Step.Cost.Value", ".Amount"}, path)
	}
}

// requireTrue solves the problem that a certificate states.
func requireTrue(t *testing.T, c certificate.Certificate, path string) {
	t.Helper()
	s, err := choice.Solve(t.Context(), problem(c), choice.Limits{})
	require.NoError(t, err, path)
	require.Equal(t, s.Cost, s.Bound)
	cost := func(c certificate.Cost) flow.Cost { return flow.Cost{Risk: c.Risk.IntPart(), Value: c.Value.IntPart()} }
	require.False(t, s.Cost.Less(cost(c.Bound)), "%s: the bound %v is above the least cost %v", path, c.Bound, s.Cost)
	require.False(t, cost(c.Cost).Less(s.Cost), "%s: the cost %v is below the least cost %v", path, c.Cost, s.Cost)
}

// small is one license for two consumers of different price.
func small() certificate.Certificate {
	d := decimal.NewFromInt
	risk := func(n int64) certificate.Cost { return certificate.Cost{Risk: d(n)} }
	group := func(id string, covered, penalty int64) certificate.Group {
		return certificate.Group{ID: id, Copies: d(1), Options: []certificate.Option{{ID: "covered", Taken: d(1), Demands: []certificate.Demand{{
			ID: "license", Amount: d(1), Members: []certificate.Member{{ID: "x", Amount: d(1)}}, Penalty: risk(penalty), Short: d(1 - covered),
			Arcs: []certificate.Arc{{Supply: "s", Quantity: d(covered)}}}}}}}
	}
	return certificate.Certificate{
		Version: 1,
		Parts: []certificate.Part{{
			Step:     certificate.Step{Quantity: d(1), Cost: certificate.Cost{Risk: d(1), Value: d(1)}},
			Supplies: []certificate.Supply{{ID: "s", Quantity: d(1), Used: d(1)}},
			Groups:   []certificate.Group{group("cheap", 0, 10), group("dear", 1, 20)},
			Cost:     risk(10), Bound: risk(10),
			Tree: []certificate.Node{{Leaf: &certificate.Leaf{Prices: []certificate.Price{{Supply: "s", Risk: d(10)}}}}},
		}},
		Cost: risk(10), Bound: risk(10),
	}
}

func TestFailuresHaveKinds(t *testing.T) {
	require.NoError(t, certificate.Check(small().Seal()))
	require.ErrorIs(t, certificate.Check(small()), &certificate.Failure{Kind: certificate.Altered})
	one := decimal.NewFromInt(1)
	license := func(c *certificate.Certificate, group int) *certificate.Demand {
		return &c.Parts[0].Groups[group].Options[0].Demands[0]
	}
	for kind, change := range map[certificate.Kind]func(*certificate.Certificate){
		certificate.Malformed:  func(c *certificate.Certificate) { license(c, 0).Arcs[0].Supply = "nobody" },
		certificate.Negative:   func(c *certificate.Certificate) { license(c, 0).Arcs[0].Quantity = one.Neg() },
		certificate.Uneven:     func(c *certificate.Certificate) { c.Parts[0].Step.Cost.Risk = decimal.NewFromInt(3) },
		certificate.Overused:   func(c *certificate.Certificate) { license(c, 0).Arcs[0].Quantity = one },
		certificate.Unserved:   func(c *certificate.Certificate) { license(c, 0).Must = true },
		certificate.Miscounted: func(c *certificate.Certificate) { license(c, 0).Short = decimal.Zero },
		certificate.Misstated:  func(c *certificate.Certificate) { c.Parts[0].Tree[0].Leaf.Prices[0].Risk = one },
	} {
		c := small()
		change(&c)
		err := certificate.Check(c.Seal())
		assert.ErrorIs(t, err, certificate.ErrRefused, kind)
		assert.ErrorIs(t, err, &certificate.Failure{Kind: kind})
	}
}

func TestTreesAreWhole(t *testing.T) {
	leaf := small().Parts[0].Tree[0]
	cut := func(group string, at int64) certificate.Node {
		return certificate.Node{Cut: &certificate.Cut{Group: group, Option: "covered", AtMost: decimal.NewFromInt(at)}}
	}
	for name, tree := range map[string][]certificate.Node{
		"none":         nil,
		"half":         {cut("cheap", 0), leaf},
		"too much":     {leaf, leaf},
		"no node":      {{}},
		"cut and leaf": {{Cut: cut("cheap", 0).Cut, Leaf: leaf.Leaf}, leaf, leaf},
		"no group":     {cut("nobody", 0), leaf, leaf},
	} {
		c := small()
		c.Parts[0].Tree = tree
		assert.ErrorIs(t, certificate.Check(c.Seal()), &certificate.Failure{Kind: certificate.Malformed}, name)
	}
	c := small()
	c.Parts[0].Tree = []certificate.Node{cut("cheap", 0), leaf, cut("dear", 0), leaf, leaf}
	assert.NoError(t, certificate.Check(c.Seal()), "needless cuts do no harm")
}

func TestHugeNumbersAreRefusedAtOnce(t *testing.T) {
	c := small()
	c.Parts[0].Supplies[0].Quantity = decimal.New(1, 1_000_000_000)
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
