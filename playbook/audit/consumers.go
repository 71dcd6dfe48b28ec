package audit

import (
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/evidence/disclose"
	"github.com/trueup-dev/trueup/evidence/ipe"
	"github.com/trueup-dev/trueup/playbook"
)

// Clearance is how much of a position's consumers an outsider is shown. Each shows
// what the one before does.
type Clearance uint8

// The clearances. Suppliers as a rule get Quantities, auditors of the customer Places.
const (
	ClearanceInvalid Clearance = iota
	Totals                     // what is required, covered and short in all
	Quantities                 // the same of each consumer, its version and reason, unnamed
	Places                     // devices, entities and countries
	Persons                    // users, and whatever else names a consumer
)

var columns = []struct {
	name  string
	least Clearance
	sum   bool
	value func(o *compliance.Outcome) string
}{
	{"required", Totals, true, func(o *compliance.Outcome) string { return required(o).String() }},
	{"covered", Totals, true, func(o *compliance.Outcome) string { return covered(o).String() }},
	{"short", Totals, true, func(o *compliance.Outcome) string { return o.Short.String() }},
	{"editions", Quantities, false, func(o *compliance.Outcome) string { return strings.Join(o.Editions, ", ") }},
	{"versions", Quantities, false, func(o *compliance.Outcome) string { return strings.Join(o.Versions, ", ") }},
	{"reason", Quantities, false, func(o *compliance.Outcome) string { return string(o.Reason) }},
	{"missing", Quantities, false, func(o *compliance.Outcome) string { return strings.Join(o.Missing, ", ") }},
	{"device", Places, false, func(o *compliance.Outcome) string { return string(o.Device) }},
	{"entity", Places, false, func(o *compliance.Outcome) string { return o.Entity }},
	{"country", Places, false, func(o *compliance.Outcome) string { return o.Country }},
	{"entitlements", Places, false, entitlements},
	{"consumer", Persons, false, func(o *compliance.Outcome) string { return o.Consumer }},
	{"user", Persons, false, func(o *compliance.Outcome) string { return string(o.User) }},
}

// required is what the consumer needs at least, as its position counts it: nothing
// where the licenses of another carry it.
func required(o *compliance.Outcome) decimal.Decimal {
	if o.Through != nil {
		return decimal.Zero
	}
	return o.Required.Low
}

func covered(o *compliance.Outcome) decimal.Decimal {
	sum := decimal.Zero
	for _, c := range o.Covered {
		sum = sum.Add(c.Quantity)
	}
	return sum
}

func entitlements(o *compliance.Outcome) string {
	var ids []string
	for _, c := range o.Covered {
		ids = append(ids, string(c.Entitlement))
	}
	return strings.Join(ids, ", ")
}

// Consumers is the consumers of a position as a table to commit to: one row for each,
// with the quantities that the position counts.
func Consumers(p compliance.Position) disclose.Table {
	t := disclose.Table{Name: fmt.Sprintf("consumers of %s under %s", p.Product, p.Metric)}
	for i := range p.Consumers {
		row := map[string]string{}
		for _, c := range columns {
			if v := c.value(&p.Consumers[i]); v != "" {
				row[c.name] = v
			}
		}
		t.Rows = append(t.Rows, row)
	}
	for _, c := range columns {
		col := disclose.Column{Name: c.name, Sum: c.sum}
		for _, row := range t.Rows {
			if _, digits, found := strings.Cut(row[c.name], "."); c.sum && found {
				col.Scale = max(col.Scale, len(digits))
			}
		}
		t.Columns = append(t.Columns, col)
	}
	return t
}

// Show sets what a bundle of Consumers shows at this clearance: of every row, so that
// the list is complete, from Quantities on.
func (c Clearance) Show(r *disclose.Request) {
	r.Columns, r.Totals, r.All = nil, nil, c >= Quantities
	for _, col := range columns {
		if col.sum && c >= col.least {
			r.Totals = append(r.Totals, col.name)
		}
		if c >= Quantities && c >= col.least {
			r.Columns = append(r.Columns, col.name)
		}
	}
}

// Header is the header of a list of the position's consumers.
func Header(rep *playbook.Report, p *playbook.Playbook, pos compliance.Position, engine string, produced time.Time) ipe.Header {
	l := Logged{Collections: rep.Facts.Collections, Position: pos, Run: playbook.RunRecord{
		Run: rep.Run, AsOf: rep.Result.AsOf, KnownAt: rep.Result.KnownAt, Digest: p.Digest(), Estate: rep.Result.Estate,
		Documents: rep.Result.Documents, Sources: rep.Result.Sources}}
	return l.header(engine, "trueup", produced)
}
