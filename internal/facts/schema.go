package facts

import (
	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/internal/expr"
)

type position = compliance.Position

// Position is the schema of compliance.Position.
func Position() *expr.Schema {
	return &expr.Schema{Name: "position", Fields: []expr.Field{
		of("publisher", expr.String, "publisher part of the product key", func(p position) any { return p.Publisher }),
		of("product", expr.String, "product key, such as microsoft/sql-server", func(p position) any { return string(p.Product) }),
		of("metric", expr.String, "metric key, such as generic.core", func(p position) any { return string(p.Metric) }),
		of("unit", expr.String, "unit of the metric", func(p position) any { return p.Unit }),
		of("status", expr.String, "compliant, short or unknown", func(p position) any { return p.Status.String() }),
		of("owned", expr.Decimal, "units that applicable entitlements grant", func(p position) any { return p.Owned }),
		of("required", expr.Decimal, "units needed; unknown when only bounds are known", func(p position) any { return exact(p.Required) }),
		of("required_low", expr.Decimal, "units needed at least", func(p position) any { return p.Required.Low }),
		of("required_high", expr.Decimal, "units needed at most", func(p position) any { return bound(p.Required.High) }),
		of("covered", expr.Decimal, "units covered", func(p position) any { return p.Covered }),
		of("short", expr.Decimal, "units short; unknown when only bounds are known", func(p position) any { return exact(p.Short) }),
		of("short_low", expr.Decimal, "units short at least", func(p position) any { return p.Short.Low }),
		of("short_high", expr.Decimal, "units short at most", func(p position) any { return bound(p.Short.High) }),
		of("surplus", expr.Decimal, "units owned that cover nothing", func(p position) any { return p.Surplus }),
		of("exposure", expr.Decimal, "price of short_low", func(p position) any { return p.Exposure.Amount }),
		of("currency", expr.String, "currency of exposure", func(p position) any { return word(p.Exposure.Currency) }),
		of("consumers", expr.Int, "number of consumers", func(p position) any { return consumers(p) }),
		of("not_allowed", expr.List(expr.String), "consumers whose use the metric's rule does not allow, with the reason", notAllowed),
		of("doubtful", expr.List(expr.String), "sources that feed it and are doubtful", func(p position) any { return words(p.Doubtful) }),
		of("missing", expr.List(expr.String), "facts that nobody knows", func(p position) any { return words(p.Missing) }),
	}}
}

// consumers is how many there are, of whom one outcome may stand for many.
func consumers(p position) int {
	n := 0
	for _, o := range p.Consumers {
		n += max(o.Alike, 1)
	}
	return n
}

// notAllowed are the consumers that no number of licenses would make lawful.
func notAllowed(p position) any {
	out := []any{}
	for _, o := range p.Consumers {
		if o.NotAllowed != "" {
			out = append(out, o.Consumer+": "+o.NotAllowed)
		}
	}
	return out
}

type source = compliance.SourceState

// Source is the schema of compliance.SourceState.
func Source() *expr.Schema {
	return &expr.Schema{Name: "source", Fields: []expr.Field{
		of("id", expr.String, "identifier", func(s source) any { return string(s.ID) }),
		of("failure", expr.String, "why the last reading failed, empty when it did not", func(s source) any { return s.Failure }),
		of("doubt", expr.String, "failed, never-read, stale, short-of-control-total or empty", func(s source) any { return s.Doubt }),
		of("collected", expr.Timestamp, "when it was last read to its end", func(s source) any { return instant(s.Collected) }),
	}}
}

type title = compliance.Unrecognised

// Title is the schema of compliance.Unrecognised.
func Title() *expr.Schema {
	return &expr.Schema{Name: "title", Fields: []expr.Field{
		of("name", expr.String, "name as the inventory reports it", func(t title) any { return t.Title.Name }),
		of("publisher", expr.String, "publisher as the inventory reports it", func(t title) any { return word(t.Title.Publisher) }),
		of("version", expr.String, "version as the inventory reports it", func(t title) any { return word(t.Title.Version) }),
		of("installs", expr.Int, "number of installs", func(t title) any { return t.Installs }),
	}}
}

