package certificate_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/certificate"
	"github.com/trueup-dev/trueup/internal/choice"
	"github.com/trueup-dev/trueup/internal/choice/sample"
	"github.com/trueup-dev/trueup/internal/flow"
)

// solved draws a problem of a structure, solves it and states the certificate.
func solved(t testing.TB, r *rand.Rand, structure sample.Structure, l choice.Limits) certificate.Certificate {
	t.Helper()
	p := structure.Draw(r)
	s, err := choice.Solve(t.Context(), p, l)
	require.NoError(t, err)
	return choice.Certify(p, s, labels(p))
}

// labels names everything, and members where there are any to tell apart.
func labels(p choice.Problem) choice.Labels {
	var l choice.Labels
	for i := range p.Supply {
		l.Supplies = append(l.Supplies, fmt.Sprint("s", i))
	}
	for g, group := range p.Groups {
		label := choice.GroupLabel{ID: fmt.Sprint("g", g)}
		for _, o := range group.Options {
			var option choice.OptionLabel
			for d, demand := range o.Demands {
				amount := decimal.NewFromInt(demand.Amount * max(group.Count, 1))
				option.Demands = append(option.Demands, choice.DemandLabel{Members: []certificate.Member{
					{ID: fmt.Sprintf("c%d-%d", g, d), Amount: amount}}})
			}
			label.Options = append(label.Options, option)
		}
		l.Groups = append(l.Groups, label)
	}
	return l
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
	case reflect.Pointer:
		if !v.IsNil() {
			numbers(path, v.Elem(), visit)
		}
	}
}

// problem reads the problem back out of a certificate of whole numbers.
func problem(c certificate.Certificate) choice.Problem {
	var p choice.Problem
	whole := func(d decimal.Decimal) int64 { return d.IntPart() }
	cost := func(c certificate.Cost) flow.Cost { return flow.Cost{Risk: whole(c.Risk), Value: whole(c.Value)} }
	index := map[string]int{}
	for _, part := range c.Parts {
		for _, s := range part.Supplies {
			index[s.ID] = len(p.Supply)
			p.Supply = append(p.Supply, whole(s.Quantity))
		}
		for _, g := range part.Groups {
			group := choice.Group{Count: whole(g.Copies)}
			for _, o := range g.Options {
				option := choice.Option{Cost: cost(o.Cost)}
				for _, d := range o.Demands {
					demand := choice.Demand{Amount: whole(d.Amount), Penalty: cost(d.Penalty), Must: d.Must}
					for _, a := range d.Arcs {
						demand.Arcs = append(demand.Arcs, choice.Arc{Supply: index[a.Supply], Cost: cost(a.Cost)})
					}
					option.Demands = append(option.Demands, demand)
				}
				group.Options = append(group.Options, option)
			}
			if group.Count > 0 {
				p.Groups = append(p.Groups, group)
			}
		}
	}
	return p
}
