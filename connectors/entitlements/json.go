package entitlements

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/compliance/ledger"
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
	Effective      document.Text     `yaml:"effective"`
	RecordedAt     document.Text     `yaml:"recorded_at"`
	SupersededAt   document.Text     `yaml:"superseded_at"`
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
	Effective       document.Text     `yaml:"effective"`
	RecordedAt      document.Text     `yaml:"recorded_at"`
	SupersededAt    document.Text     `yaml:"superseded_at"`
}

func readJSON(l *ledger.Ledger, name string, data []byte) error {
	var doc ledgerDocument
	if err := document.Read(name, data, &doc); err != nil {
		return err
	}
	if !json.Valid(data) {
		return document.Problems{{At: document.Position{File: name, Line: 1, Column: 1}, Message: "file is YAML, not JSON"}}
	}
	var ps document.Problems
	var es []stated[entitlement]
	for _, d := range doc.Entitlements {
		e := entitlement{Entities: d.Entities, Countries: d.Countries, Environments: d.Environments, CrossEdition: d.CrossEdition}
		ps = append(ps, d.rights(&e)...)
		es = append(es, object(&ps, e, entitlementFields(), d.texts(), d.At, checkEntitlement))
	}
	var cs []stated[contract]
	for _, d := range doc.Contracts {
		cs = append(cs, object(&ps, newContract(), contractFields(), d.texts(), d.At, checkContract))
	}
	var ls []stated[compliance.Licensing]
	for _, d := range doc.Licensing {
		line, problems := d.Licensing()
		ps = append(ps, problems...)
		ls = append(ls, object(&ps, line, nil, d.texts(), d.At, func(compliance.Licensing) error { return nil }))
	}
	return append(ps, enterAll(l, es, cs, ls)...).Err()
}

func (d LicensingDocument) texts() map[string]document.Text {
	return map[string]document.Text{"effective": d.Effective, "recorded_at": d.RecordedAt, "superseded_at": d.SupersededAt}
}

func (d entitlementDocument) texts() map[string]document.Text {
	return map[string]document.Text{
		"id": d.ID, "contract": d.Contract, "product": d.Product, "edition": d.Edition, "version": d.Version, "metric": d.Metric,
		"quantity": d.Quantity, "start": d.Start, "end": d.End, "maintenance_end": d.MaintenanceEnd, "downgrade": d.Downgrade,
		"unit_price": d.UnitPrice, "currency": d.Currency, "priority": d.Priority,
		"pack": d.Pack, "second_use": d.SecondUse, "mobility": d.Mobility, "failover": d.Failover, "recovery": d.Recovery,
		"effective": d.Effective, "recorded_at": d.RecordedAt, "superseded_at": d.SupersededAt,
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
		"effective": d.Effective, "recorded_at": d.RecordedAt, "superseded_at": d.SupersededAt,
	}
}

// object fills one thing from its fields, by the same rules as a row of CSV.
func object[T any](ps *document.Problems, t T, plain []field[T], texts map[string]document.Text, at document.Position, check func(T) error) stated[T] {
	out := stated[T]{fact: t, at: at}
	before := len(*ps)
	for _, f := range withDates(plain) {
		text := texts[f.name]
		if text.IsZero() || text.Value == "" && !f.required {
			continue
		}
		err := f.set(&out, text.Value)
		if text.Value == "" {
			err = errors.New("is empty")
		}
		if err != nil {
			*ps = append(*ps, text.Problem(1, 1, "%s: %v", f.name, err))
		}
	}
	if err := check(out.fact); err != nil && len(*ps) == before {
		*ps = append(*ps, &document.Problem{At: at, Message: err.Error()})
	}
	return out
}