type unmanaged = compliance.Unmanaged

// Product is the schema of compliance.Unmanaged.
func Product() *expr.Schema {
	return &expr.Schema{Name: "product", Fields: []expr.Field{
		of("key", expr.String, "product key", func(u unmanaged) any { return string(u.Product) }),
		of("installs", expr.Int, "number of installs", func(u unmanaged) any { return u.Installs }),
		of("paid", expr.Bool, "whether the catalog knows that it needs a license", func(u unmanaged) any { return u.Paid }),
	}}
}

type entitlement = compliance.Entitlement

// Entitlement is the schema of compliance.Entitlement.
func Entitlement() *expr.Schema {
	return &expr.Schema{Name: "entitlement", Fields: []expr.Field{
		of("id", expr.String, "identifier", func(e entitlement) any { return string(e.ID) }),
		of("contract", expr.String, "contract it belongs to", func(e entitlement) any { return word(e.Contract) }),
		of("product", expr.String, "product key", func(e entitlement) any { return string(e.Product) }),
		of("edition", expr.String, "edition, empty for any", func(e entitlement) any { return e.Edition }),
		of("version", expr.String, "version, empty for any", func(e entitlement) any { return e.Version }),
		of("metric", expr.String, "metric key", func(e entitlement) any { return string(e.Metric) }),
		of("quantity", expr.Decimal, "units bought", func(e entitlement) any { return e.Quantity }),
		of("start", expr.Timestamp, "start of the term", func(e entitlement) any { return instant(e.Start) }),
		of("end", expr.Timestamp, "end of the term, exclusive", func(e entitlement) any { return instant(e.End) }),
		of("maintenance_end", expr.Timestamp, "end of maintenance", func(e entitlement) any { return instant(e.MaintenanceEnd) }),
		of("price", expr.Decimal, "price of a unit", func(e entitlement) any { return e.UnitPrice.Amount }),
	}}
}

type contract = compliance.Contract

// Contract is the schema of compliance.Contract.
func Contract() *expr.Schema {
	return &expr.Schema{Name: "contract", Fields: []expr.Field{
		of("id", expr.String, "identifier", func(c contract) any { return string(c.ID) }),
		of("publisher", expr.String, "publisher", func(c contract) any { return word(c.Publisher) }),
		of("start", expr.Timestamp, "start of the agreement", func(c contract) any { return instant(c.Start) }),
		of("end", expr.Timestamp, "end of the agreement, exclusive", func(c contract) any { return instant(c.End) }),
		of("true_up", expr.Timestamp, "next date on which the count must be reported", func(c contract) any { return instant(c.TrueUp) }),
		of("audit_announced", expr.Timestamp, "when an audit was announced", func(c contract) any { return instant(c.AuditAnnounced) }),
		of("audit_notice_days", expr.Int, "days of notice before an audit", func(c contract) any { return count(c.AuditNoticeDays, 0) }),
		of("cure_days", expr.Int, "days to mend a shortfall", func(c contract) any { return count(c.CureDays, 0) }),
	}}
}

type disagreement = compliance.Disagreement

// Disagreement is the schema of compliance.Disagreement.
func Disagreement() *expr.Schema {
	return &expr.Schema{Name: "disagreement", Fields: []expr.Field{
		of("device", expr.String, "device", func(d disagreement) any { return string(d.Device) }),
		of("fact", expr.String, "the fact on which sources differ", func(d disagreement) any { return d.Fact }),
		of("kept", expr.String, "value that counts", func(d disagreement) any { return d.Kept }),
		of("other", expr.String, "value that does not", func(d disagreement) any { return d.Other }),
		of("by", expr.String, "source of the value that counts", func(d disagreement) any { return string(d.By) }),
		of("against", expr.String, "source of the other", func(d disagreement) any { return string(d.Against) }),
	}}
}
