package remediation

import (
	"context"
	"fmt"
	"strconv"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/internal/expr"
)

// DefaultSuccess is the success criterion of a plan: nothing is short any more,
// and no fact that is missing could make it so.
const DefaultSuccess = `position.status == "compliant"`

// Criterion is a condition in CEL over a position of a later reconciliation. It
// reads one variable:
//
//	position.key, publisher, product, metric, unit   string
//	position.status                                  compliant, short or unknown
//	position.owned, covered, surplus                 decimal
//	position.required, short                         decimal, the lower bound
//	position.required_high, short_high               decimal, unknown without bound
//	position.exposure                                decimal, in position.currency
//	position.doubtful                                list of sources in doubt
//	position.consumers                               list: id, device, user, reason, required, short, editions, versions
//	position.entitlements                            list: id, owned, used
//
// What is unknown stays unknown: such a criterion is neither met nor missed.
type Criterion struct {
	text    string
	program *expr.Program
}

// NewCriterion compiles a condition. The error holds every mistake as a
// document.Problem at its place.
func NewCriterion(text document.Text) (*Criterion, error) {
	env, err := expr.NewEnv(expr.Options{Variables: []expr.Variable{
		{Name: "position", Type: expr.Object(positionSchema), Doc: "the position of a later reconciliation"},
	}})
	if err != nil {
		return nil, fmt.Errorf("remediation: %w", err)
	}
	prg, err := env.Compile(text, expr.Bool)
	if err != nil {
		return nil, err
	}
	return &Criterion{text.Value, prg}, nil
}

// String is the condition as it was written.
func (c *Criterion) String() string { return c.text }

// Met evaluates the condition. A verdict of Unknown comes with the names of the
// facts that are missing.
func (c *Criterion) Met(ctx context.Context, p compliance.Position) (compliance.Verdict, []string, error) {
	res, err := c.program.Eval(ctx, expr.Vars{"position": expr.Bind("position", expr.Object(positionSchema), &p)})
	switch {
	case err != nil:
		return compliance.Error, nil, fmt.Errorf("remediation: criterion: %w", err)
	case !res.Known():
		return compliance.Unknown, res.Missing, nil
	case res.Value == true:
		return compliance.Pass, nil, nil
	}
	return compliance.Fail, nil, nil
}

func positionField(name string, t expr.Type, doc string, get func(p *compliance.Position) any) expr.Field {
	return expr.Field{Name: name, Type: t, Doc: doc, Get: func(o any) any { return get(o.(*compliance.Position)) }}
}

func outcomeField(name string, t expr.Type, get func(o *compliance.Outcome) any) expr.Field {
	return expr.Field{Name: name, Type: t, Get: func(o any) any { return get(o.(*compliance.Outcome)) }}
}

var outcomeSchema = &expr.Schema{Name: "consumer", Fields: []expr.Field{
	outcomeField("id", expr.String, func(o *compliance.Outcome) any { return o.Consumer }),
	outcomeField("device", expr.String, func(o *compliance.Outcome) any { return string(o.Device) }),
	outcomeField("user", expr.String, func(o *compliance.Outcome) any { return string(o.User) }),
	outcomeField("reason", expr.String, func(o *compliance.Outcome) any { return string(o.Reason) }),
	outcomeField("required", expr.Decimal, func(o *compliance.Outcome) any { return o.Required.Low }),
	outcomeField("short", expr.Decimal, func(o *compliance.Outcome) any { return o.Short }),
	outcomeField("editions", expr.List(expr.String), func(o *compliance.Outcome) any { return words(o.Editions) }),
	outcomeField("versions", expr.List(expr.String), func(o *compliance.Outcome) any { return words(o.Versions) }),
}}

var supplySchema = &expr.Schema{Name: "entitlement", Fields: []expr.Field{
	{Name: "id", Type: expr.String, Get: func(o any) any { return string(o.(*compliance.Supply).Entitlement) }},
	{Name: "owned", Type: expr.Decimal, Get: func(o any) any { return o.(*compliance.Supply).Owned }},
	{Name: "used", Type: expr.Decimal, Get: func(o any) any { return o.(*compliance.Supply).Used }},
}}

var positionSchema = &expr.Schema{Name: "position", Fields: []expr.Field{
	positionField("key", expr.String, "product and metric", func(p *compliance.Position) any { return p.Key() }),
	positionField("publisher", expr.String, "", func(p *compliance.Position) any { return p.Publisher }),
	positionField("product", expr.String, "", func(p *compliance.Position) any { return string(p.Product) }),
	positionField("metric", expr.String, "", func(p *compliance.Position) any { return string(p.Metric) }),
	positionField("unit", expr.String, "", func(p *compliance.Position) any { return p.Unit }),
	positionField("status", expr.String, "compliant, short or unknown", func(p *compliance.Position) any { return p.Status.String() }),
	positionField("owned", expr.Decimal, "", func(p *compliance.Position) any { return p.Owned }),
	positionField("covered", expr.Decimal, "", func(p *compliance.Position) any { return p.Covered }),
	positionField("surplus", expr.Decimal, "", func(p *compliance.Position) any { return p.Surplus }),
	positionField("required", expr.Decimal, "lower bound", func(p *compliance.Position) any { return p.Required.Low }),
	positionField("required_high", expr.Decimal, "upper bound", func(p *compliance.Position) any { return upper(p.Required) }),
	positionField("short", expr.Decimal, "lower bound", func(p *compliance.Position) any { return p.Short.Low }),
	positionField("short_high", expr.Decimal, "upper bound", func(p *compliance.Position) any { return upper(p.Short) }),
	positionField("exposure", expr.Decimal, "", func(p *compliance.Position) any { return p.Exposure.Amount }),
	positionField("currency", expr.String, "", func(p *compliance.Position) any { return p.Exposure.Currency }),
	positionField("doubtful", expr.List(expr.String), "sources in doubt", func(p *compliance.Position) any {
		return listOf(p.Doubtful, func(s *compliance.SourceID) any { return string(*s) })
	}),
	positionField("consumers", expr.List(expr.Object(outcomeSchema)), "", func(p *compliance.Position) any {
		return listOf(p.Consumers, func(o *compliance.Outcome) any { return o })
	}),
	positionField("entitlements", expr.List(expr.Object(supplySchema)), "", func(p *compliance.Position) any {
		return listOf(p.Entitlements, func(s *compliance.Supply) any { return s })
	}),
}}

func upper(i compliance.Interval) any {
	if !i.High.Valid {
		return nil
	}
	return i.High.Decimal
}

func words(in []string) []any { return listOf(in, func(s *string) any { return *s }) }

func listOf[T any](in []T, each func(*T) any) []any {
	out := make([]any, len(in))
	for i := range in {
		out[i] = each(&in[i])
	}
	return out
}

// quote writes a Go string as a CEL string.
func quote(s string) string { return strconv.QuoteToASCII(s) }
