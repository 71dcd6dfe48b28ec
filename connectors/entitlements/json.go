package entitlements

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/trueup-dev/trueup/compliance/document"
)

// ledgerDocument is the JSON form. JSON is read by the reader of documents, of
// which it is a subset, so that problems have their places.
type ledgerDocument struct {
	Entitlements []entitlementDocument `yaml:"entitlements"`
	Contracts    []contractDocument    `yaml:"contracts"`
	Licensing    []LicensingDocument   `yaml:"licensing"`
}

type entitlementDocument struct {
	At             document.Position `yaml:"-"`
	ID             document.Text     `yaml:"id,required"`
	Contract       document.Text     `yaml:"contract"`
	Product        document.Text     `yaml:"product,required"`
	Edition        document.Text     `yaml:"edition"`
	Version        document.Text     `yaml:"version"`
	Metric         document.Text     `yaml:"metric,required"`
	Quantity       document.Text     `yaml:"quantity,required"`
	Start          document.Text     `yaml:"start"`
	End            document.Text     `yaml:"end"`
	MaintenanceEnd document.Text     `yaml:"maintenance_end"`
	Downgrade      document.Text     `yaml:"downgrade"`
	Entities       []string          `yaml:"entities"`
	Countries      []string          `yaml:"countries"`
	Environments   []string          `yaml:"environments"`
	CrossEdition   []string          `yaml:"cross_edition"`
	DowngradeTo    []string          `yaml:"downgrade_to"`
	Pools          []string          `yaml:"pools"`
	Allocations    []string          `yaml:"allocations"`
	Priority       document.Text     `yaml:"priority"`
	Pack           document.Text     `yaml:"pack"`
	SecondUse      document.Text     `yaml:"second_use"`
	Mobility       document.Text     `yaml:"mobility"`
	Failover       document.Text     `yaml:"failover"`
	Recovery       document.Text     `yaml:"recovery"`
	UnitPrice      document.Text     `yaml:"unit_price"`
	Currency       document.Text     `yaml:"currency"`
}

type contractDocument struct {
	At              document.Position `yaml:"-"`
	ID              document.Text     `yaml:"id,required"`
	Publisher       document.Text     `yaml:"publisher,required"`
	Start           document.Text     `yaml:"start"`
	End             document.Text     `yaml:"end"`
	TrueUp          document.Text     `yaml:"true_up"`
	Kind            document.Text     `yaml:"kind"`
	AuditNoticeDays document.Text     `yaml:"audit_notice_days"`
	CureDays        document.Text     `yaml:"cure_days"`
	AuditAnnounced  document.Text     `yaml:"audit_announced"`
}

func readJSON(name string, data []byte) (Ledger, error) {
	var doc ledgerDocument
	if err := document.Read(name, data, &doc); err != nil {
		return Ledger{}, err
	}
	if !json.Valid(data) {
		return Ledger{}, document.Problems{{At: document.Position{File: name, Line: 1, Column: 1}, Message: "file is YAML, not JSON"}}
	}
	var out Ledger
	var ps document.Problems
	for _, d := range doc.Entitlements {
		e := entitlement{Entities: d.Entities, Countries: d.Countries, Environments: d.Environments, CrossEdition: d.CrossEdition}
		ps = append(ps, d.rights(&e)...)
		ps = append(ps, object(&e, entitlementFields(), d.texts(), d.At, checkEntitlement)...)
		out.Entitlements = append(out.Entitlements, e)
	}
	for _, d := range doc.Contracts {
		c := newContract()
		ps = append(ps, object(&c, contractFields(), d.texts(), d.At, checkContract)...)
		out.Contracts = append(out.Contracts, c)
	}
	for _, d := range doc.Licensing {
		l, problems := d.Licensing()
		ps = append(ps, problems...)
		out.Licensing = append(out.Licensing, l)
	}
	return out, ps.Err()
}

func (d entitlementDocument) texts() map[string]document.Text {
	return map[string]document.Text{
		"id": d.ID, "contract": d.Contract, "product": d.Product, "edition": d.Edition, "version": d.Version, "metric": d.Metric,
		"quantity": d.Quantity, "start": d.Start, "end": d.End, "maintenance_end": d.MaintenanceEnd, "downgrade": d.Downgrade,
		"unit_price": d.UnitPrice, "currency": d.Currency, "priority": d.Priority,
		"pack": d.Pack, "second_use": d.SecondUse, "mobility": d.Mobility, "failover": d.Failover, "recovery": d.Recovery,
	}
}

// rights fills the lists whose members have a form of their own.
func (d entitlementDocument) rights(e *entitlement) document.Problems {
	var ps document.Problems
	members(&ps, d.At, "downgrade_to", d.DowngradeTo, parseRelease, &e.DowngradeTo)
	members(&ps, d.At, "pools", d.Pools, parsePool, &e.Pools)
	members(&ps, d.At, "allocations", d.Allocations, parseAllocation, &e.Allocations)
	return ps
}

func members[M any](ps *document.Problems, at document.Position, name string, texts []string, parse func(string) (M, error), to *[]M) {
	for _, text := range texts {
		m, err := parse(strings.TrimSpace(text))
		if err != nil {
			*ps = append(*ps, &document.Problem{At: at, Message: fmt.Sprintf("%s: %v", name, err)})
			continue
		}
		*to = append(*to, m)
	}
}

func (d contractDocument) texts() map[string]document.Text {
	return map[string]document.Text{
		"id": d.ID, "publisher": d.Publisher, "start": d.Start, "end": d.End, "true_up": d.TrueUp, "kind": d.Kind,
		"audit_notice_days": d.AuditNoticeDays, "cure_days": d.CureDays, "audit_announced": d.AuditAnnounced,
	}
}

// object fills one thing from its fields, by the same rules as a row of CSV.
func object[T any](t *T, fields []field[T], texts map[string]document.Text, at document.Position, check func(T) error) document.Problems {
	var ps document.Problems
	for _, f := range fields {
		text := texts[f.name]
		if text.IsZero() || text.Value == "" && !f.required {
			continue
		}
		err := f.set(t, text.Value)
		if text.Value == "" {
			err = errors.New("is empty")
		}
		if err != nil {
			ps = append(ps, text.Problem(1, 1, "%s: %v", f.name, err))
		}
	}
	if err := check(*t); err != nil && len(ps) == 0 {
		ps = append(ps, &document.Problem{At: at, Message: err.Error()})
	}
	return ps
}
