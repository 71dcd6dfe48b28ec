package main

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/internal/trial"
)

const everyKind = `
list: "|"
dates: [dd.MM.yyyy]
rows:
  - kind: device
    from: Maschinen
    columns: {id: Name, may_run_on: Erlaubt, stay_hosts: Lief auf, stays_since: Seit, role: Rolle, standby_for: Für}
    values: {role: {Reserve: passive-ha}}
  - kind: entitlement
    from: Einkauf
    columns: {id: Nr, name: Produkt, quantity: Stück, unit_price: Preis, currency: Währung, start: Von}
  - kind: price
    from: Preise
    columns: {name: Produkt, amount: Preis, from: Ab}
    constants: {currency: EUR}
  - kind: group-member
    from: Gruppen
    columns: {group: Gruppe, user: Login}
`

// A workbook with what only some systems have, and its mistakes by cell.
func TestEveryKind(t *testing.T) {
	feb := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	book := save(t, map[string][][]any{
		"Maschinen": {{"Name", "Erlaubt", "Lief auf", "Seit", "Rolle", "Für"},
			{"vm1", "esx1|esx2", "esx1|esx2", "01.02.2026|2026-03-04", "Reserve", "vm2"}, {"vm2", "[]", "esx1", feb}, {"vm3", "esx1||esx2", "esx1|esx2", feb, "?"}},
		"Einkauf": {{"Nr", "Produkt", "Stück", "Preis", "Währung", "Von"}, {"P1", "Base", 2.5, 99.95, "EUR", feb}, {"P2", "Base", "viele", 1, "€"}},
		"Preise":  {{"Produkt", "Preis", "Ab"}, {"Base", 120, feb}, {"Base", "", feb}},
		"Gruppen": {{"Gruppe", "Login"}, {"Büro", "ann"}, {"Büro", ""}},
	})
	r, sink := shop.Connector(t).Collect(t, map[string]string{"path": book, "mapping": everyKind}, nil)
	require.ErrorIs(t, r.Err, &connectors.Error{Kind: connectors.BadData})
	assert.Equal(t, []compliance.Device{
		{ID: "vm1", MayRunOn: []compliance.DeviceID{"esx1", "esx2"}, Role: compliance.PassiveHA, StandbyFor: "vm2", Source: trial.SourceID,
			Stays: []compliance.Stay{{Host: "esx1", Since: feb}, {Host: "esx2", Since: time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)}}},
		{ID: "vm2", MayRunOn: []compliance.DeviceID{}, Stays: []compliance.Stay{{Host: "esx1", Since: feb}}, Source: trial.SourceID},
		{ID: "vm3", Source: trial.SourceID},
	}, sink.Devices)
	title := catalog.Title{Name: "Base"}
	known := func(s string) decimal.NullDecimal { return decimal.NewNullDecimal(decimal.RequireFromString(s)) }
	assert.Equal(t, []connectors.License{
		{ID: "P1", Title: title, Quantity: known("2.5"), UnitPrice: known("99.95"), Currency: "EUR", Start: feb, Source: trial.SourceID},
		{ID: "P2", Title: title, Source: trial.SourceID},
	}, sink.Licenses)
	assert.Equal(t, []connectors.PriceEntry{{Title: title, Amount: known("120"), Currency: "EUR", From: feb, Source: trial.SourceID}}, sink.Prices)
	assert.Equal(t, []connectors.Membership{{Group: "Büro", User: "ann", Source: trial.SourceID}}, sink.Memberships)
	var places []string
	for _, p := range r.Problems {
		places = append(places, filepath.Base(p.Subject)+": "+p.Place+": "+p.Message)
	}
	assert.Equal(t, []string{
		`Inventar.xlsx, sheet Maschinen: cell B4 (Erlaubt): entry 2 of "esx1||esx2" is empty`,
		`Inventar.xlsx, sheet Maschinen: cell E4 (Rolle): "?" is not among the values of role: ["Reserve"]`,
		`Inventar.xlsx, sheet Maschinen: line 4: stay_hosts has 2 entries and stays_since 1: where the device has run is not known`,
		`Inventar.xlsx, sheet Einkauf: cell C3 (Stück): "viele" is not a number`,
		`Inventar.xlsx, sheet Einkauf: cell E3 (Währung): "€" is no currency such as EUR; say under values what it means`,
		`Inventar.xlsx, sheet Einkauf: line 3: unit_price needs a currency`,
		`Inventar.xlsx, sheet Preise: cell B3 (Preis): amount is empty`,
		`Inventar.xlsx, sheet Gruppen: cell B3 (Login): user is empty`,
	}, places)
}

// An estate takes no purchases; what it does not ask for is neither read nor counted.
func TestKindsThatAreNotAskedFor(t *testing.T) {
	book := save(t, map[string][][]any{"Maschinen": {{"Name"}, {"vm1"}}, "Einkauf": {{"Nr", "Produkt"}, {"P1", "Base"}}})
	r, e := shop.Connector(t).Estate(t, map[string]string{"path": book, "mapping": `rows:
  - {kind: device, from: Maschinen, columns: {id: Name}}
  - {kind: entitlement, from: Einkauf, columns: {id: Nr, name: Produkt}}`}, nil, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
	require.NoError(t, r.Err)
	assert.Equal(t, connectors.Counts{connectors.Device: 1}, r.Put)
	assert.Len(t, slices.Collect(e.Devices()), 1)
}
