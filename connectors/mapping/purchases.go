package mapping

import (
	"fmt"
	"regexp"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance/catalog"
)

func entitlementFields() []field {
	return append([]field{
		text("id", func(r *record) *string { return &r.license.ID }).identity().needed(),
		text("contract", func(r *record) *string { return &r.license.Contract }),
		text("metric", func(r *record) *string { return &r.license.Metric }),
		exact("quantity", func(r *record) *decimal.NullDecimal { return &r.license.Quantity }),
		exact("unit_price", func(r *record) *decimal.NullDecimal { return &r.license.UnitPrice }),
		currency(func(r *record) *string { return &r.license.Currency }),
		instant("start", func(r *record) *time.Time { return &r.license.Start }),
		instant("end", func(r *record) *time.Time { return &r.license.End }),
		instant("maintenance_end", func(r *record) *time.Time { return &r.license.MaintenanceEnd }),
	}, facts(titleFields(func(r *record) *catalog.Title { return &r.license.Title }))...)
}

// facts are fields that do not tell rows apart: a purchase has an identifier.
func facts(fields []field) []field {
	for i := range fields {
		fields[i].key = false
	}
	return fields
}

func priceFields() []field {
	return append([]field{
		text("metric", func(r *record) *string { return &r.price.Metric }).identity(),
		exact("amount", func(r *record) *decimal.NullDecimal { return &r.price.Amount }).needed(),
		currency(func(r *record) *string { return &r.price.Currency }).identity().needed(),
		instant("from", func(r *record) *time.Time { return &r.price.From }).identity(),
		instant("to", func(r *record) *time.Time { return &r.price.To }),
	}, titleFields(func(r *record) *catalog.Title { return &r.price.Title })...)
}

func memberFields() []field {
	return []field{
		text("group", func(r *record) *string { return &r.member.Group }).identity().needed(),
		text("user", func(r *record) *string { return (*string)(&r.member.User) }).identity().needed(),
	}
}

// code is the form of a currency in ISO 4217.
var code = regexp.MustCompile(`^[A-Z]{3}$`)

func currency(of func(*record) *string) field {
	return field{name: "currency", set: func(r *record, text string, _ reading) error {
		if !code.MatchString(text) {
			return fmt.Errorf("%s is no currency such as EUR; say under values what it means", quote(text))
		}
		*of(r) = text
		return nil
	}}
}
