package metric

import (
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance/metric/internal/reckon"
	"github.com/trueup-dev/trueup/internal/expr"
)

// parameter is a number of the rule that a contract may set differently.
type parameter struct {
	name  string
	as    []string
	value decimal.Decimal
	about string
}

// choice is a question on which sources differ, with the readings to choose from.
type choice struct {
	name     string
	as       []string
	fallback string
	readings []string
}

func (c *compiler) choice(name string, src choiceSource) {
	c.name(name, src.Default.At())
	ch := choice{name: name, as: src.As, fallback: src.Default.Value, readings: slices.Sorted(maps.Keys(src.Readings))}
	if _, ok := src.Readings[ch.fallback]; !ok {
		c.problems = append(c.problems, src.Default.Problem(1, 1, "%q is not a reading; known are %s", ch.fallback, strings.Join(ch.readings, ", ")))
	}
	c.m.choices = append(c.m.choices, ch)
}

// settings are the parameters and choices of one measurement.
type settings struct {
	params  map[string]decimal.Decimal
	choices map[string]string
}

func paramSchema(params []parameter) *expr.Schema {
	if len(params) == 0 {
		return nil
	}
	s := &expr.Schema{Name: "param"}
	for _, p := range params {
		t := expr.Decimal
		if p.value.IsInteger() && p.value.Exponent() >= 0 {
			t = expr.Int
		}
		s.Fields = append(s.Fields, expr.Field{Name: p.name, Type: t, Doc: p.about, Get: func(o any) any {
			r := o.(*settings).params[p.name].Rat()
			return reckon.NumberValue(r, reckon.Labelled(reckon.Exactly(r), ""))
		}})
	}
	return s
}

// givenSchema has a truth for every single fact: whether it was given.
func givenSchema(facts []fact) *expr.Schema {
	s := &expr.Schema{Name: "given"}
	for _, f := range facts {
		if f.elem != nil {
			continue
		}
		s.Fields = append(s.Fields, expr.Field{Name: f.name, Type: expr.Bool, Get: func(o any) any {
			return goValue(o.(*Facts).Values[f.name], nil) != nil
		}})
	}
	if len(s.Fields) == 0 {
		return nil
	}
	return s
}

// choiceSchema has an object for every choice with a truth for every reading, so
// that a misspelt reading does not compile.
func choiceSchema(choices []choice) *expr.Schema {
	if len(choices) == 0 {
		return nil
	}
	s := &expr.Schema{Name: "choice"}
	for _, ch := range choices {
		readings := &expr.Schema{Name: "choice:" + ch.name}
		for _, r := range ch.readings {
			readings.Fields = append(readings.Fields, expr.Field{Name: r, Type: expr.Bool, Get: func(o any) any {
				return o.(*settings).choices[ch.name] == r
			}})
		}
		s.Fields = append(s.Fields, expr.Field{Name: ch.name, Type: expr.Object(readings), Get: func(o any) any { return o }})
	}
	return s
}
