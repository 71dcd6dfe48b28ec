package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/internal/trial"
)

var shop trial.Shop

func TestMain(m *testing.M) { shop.Main(m) }

const bothKinds = `
decimal: ","
dates: [dd.MM.yyyy]
zone: Europe/Vienna
rows:
  - kind: device
    from: Geräte*
    columns: {id: Name, cores: Kerne, kind: Art, last_seen: Gesehen}
    values: {kind: {Server: physical, VM: virtual-machine}}
  - kind: install
    from: Software*
    columns: {device: Name, name: Produkt, version: Version, first_seen: Installiert}
`

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
}

// save makes a workbook.
func save(t *testing.T, sheets map[string][][]any) string {
	t.Helper()
	f := excelize.NewFile()
	for sheet, rows := range sheets {
		_, err := f.NewSheet(sheet)
		require.NoError(t, err)
		for i, row := range rows {
			at, err := excelize.CoordinatesToCellName(1, i+1)
			require.NoError(t, err)
			require.NoError(t, f.SetSheetRow(sheet, at, &row))
		}
	}
	path := filepath.Join(t.TempDir(), "Inventar.xlsx")
	require.NoError(t, f.SaveAs(path))
	return path
}

func vienna(t *testing.T, month time.Month, day int) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Vienna")
	require.NoError(t, err)
	return time.Date(2026, month, day, 0, 0, 0, 0, zone).UTC()
}

// The same tables, as German CSV files in an old encoding and as a workbook with
// real numbers and dates, give the same rows.
func TestTablesAndWorkbooks(t *testing.T) {
	want := []compliance.Device{
		{ID: "srv-1", Kind: compliance.Physical, Cores: 1024, LastSeen: vienna(t, 1, 31), Source: trial.SourceID},
		{ID: "vm-1", Kind: compliance.VirtualMachine, Source: trial.SourceID},
	}
	installs := []compliance.Install{{Device: "srv-1", Title: catalog.Title{Name: "Büro", Version: "16.0"}, FirstSeen: vienna(t, 2, 1), Source: trial.SourceID}}
	files := t.TempDir()
	write(t, files, map[string]string{
		"Geräte 2026.csv": "\nName;Art;Kerne;Gesehen\nsrv-1;Server;1.024,00;31.01.2026\nvm-1;VM;;\n\nsrv-1;Server;1.024,00;31.01.2026\n",
		"Software.csv":    "Name;Produkt;Version;Installiert\nsrv-1;B\xfcro;16.0;01.02.2026\n",
		"readme.md":       "not a table",
	})
	book := save(t, map[string][][]any{
		"Geräte":   {{"Name", "Art", "Kerne", "Gesehen"}, {"srv-1", "Server", 1024, time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)}, {"vm-1", "VM"}},
		"Software": {{"Name", "Produkt", "Version", "Installiert"}, {"srv-1", "Büro", "16.0", "01.02.2026"}},
	})
	for _, settings := range []map[string]string{
		{"path": files, "mapping": bothKinds, "encoding": "windows-1252"},
		{"path": book, "mapping": bothKinds},
	} {
		r, sink := shop.Connector(t).Collect(t, settings, nil)
		require.NoError(t, r.Err)
		assert.True(t, r.Complete)
		assert.Equal(t, want, sink.Devices)
		assert.Equal(t, installs, sink.Installs)
	}
	shop.Connector(t).Conforms(t, map[string]string{"path": book, "mapping": bothKinds}, nil)
}

func TestFaultsAreNamedByCell(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"Geräte.csv":   "Name;Art;Kerne;Gesehen\nsrv-1;Server;viele;31.02.2026\nvm-1;Gerät;4;\n",
		"Software.csv": "Name;Produkt;Version;Installiert\nsrv-1;\"A;1;\n",
		"map.yaml":     bothKinds,
	})
	r, sink := shop.Connector(t).Collect(t, map[string]string{"path": dir, "file": filepath.Join(dir, "map.yaml")}, nil)
	require.ErrorIs(t, r.Err, &connectors.Error{Kind: connectors.BadData})
	assert.False(t, r.Complete)
	var got []string
	for _, p := range r.Problems {
		rel, err := filepath.Rel(dir, p.Subject)
		require.NoError(t, err)
		p.Subject = rel
		got = append(got, p.String())
	}
	assert.ElementsMatch(t, []string{
		`Geräte.csv: line 2, column 3 (Kerne): "viele" is not a number`,
		`Geräte.csv: line 2, column 4 (Gesehen): "31.02.2026" is not a date of any pattern under dates`,
		`Geräte.csv: line 3, column 2 (Art): "Gerät" is not among the values of kind: ["Server" "VM"]`,
		`Software.csv: line 2, column 13: extraneous or missing " in quoted-field`,
	}, got)
	assert.Len(t, sink.Devices, 2, "rows count with what can be read of them")
}

func TestWorkbookFaults(t *testing.T) {
	book := save(t, map[string][][]any{"Sheet1": {{"a heading of the report"}, {"Name", "Cores"}, {"x", "#N/A"}, {"y", 2.5}}})
	settings := map[string]string{"path": book, "header": "2", "mapping": "rows: [{kind: device, columns: {id: Name, cores: Cores}}]"}
	r, sink := shop.Connector(t).Collect(t, settings, nil)
	require.Len(t, r.Problems, 2)
	assert.Contains(t, r.Problems[0].String(), "Inventar.xlsx, sheet Sheet1: cell B3 (Cores): the formula failed with #N/A")
	assert.Contains(t, r.Problems[1].String(), `cell B4 (Cores): "2.5" is not a whole number`)
	assert.Len(t, sink.Devices, 2)
}

func TestSettings(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"a.csv": "Name\nx\n", "broken.xlsx": "PK"})
	one := "rows: [{kind: device, from: a.csv, columns: {id: Name}}]"
	for _, c := range []struct {
		name, want string
		settings   map[string]string
	}{
		{"no mapping", "nothing says what the columns mean", map[string]string{"path": dir}},
		{"bad mapping", "mapping:1:15: kind", map[string]string{"path": dir, "mapping": "rows: [{kind: server, columns: {id: a}}]"}},
		{"no table", `holds no table "b.csv"`, map[string]string{"path": filepath.Join(dir, "a.csv"), "mapping": "rows: [{kind: device, from: b.csv, columns: {id: a}}]"}},
		{"no file", "no such file", map[string]string{"path": filepath.Join(dir, "absent"), "mapping": one}},
		{"broken workbook", "not a table", map[string]string{"path": filepath.Join(dir, "broken.xlsx"), "mapping": one}},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := shop.Connector(t).Check(t, c.settings, nil)
			require.ErrorIs(t, err, &connectors.Error{Kind: connectors.BadConfig})
			assert.ErrorContains(t, err, c.want)
		})
	}
	old := filepath.Join(t.TempDir(), "old.xls")
	require.NoError(t, os.WriteFile(old, []byte("x"), 0o600))
	r, _ := shop.Connector(t).Collect(t, map[string]string{"path": old, "mapping": "rows: [{kind: device, columns: {id: Name}}]"}, nil)
	assert.ErrorContains(t, r.Err, "save it as .xlsx")
}
