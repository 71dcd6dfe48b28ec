package main

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/internal/trial"
	"github.com/trueup-dev/trueup/evidence/postgres/postgrestest"
)

var shop trial.Shop

func TestMain(m *testing.M) { shop.Main(m) }

// schema is that of a small asset system: numbers, flags, dates, and gaps.
const schema = `
CREATE TABLE asset (hostname VARCHAR(40), cls VARCHAR(10), cpu_cores INTEGER, seen TIMESTAMP, owner VARCHAR(20));
CREATE TABLE person (login VARCHAR(20), disabled BOOLEAN);
CREATE TABLE software (hostname VARCHAR(40), title VARCHAR(80), ver VARCHAR(20), maker VARCHAR(40), last_start TIMESTAMP);
INSERT INTO asset VALUES ('db01', 'server', 32, '2026-11-01 10:00:00', NULL), ('vm01', 'vm', NULL, NULL, 'ann');
INSERT INTO person VALUES ('ann', FALSE), ('bob', TRUE), ('cyd', NULL);
INSERT INTO software VALUES ('db01', 'Oracle Database 19c', '19.3', 'Oracle', '2026-10-31 08:30:00'), ('vm01', 'Büro', NULL, NULL, NULL);
`

const assets = `
rows:
  - kind: device
    from: SELECT hostname, cls, cpu_cores, seen, owner FROM asset ORDER BY hostname
    columns: {id: hostname, kind: cls, cores: cpu_cores, last_seen: seen, user: owner}
    values: {kind: {server: physical, vm: virtual-machine}}
  - kind: user
    from: SELECT login, NOT disabled AS active FROM person ORDER BY login
    columns: {id: login, active: active}
  - kind: install
    from: software
    columns: {device: hostname, name: title, version: ver, publisher: maker, last_used: last_start}
`

// databases makes one database of each kind that can be had here, filled alike.
func databases(t *testing.T) map[string]map[string]string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "assets.db")
	lite, err := sql.Open("sqlite", file)
	require.NoError(t, err)
	_, err = lite.Exec(schema + purchases)
	require.NoError(t, err)
	require.NoError(t, lite.Close())
	server := postgrestest.Start(t)
	pg, err := sql.Open("pgx", server.URL())
	require.NoError(t, err)
	_, err = pg.Exec(schema + purchases)
	require.NoError(t, err)
	require.NoError(t, pg.Close())
	return map[string]map[string]string{"sqlite": {"dsn": file}, "postgres": {"dsn": server.URL()}, "mysql": {"dsn": mariadb(t)}}
}

func TestQueries(t *testing.T) {
	no, yes := false, true
	for driver, secrets := range databases(t) {
		t.Run(driver, func(t *testing.T) {
			settings := map[string]string{"driver": driver, "mapping": assets}
			r, sink := shop.Connector(t).Collect(t, settings, secrets)
			require.NoError(t, r.Err)
			assert.True(t, r.Complete)
			assert.Equal(t, []compliance.Device{
				{ID: "db01", Kind: compliance.Physical, Cores: 32, LastSeen: time.Date(2026, 11, 1, 10, 0, 0, 0, time.UTC), Source: trial.SourceID},
				{ID: "vm01", Kind: compliance.VirtualMachine, User: "ann", Source: trial.SourceID},
			}, sink.Devices)
			assert.Equal(t, []compliance.User{
				{ID: "ann", Active: &yes, Source: trial.SourceID}, {ID: "bob", Active: &no, Source: trial.SourceID}, {ID: "cyd", Source: trial.SourceID},
			}, sink.Users, "NULL is not known, and not false")
			assert.Equal(t, []compliance.Install{
				{Device: "db01", Title: catalog.Title{Publisher: "Oracle", Name: "Oracle Database 19c", Version: "19.3"}, LastUsed: time.Date(2026, 10, 31, 8, 30, 0, 0, time.UTC), Source: trial.SourceID},
				{Device: "vm01", Title: catalog.Title{Name: "Büro"}, Source: trial.SourceID},
			}, sink.Installs)
			faults(t, driver, secrets)
			kinds(t, driver, secrets)
			shop.Connector(t).Conforms(t, settings, secrets)
		})
	}
}

// faults tries what can be wrong with a query or its records.
func faults(t *testing.T, driver string, secrets map[string]string) {
	t.Helper()
	for _, c := range []struct {
		name, mapping, want string
		kind                connectors.ErrorKind
	}{
		{"no such table", "rows: [{kind: device, from: nowhere, columns: {id: a}}]", "mapping:1:", connectors.BadConfig},
		{"no such column", "rows: [{kind: device, from: asset, columns: {id: name}}]", `no one column ["name"]`, connectors.BadConfig},
		{"writing", "rows: [{kind: device, from: \"DELETE FROM asset RETURNING hostname\", columns: {id: hostname}}]", "query of device", connectors.BadConfig},
		{"record", "rows: [{kind: device, from: asset, columns: {id: hostname, cores: cls}}]", `record 1, column 2 (cls): "server" is not a number`, connectors.BadData},
	} {
		r, _ := shop.Connector(t).Collect(t, map[string]string{"driver": driver, "mapping": c.mapping}, secrets)
		require.ErrorIs(t, r.Err, &connectors.Error{Kind: c.kind}, c.name)
		assert.ErrorContains(t, r.Err, c.want, c.name)
		assert.False(t, r.Complete, c.name)
	}
}

func TestAddressesAreNotShown(t *testing.T) {
	for _, driver := range []string{"postgres", "mysql"} {
		for _, dsn := range []string{"postgres://u:canary@127.0.0.1:1/x", "u:canary@tcp(127.0.0.1:1)/x", "canary"} {
			err := shop.Connector(t).Check(t, map[string]string{"driver": driver, "mapping": assets}, map[string]string{"dsn": dsn})
			require.Error(t, err)
			assert.NotContains(t, err.Error(), "canary")
		}
	}
}
