package mapping

import (
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
)

// record is a row of the model that is being filled; its kind says which part.
type record struct {
	device  compliance.Device
	user    compliance.User
	install compliance.Install
	seat    compliance.Seat
	usage   compliance.Usage
	license connectors.License
	price   connectors.PriceEntry
	member  connectors.Membership

	// stayHosts and staySince are the two halves of device.Stays; stayBad says that
	// one of them could not be read.
	stayHosts []compliance.DeviceID
	staySince []time.Time
	stayBad   bool
}

// reading is how one table's cells are read.
type reading struct {
	locale locale
	dates  DateNumbers
}

// field is one fact of a kind.
type field struct {
	name string
	// required facts must be known, key facts tell rows apart.
	required, key bool
	set           func(r *record, text string, as reading) error
}

func names(k connectors.Kind) []string {
	var out []string
	for _, f := range fieldsOf(k) {
		out = append(out, f.name)
	}
	return out
}

func fieldsOf(k connectors.Kind) []field {
	switch k {
	case connectors.Device:
		return deviceFields()
	case connectors.User:
		return userFields()
	case connectors.Install:
		return installFields()
	case connectors.Seat:
		return seatFields()
	case connectors.Usage:
		return usageFields()
	case connectors.Entitlement:
		return entitlementFields()
	case connectors.Price:
		return priceFields()
	case connectors.GroupMember:
		return memberFields()
	}
	return nil
}

// tryField reads a value of the document as a cell would be.
func tryField(k connectors.Kind, name, text string, l locale) error {
	i := slices.IndexFunc(fieldsOf(k), func(f field) bool { return f.name == name })
	if i < 0 {
		return fmt.Errorf("%s has no such field", k)
	}
	return fieldsOf(k)[i].set(&record{}, text, reading{locale: l})
}

func (f field) identity() field {
	f.key = true
	return f
}

func (f field) needed() field {
	f.required = true
	return f
}

func text(name string, of func(*record) *string) field {
	return field{name: name, set: func(r *record, text string, _ reading) error {
		*of(r) = text
		return nil
	}}
}

func count(name string, of func(*record) *int) field {
	return field{name: name, set: func(r *record, text string, as reading) error {
		n, err := as.locale.count(text)
		*of(r) = n
		return err
	}}
}

func exact(name string, of func(*record) *decimal.NullDecimal) field {
	return field{name: name, set: func(r *record, text string, as reading) error {
		d, err := as.locale.exact(text)
		*of(r) = decimal.NullDecimal{Decimal: d, Valid: err == nil}
		return err
	}}
}

func instant(name string, of func(*record) *time.Time) field {
	return field{name: name, set: func(r *record, text string, as reading) error {
		t, err := as.locale.instant(text, as.dates)
		*of(r) = t
		return err
	}}
}
