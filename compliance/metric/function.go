package metric

import (
	"context"
	"math/big"

	"github.com/trueup-dev/trueup/compliance/metric/internal/reckon"
	"github.com/trueup-dev/trueup/internal/expr"
)

// functionDeclarations are the functions of metrics beyond those that every
// expression has.
func functionDeclarations(kinds map[string]*kind) []expr.Function {
	var out []expr.Function
	for _, a := range []expr.Type{expr.Int, expr.Decimal} {
		for _, b := range []expr.Type{expr.Int, expr.Decimal} {
			out = append(out, expr.Function{Name: "per", Doc: "a divided by b, exactly", Args: []expr.Type{a, b}, Result: expr.Decimal})
		}
		out = append(out, expr.Function{Name: "average", Doc: "the mean of a list", Args: []expr.Type{expr.List(a)}, Result: expr.Decimal})
	}
	uses, sessions := expr.List(expr.Object(kinds["use"].schema)), expr.List(expr.Object(kinds["session"].schema))
	return append(out,
		expr.Function{Name: "top", Doc: "the sum of the greatest numbers of a list, as many as the second argument says", Args: []expr.Type{expr.List(expr.Int), expr.Int}, Result: expr.Int},
		expr.Function{Name: "windows", Doc: "the means of every run of so many numbers of a list", Args: []expr.Type{expr.List(expr.Int), expr.Int}, Result: expr.List(expr.Decimal)},
		expr.Function{Name: "tally", Doc: "how often each text of a list occurs, in order of appearance", Args: []expr.Type{expr.List(expr.String)}, Result: expr.List(expr.Int)},
		expr.Function{Name: "distinct", Doc: "each text of a list once", Args: []expr.Type{expr.List(expr.String)}, Result: expr.List(expr.String)},
		expr.Function{Name: "peak", Doc: "the most that sessions hold at one instant", Args: []expr.Type{sessions}, Result: expr.Int},
		expr.Function{Name: "cover", Doc: "the fewest users and devices that touch every use", Args: []expr.Type{uses}, Result: expr.Int},
	)
}

func generalFunctions() map[string]reckon.Function {
	return map[string]reckon.Function{
		"average":  average,
		"distinct": distinct,
		"peak":     peak,
		"tally":    tally,
		"top":      top,
		"windows":  windows,
		"cover":    cover,
	}
}

// average is the mean of a list, which must not be empty.
func average(_ context.Context, args []reckon.Value) (reckon.Value, error) {
	sum := reckon.Total(args[0])
	if !args[0].Known() {
		return sum, nil
	}
	if len(args[0].List) == 0 {
		return reckon.Value{}, errEmptyAverage
	}
	return reckon.Quotient(sum, reckon.Int(int64(len(args[0].List)))), nil
}

// distinct keeps the first of equal texts. An element that is not known may be
// any of the others, so it is perhaps not one of its own.
func distinct(_ context.Context, args []reckon.Value) (reckon.Value, error) {
	if !args[0].Known() {
		return args[0], nil
	}
	at := map[string]int{}
	var out []reckon.Value
	for _, v := range args[0].List {
		if !v.Known() {
			v.Perhaps = v.Missing
			out = append(out, v)
			continue
		}
		i, seen := at[v.Text]
		switch {
		case !seen:
			at[v.Text] = len(out)
			out = append(out, v)
		case len(v.Perhaps) == 0:
			out[i].Perhaps = nil
		}
	}
	if len(out) > 0 && allPerhaps(out) {
		out[0].Perhaps = nil
		return reckon.ListOf(out), nil
	}
	return reckon.ListOf(out), nil
}

// allPerhaps says whether every element is unknown yet in the list for sure: then
// one of them at least is distinct.
func allPerhaps(vs []reckon.Value) bool {
	for _, v := range vs {
		if v.Known() {
			return false
		}
	}
	return true
}

// unsure is a count that is not known, with its bounds; a nil high end is open.
func unsure(low int64, high *big.Rat, missing []string) reckon.Value {
	n := reckon.Number{Low: new(big.Rat).SetInt64(low), High: high}
	return reckon.Value{Kind: reckon.NumberKind, Number: n, Missing: missing, Term: reckon.Labelled(n, "")}
}
