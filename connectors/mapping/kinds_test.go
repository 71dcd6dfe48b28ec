package mapping_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
)

func date(month time.Month, day int) time.Time {
	return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC)
}

// Where a machine may run and has run, and its part in a failover pair.
func TestPlacement(t *testing.T) {
	doc := "list: \"|\"\ndates: [dd.MM.yyyy]\n" + `rows:
  - kind: device
    columns: {id: id, may_run_on: allowed, stay_hosts: ran, stays_since: since, role: part, standby_for: of, chassis: form}
    values: {role: {P: passive-ha, A: active}}
`
	got, problems, _ := read(t, doc, `
id;allowed;ran;since;part;of;form
vm1;esx2 | esx1|esx2;esx1|esx2;01.02.2026|2026-03-04;P;vm2;
vm2;[];["esx|1"];["2026-02-01T00:00:00Z"];A;;
vm3;;;;;;Laptop
vm4;esx1||esx2;esx1|esx2;01.02.2026;X;vm4;
vm5;{esx1,esx2};esx1;gestern;;;
vm6;[1];esx1;;;;`)
	assert.Equal(t, []compliance.Device{
		{ID: "vm1", MayRunOn: []compliance.DeviceID{"esx1", "esx2"}, Stays: []compliance.Stay{{Host: "esx1", Since: date(2, 1)}, {Host: "esx2", Since: date(3, 4)}},
			Role: compliance.PassiveHA, StandbyFor: "vm2"},
		{ID: "vm2", MayRunOn: []compliance.DeviceID{}, Stays: []compliance.Stay{{Host: "esx|1", Since: date(2, 1)}}, Role: compliance.Active},
		{ID: "vm3", Chassis: "Laptop"},
		{ID: "vm4"}, {ID: "vm5"}, {ID: "vm6"},
	}, got.devices, "an empty list is known, an empty cell is not, and what cannot be read is not guessed")
	assert.Equal(t, []string{
		`t.csv: line 5, column 2 (allowed): entry 2 of "esx1||esx2" is empty`,
		`t.csv: line 5, column 5 (part): "X" is not among the values of role: ["A" "P"]`,
		`t.csv: line 5, column 0: stay_hosts has 2 entries and stays_since 1: where the device has run is not known` + "\n" + `standby_for names the device itself`,
		`t.csv: line 6, column 2 (allowed): "{esx1,esx2}" is an array of PostgreSQL: query array_to_json of it`,
		`t.csv: line 6, column 4 (since): "gestern" is not a date of any pattern under dates`,
		`t.csv: line 7, column 2 (allowed): "[1]" is not a list of texts in JSON`,
		`t.csv: line 7, column 0: stay_hosts has 1 entries and stays_since 0: where the device has run is not known`,
	}, problems)
}

func known(s string) decimal.NullDecimal { return decimal.NewNullDecimal(decimal.RequireFromString(s)) }

func TestPurchases(t *testing.T) {
	doc := "decimal: \",\"\n" + `rows:
  - kind: entitlement
    columns: {id: nr, contract: vertrag, name: produkt, version: v, metric: m, quantity: anzahl, unit_price: preis, currency: w, start: von, end: bis, maintenance_end: wartung}
    values: {currency: {"€": EUR, EUR: EUR, "": ""}}
`
	got, problems, _ := read(t, doc, `
nr;vertrag;produkt;v;m;anzahl;preis;w;von;bis;wartung
P1;C1;Acme Base;7;Core;1.024;99,95;€;2026-01-01;2026-12-31;2026-06-30
P2;;Acme Base;;;2,5;;;;;
P3;;Acme Base;;;;10;;;;
P4;;Acme Base;;;-1;1e5;$;;;
P5;;;;;1;;;;;
P6;;Acme Base;;;1;;;2026-02-01;2026-01-01;
P1;C1;Acme Base;7;Core;1.025;99,95;€;2026-01-01;2026-12-31;2026-06-30`)
	title := catalog.Title{Name: "Acme Base"}
	assert.Equal(t, []connectors.License{
		{ID: "P1", Contract: "C1", Title: catalog.Title{Name: "Acme Base", Version: "7"}, Metric: "Core", Quantity: known("1024"), UnitPrice: known("99.95"), Currency: "EUR",
			Start: date(1, 1), End: date(12, 31), MaintenanceEnd: date(6, 30)},
		{ID: "P2", Title: title, Quantity: known("2.5")},
		{ID: "P3", Title: title, UnitPrice: decimal.NullDecimal{Decimal: decimal.RequireFromString("10")}},
		{ID: "P4", Title: title},
	}, got.licenses)
	assert.Equal(t, []string{
		`t.csv: line 4, column 0: unit_price needs a currency`,
		`t.csv: line 5, column 6 (anzahl): "-1" is negative`,
		`t.csv: line 5, column 7 (preis): "1e5" is not a number`,
		`t.csv: line 5, column 8 (w): "$" is not among the values of currency: ["" "EUR" "€"]`,
		`t.csv: line 6, column 0: the row names no product: neither name nor product_code is known`,
		`t.csv: line 7, column 0: the period ends before it begins`,
		`t.csv: line 8, column 0: says something else of the same entitlement than t.csv, line 2, column 0, which counts`,
	}, problems)
}

func TestPrices(t *testing.T) {
	got, problems, _ := read(t, `rows: [{kind: price, columns: {name: n, metric: m, amount: a, currency: c, from: f, to: t}}]`, `
n;m;a;c;f;t
Acme Base;core;1,234.5;EUR;2026-01-01;2026-12-31
Acme Base;core;1200;USD;2026-01-01;
Acme Base;core;1200;euro;;
Acme Base;core;;EUR;;
;core;1;EUR;;
Acme Base;core;1;EUR;2026-02-01;2026-01-01`)
	title := catalog.Title{Name: "Acme Base"}
	assert.Equal(t, []connectors.PriceEntry{
		{Title: title, Metric: "core", Amount: known("1234.5"), Currency: "EUR", From: date(1, 1), To: date(12, 31)},
		{Title: title, Metric: "core", Amount: known("1200"), Currency: "USD", From: date(1, 1)},
	}, got.prices, "a price in another currency is another price; one without amount or currency is none")
	assert.Equal(t, []string{
		`t.csv: line 4, column 4 (c): "euro" is no currency such as EUR; say under values what it means`,
		`t.csv: line 5, column 3 (a): amount is empty`,
		`t.csv: line 6, column 0: the row names no product`,
		`t.csv: line 7, column 0: the period ends before it begins`,
	}, problems)
}

func TestMemberships(t *testing.T) {
	got, problems, in := read(t, `rows: [{kind: group-member, columns: {group: g, user: u}}]`, "g;u\nadmins;ann\nadmins;bob\n;cid\nadmins;\nadmins;ann")
	assert.Equal(t, []connectors.Membership{{Group: "admins", User: "ann"}, {Group: "admins", User: "bob"}}, got.members)
	assert.Equal(t, []string{"t.csv: line 4, column 1 (g): group is empty", "t.csv: line 5, column 2 (u): user is empty"}, problems)
	assert.EqualValues(t, 1, in.Repeated)
}
