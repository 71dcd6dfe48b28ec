package entitlements

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/metric"
)

// field is a column of a CSV file and a field of a JSON object: how its text is
// put into a T.
type field[T any] struct {
	name     string
	required bool
	set      func(*T, string) error
}

func text[T any, S ~string](name string, required bool, at func(*T) *S) field[T] {
	return field[T]{name, required, func(t *T, v string) error { *at(t) = S(v); return nil }}
}

func date[T any](name string, at func(*T) *time.Time) field[T] {
	return field[T]{name, false, func(t *T, v string) error {
		d, err := parseDate(v)
		*at(t) = d
		return err
	}}
}

func days[T any](name string, at func(*T) *int) field[T] {
	return field[T]{name, false, func(t *T, v string) error {
		n, err := strconv.Atoi(v)
		if err != nil || n < 0 || n > 36500 {
			return fmt.Errorf("%q is not a number of days", v)
		}
		*at(t) = n
		return nil
	}}
}

func list[T any](name string, at func(*T) *[]string) field[T] {
	return field[T]{name, false, func(t *T, v string) error {
		for _, part := range strings.Split(v, "|") {
			if part = strings.TrimSpace(part); part != "" {
				*at(t) = append(*at(t), part)
			}
		}
		return nil
	}}
}

type entitlement = compliance.Entitlement

func entitlementFields() []field[entitlement] {
	return []field[entitlement]{
		text("id", true, func(e *entitlement) *compliance.EntitlementID { return &e.ID }),
		text("contract", false, func(e *entitlement) *compliance.ContractID { return &e.Contract }),
		text("product", true, func(e *entitlement) *catalog.ProductKey { return &e.Product }),
		text("edition", false, func(e *entitlement) *string { return &e.Edition }),
		text("version", false, func(e *entitlement) *string { return &e.Version }),
		text("metric", true, func(e *entitlement) *metric.Key { return &e.Metric }),
		{"quantity", true, func(e *entitlement, v string) (err error) { e.Quantity, err = parseNumber(v); return err }},
		date("start", func(e *entitlement) *time.Time { return &e.Start }),
		date("end", func(e *entitlement) *time.Time { return &e.End }),
		date("maintenance_end", func(e *entitlement) *time.Time { return &e.MaintenanceEnd }),
		{"downgrade", false, func(e *entitlement, v string) (err error) { e.Downgrade, err = parseBool(v); return err }},
		list("entities", func(e *entitlement) *[]string { return &e.Entities }),
		list("countries", func(e *entitlement) *[]string { return &e.Countries }),
		list("environments", func(e *entitlement) *[]string { return &e.Environments }),
		list("cross_edition", func(e *entitlement) *[]string { return &e.CrossEdition }),
		each("downgrade_to", parseRelease, func(e *entitlement) *[]compliance.Release { return &e.DowngradeTo }),
		each("pools", parsePool, func(e *entitlement) *[]compliance.Pool { return &e.Pools }),
		each("allocations", parseAllocation, func(e *entitlement) *[]compliance.Allocation { return &e.Allocations }),
		{"pack", false, func(e *entitlement, v string) (err error) { e.Pack, err = parseNumber(v); return err }},
		{"second_use", false, func(e *entitlement, v string) (err error) { e.SecondUse, err = parseBool(v); return err }},
		{"mobility", false, func(e *entitlement, v string) (err error) { e.Mobility, err = parseBool(v); return err }},
		{"failover", false, func(e *entitlement, v string) (err error) { e.Failover, err = parseCount(v); return err }},
		{"recovery", false, func(e *entitlement, v string) (err error) { e.Recovery, err = parseCount(v); return err }},
		{"priority", false, func(e *entitlement, v string) (err error) { e.Priority, err = parsePriority(v); return err }},
		{"unit_price", false, func(e *entitlement, v string) (err error) { e.UnitPrice.Amount, err = parseNumber(v); return err }},
		{"currency", false, func(e *entitlement, v string) (err error) { e.UnitPrice.Currency, err = parseCurrency(v); return err }},
	}
}

type contract = compliance.Contract

func contractFields() []field[contract] {
	return []field[contract]{
		text("id", true, func(c *contract) *compliance.ContractID { return &c.ID }),
		text("publisher", true, func(c *contract) *string { return &c.Publisher }),
		date("start", func(c *contract) *time.Time { return &c.Start }),
		date("end", func(c *contract) *time.Time { return &c.End }),
		date("true_up", func(c *contract) *time.Time { return &c.TrueUp }),
		{"kind", false, func(c *contract, v string) error {
			kind, known := compliance.ParseAgreementKind(v)
			if c.Kind = kind; !known {
				return fmt.Errorf("%q is no kind of agreement; known are ela, ula and true-up", v)
			}
			return nil
		}},
		days("audit_notice_days", func(c *contract) *int { return &c.AuditNoticeDays }),
		days("cure_days", func(c *contract) *int { return &c.CureDays }),
		date("audit_announced", func(c *contract) *time.Time { return &c.AuditAnnounced }),
	}
}

func newContract() contract { return contract{AuditNoticeDays: -1, CureDays: -1} }

// checkEntitlement finds what no single field shows.
func checkEntitlement(e entitlement) error {
	switch {
	case e.Quantity.IsNegative():
		return fmt.Errorf("quantity %s is negative", e.Quantity)
	case e.Pack.IsNegative():
		return fmt.Errorf("pack %s is negative", e.Pack)
	case e.UnitPrice.Amount.IsNegative():
		return fmt.Errorf("unit_price %s is negative", e.UnitPrice.Amount)
	case !e.UnitPrice.Amount.IsZero() && e.UnitPrice.Currency == "":
		return errors.New("unit_price needs a currency")
	case !e.End.IsZero() && !e.End.After(e.Start):
		return errors.New("end is not after start")
	}
	return nil
}

func checkContract(c contract) error {
	if !c.End.IsZero() && !c.End.After(c.Start) {
		return errors.New("end is not after start")
	}
	return nil
}

// parseDate reads 2026-12-31, as the beginning of that day in UTC, or an instant
// of RFC 3339.
func parseDate(v string) (time.Time, error) {
	if t, err := time.Parse(time.DateOnly, v); err == nil {
		return t, nil
	}
	t, err := time.Parse(time.RFC3339, v)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not a date; write it as 2026-12-31", v)
	}
	return t.UTC(), nil
}

var number = regexp.MustCompile(`^-?\d{1,18}(\.\d{1,10})?$`)

// parseNumber reads digits with a decimal point. Anything else could mean two
// numbers: 1,500 is fifteen hundred to some and one and a half to others.
func parseNumber(v string) (decimal.Decimal, error) {
	if !number.MatchString(v) {
		return decimal.Decimal{}, fmt.Errorf("%q is not a number; write digits with a decimal point and nothing between them", v)
	}
	return decimal.NewFromString(v)
}

func parseBool(v string) (bool, error) {
	switch strings.ToLower(v) {
	case "true", "yes":
		return true, nil
	case "false", "no":
		return false, nil
	}
	return false, fmt.Errorf("%q is neither yes nor no", v)
}

var currency = regexp.MustCompile(`^[A-Z]{3}$`)

func parseCurrency(v string) (string, error) {
	if !currency.MatchString(v) {
		return "", fmt.Errorf("%q is not a currency of ISO 4217, such as EUR", v)
	}
	return v, nil
}
