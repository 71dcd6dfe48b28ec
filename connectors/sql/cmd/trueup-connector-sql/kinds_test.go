package main

import (
	"strings"
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

// purchases is what a contract system keeps beside the assets, and where its
// virtual machines have run.
const purchases = `
CREATE TABLE stay (vm VARCHAR(40), host VARCHAR(40), since TIMESTAMP);
CREATE TABLE pair (vm VARCHAR(40), part VARCHAR(20), partner VARCHAR(40));
CREATE TABLE bought (nr VARCHAR(20), title VARCHAR(80), metric VARCHAR(20), pieces DECIMAL(12,3), each_costs DECIMAL(12,2), cur VARCHAR(3), ends DATE);
CREATE TABLE pricelist (title VARCHAR(80), costs DECIMAL(12,2), cur VARCHAR(3));
CREATE TABLE membership (grp VARCHAR(20), login VARCHAR(20));
INSERT INTO stay VALUES ('vm01', 'esx2', '2026-03-04 00:00:00'), ('vm01', 'esx1', '2026-02-01 00:00:00');
INSERT INTO pair VALUES ('vm01', 'standby', 'db01'), ('db01', 'works', NULL);
INSERT INTO bought VALUES ('P1', 'Büro', 'user', 2.5, 99.95, 'EUR', '2026-12-31'), ('P2', 'Büro', NULL, NULL, NULL, NULL, NULL), ('P3', 'Büro', 'user', -1, 5, NULL, NULL);
INSERT INTO pricelist VALUES ('Büro', 120.00, 'EUR');
INSERT INTO membership VALUES ('office', 'ann'), ('office', 'bob');
`

// gather is how each database gathers rows into a list.
var gather = map[string]string{
	"sqlite":   "SELECT vm, json_group_array(host) AS hosts, json_group_array(since) AS since FROM (SELECT * FROM stay ORDER BY vm, since) GROUP BY vm",
	"postgres": "SELECT vm, json_agg(host ORDER BY since) AS hosts, json_agg(since ORDER BY since) AS since FROM stay GROUP BY vm",
	"mysql":    "SELECT vm, JSON_ARRAYAGG(host ORDER BY since) AS hosts, JSON_ARRAYAGG(since ORDER BY since) AS since FROM stay GROUP BY vm",
}

const everyKind = `
rows:
  - kind: device
    from: SELECT s.vm, hosts, since, part, partner FROM (STAYS) AS s JOIN pair ON pair.vm = s.vm
    columns: {id: vm, stay_hosts: hosts, stays_since: since, role: part, standby_for: partner}
    values: {role: {standby: passive-dr, works: active}}
    constants: {may_run_on: "[]", chassis: Blade}
  - kind: entitlement
    from: SELECT * FROM bought WHERE nr < 'P3' ORDER BY nr
    columns: {id: nr, name: title, metric: metric, quantity: pieces, unit_price: each_costs, currency: cur, end: ends}
  - kind: price
    from: pricelist
    columns: {name: title, amount: costs, currency: cur}
  - kind: group-member
    from: SELECT grp, login FROM membership ORDER BY login
    columns: {group: grp, user: login}
`

// kinds reads what only some sources have.
func kinds(t *testing.T, driver string, secrets map[string]string) {
	t.Helper()
	settings := map[string]string{"driver": driver, "mapping": strings.ReplaceAll(everyKind, "STAYS", gather[driver])}
	r, sink := shop.Connector(t).Collect(t, settings, secrets)
	require.NoError(t, r.Err)
	assert.True(t, r.Complete)
	day := func(m time.Month, d int) time.Time { return time.Date(2026, m, d, 0, 0, 0, 0, time.UTC) }
	assert.Equal(t, []compliance.Device{{
		ID: "vm01", MayRunOn: []compliance.DeviceID{}, Stays: []compliance.Stay{{Host: "esx1", Since: day(2, 1)}, {Host: "esx2", Since: day(3, 4)}},
		Role: compliance.PassiveDR, StandbyFor: "db01", Chassis: "Blade", Source: trial.SourceID,
	}}, sink.Devices)
	require.Len(t, sink.Licenses, 2)
	known := func(s string) decimal.NullDecimal { return decimal.NewNullDecimal(decimal.RequireFromString(s)) }
	first := sink.Licenses[0]
	assert.Equal(t, []string{"2.5", "99.95"}, []string{first.Quantity.Decimal.String(), first.UnitPrice.Decimal.String()})
	assert.Equal(t, day(12, 31), first.End)
	assert.Equal(t, connectors.License{ID: "P2", Title: catalog.Title{Name: "Büro"}, Source: trial.SourceID}, sink.Licenses[1], "NULL is not known")
	require.Len(t, sink.Prices, 1)
	assert.True(t, known("120").Decimal.Equal(sink.Prices[0].Amount.Decimal))
	assert.Equal(t, []connectors.Membership{
		{Group: "office", User: "ann", Source: trial.SourceID}, {Group: "office", User: "bob", Source: trial.SourceID},
	}, sink.Memberships)

	wrong := `rows: [{kind: entitlement, from: SELECT * FROM bought WHERE nr = 'P3', columns: {id: nr, name: title, quantity: pieces, unit_price: each_costs, currency: cur}}]`
	r, sink = shop.Connector(t).Collect(t, map[string]string{"driver": driver, "mapping": wrong}, secrets)
	require.ErrorIs(t, r.Err, &connectors.Error{Kind: connectors.BadData})
	require.Len(t, r.Problems, 2)
	assert.Contains(t, r.Problems[0].String(), "record 1, column 4 (pieces): \"-1")
	assert.Contains(t, r.Problems[1].String(), "unit_price needs a currency")
	require.Len(t, sink.Licenses, 1, "the row counts, with what is known of it")
	assert.False(t, sink.Licenses[0].Quantity.Valid || sink.Licenses[0].UnitPrice.Valid)
}
