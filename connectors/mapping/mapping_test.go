package mapping_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/mapping"
)

// rows keeps what an intake writes.
type rows struct {
	devices  []compliance.Device
	users    []compliance.User
	installs []compliance.Install
	seats    []compliance.Seat
	usage    []compliance.Usage
	licenses []connectors.License
	prices   []connectors.PriceEntry
	members  []connectors.Membership
}

func (r *rows) Device(d compliance.Device) error   { r.devices = append(r.devices, d); return nil }
func (r *rows) User(u compliance.User) error       { r.users = append(r.users, u); return nil }
func (r *rows) Install(i compliance.Install) error { r.installs = append(r.installs, i); return nil }
func (r *rows) Seat(s compliance.Seat) error       { r.seats = append(r.seats, s); return nil }
func (r *rows) Usage(u compliance.Usage) error     { r.usage = append(r.usage, u); return nil }
func (r *rows) License(l connectors.License) error { r.licenses = append(r.licenses, l); return nil }
func (r *rows) Price(p connectors.PriceEntry) error {
	r.prices = append(r.prices, p)
	return nil
}
func (r *rows) Membership(m connectors.Membership) error {
	r.members = append(r.members, m)
	return nil
}

// read takes lines of cells parted by semicolons, the first of them the header.
func read(t testing.TB, doc, lines string) (*rows, []string, *mapping.Intake) {
	t.Helper()
	m, err := mapping.Read("map.yaml", []byte(doc))
	require.NoError(t, err)
	out := &rows{}
	in := m.Intake(out)
	var problems []string
	table := strings.Split(strings.TrimSpace(lines), "\n")
	r, err := in.Table(m.Rules()[0], mapping.Table{
		Subject: "t.csv", Header: strings.Split(table[0], ";"),
		Place: func(row, column int) string { return fmt.Sprintf("line %d, column %d", row, column+1) },
	})
	require.NoError(t, err)
	for i, line := range table[1:] {
		found, err := r.Add(i+2, strings.Split(line, ";"))
		require.NoError(t, err)
		for _, p := range found {
			problems = append(problems, p.String())
		}
	}
	return out, problems, in
}

const germanDevices = `
decimal: ","
dates: [dd.MM.yyyy, "dd.MM.yyyy HH:mm"]
zone: Europe/Vienna
empty: [n/a, "-"]
rows:
  - kind: device
    from: servers.csv
    columns: {id: Hostname, cores: Kerne, sockets: Sockel, last_seen: Zuletzt gesehen, kind: Typ}
    values: {kind: {P: physical, V: virtual-machine}}
    constants: {environment: production}
`

func TestGermanTable(t *testing.T) {
	got, problems, in := read(t, germanDevices, `
hostname; KERNE ;Sockel;Zuletzt gesehen;Typ
esx1;1.024,0;2;31.01.2026 13:30;P
esx2;n/a;-;;V
esx3;16,5;zwei;31.13.2026;X
;4;1;;P
esx1;1.024,0;2;31.01.2026 13:30;P
esx2;8;2;;V`)
	assert.Equal(t, []compliance.Device{
		{ID: "esx1", Cores: 1024, Sockets: 2, Kind: compliance.Physical, Environment: "production", LastSeen: time.Date(2026, 1, 31, 12, 30, 0, 0, time.UTC)},
		{ID: "esx2", Kind: compliance.VirtualMachine, Environment: "production"},
		{ID: "esx3", Environment: "production"},
	}, got.devices)
	assert.Equal(t, []string{
		`t.csv: line 4, column 5 (Typ): "X" is not among the values of kind: ["P" "V"]`,
		`t.csv: line 4, column 3 (Sockel): "zwei" is not a number`,
		`t.csv: line 4, column 2 (KERNE): "16,5" is not a whole number`,
		`t.csv: line 4, column 4 (Zuletzt gesehen): "31.13.2026" is not a date of any pattern under dates`,
		`t.csv: line 5, column 1 (hostname): id is empty`,
		`t.csv: line 7, column 0: says something else of the same device than t.csv, line 3, column 0, which counts`,
	}, problems)
	assert.EqualValues(t, 3, in.Written[connectors.Device])
	assert.EqualValues(t, 1, in.Repeated)
}

func TestEveryKind(t *testing.T) {
	users, problems, _ := read(t,
		`rows: [{kind: user, columns: {id: login, active: enabled, kind: k}, values: {kind: {S: service, P: person}}}]`, "login;enabled;k\nann;yes;P\nrobot;0;S\nx;maybe;P")
	no, yes := false, true
	assert.Equal(t, []compliance.User{{ID: "ann", Active: &yes, Kind: compliance.Person}, {ID: "robot", Active: &no, Kind: compliance.ServiceAccount}, {ID: "x", Kind: compliance.Person}}, users.users)
	assert.Len(t, problems, 1)

	installs, problems, _ := read(t, `rows: [{kind: install, columns: {device: d, name: n, version: v, last_used: u}}]`, "d;n;v;u\na;Acme;1;2026-02-03\na;Acme;2;\na;;3;")
	assert.Equal(t, []compliance.Install{
		{Device: "a", Title: catalog.Title{Name: "Acme", Version: "1"}, LastUsed: time.Date(2026, 2, 3, 0, 0, 0, 0, time.UTC)},
		{Device: "a", Title: catalog.Title{Name: "Acme", Version: "2"}},
	}, installs.installs)
	assert.Equal(t, []string{"t.csv: line 4, column 0: the row names no product: neither name nor product_code is known"}, problems)

	seats, _, _ := read(t, `rows: [{kind: seat, columns: {user: u, name: n, assigned: a}}]`, "u;n;a\nann;Acme Cloud;2026-01-01T10:00:00Z")
	assert.Equal(t, []compliance.Seat{{User: "ann", Title: catalog.Title{Name: "Acme Cloud"}, Assigned: time.Date(2026, 1, 1, 10, 0, 0, 0, time.UTC)}}, seats.seats)

	usage, problems, _ := read(t, `rows: [{kind: usage, columns: {name: n, from: f, to: t, peak: p}}]`, "n;f;t;p\nAcme;2026-01-01;2026-02-01;0\nAcme;2026-02-01;2026-01-01;3\nAcme;2026-03-01;2026-04-01;")
	assert.Equal(t, []compliance.Usage{{Title: catalog.Title{Name: "Acme"}, From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)}}, usage.usage,
		"a peak of zero is known, one that is not given is not")
	assert.Len(t, problems, 2)
}

func TestDocumentProblems(t *testing.T) {
	for _, c := range []struct{ name, doc, want string }{
		{"unknown kind", "rows:\n  - kind: server\n    columns: {id: a}\n", `map.yaml:2:11: kind "server" is none of`},
		{"unknown field", "rows:\n  - kind: device\n    columns: {id: a, cpus: b}\n", `map.yaml:3:28: device has no field "cpus"`},
		{"missing key", "rows:\n  - kind: device\n    columns: {name: a}\n", "a device needs id"},
		{"date pattern", "dates: [tt.MM.jjjj]\nrows:\n  - kind: device\n    columns: {id: a}\n", `map.yaml:1:9: "tt" in the date pattern`},
		{"zone", "zone: Wien\nrows:\n  - kind: device\n    columns: {id: a}\n", `zone "Wien" is not known`},
		{"decimal", "decimal: ';'\nrows:\n  - kind: device\n    columns: {id: a}\n", "want . or ,"},
		{"constant", "rows:\n  - kind: device\n    columns: {id: a}\n    constants: {cores: many}\n", `map.yaml:4:24: cores: "many" is not a number`},
		{"value", "rows:\n  - kind: device\n    columns: {id: a, kind: k}\n    values: {kind: {P: server}}\n", `values of kind: "P": "server" is none of`},
		{"list", "list: ' '\nrows: [{kind: device, columns: {id: a}}]\n", `map.yaml:1:8: list is " "`},
		{"price without currency", "rows:\n  - kind: price\n    columns: {name: a, amount: b}\n", "a price needs currency"},
		{"nothing", "rows: []\n", "nothing would be read"},
		{"misspelt", "row: []\n", "row"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := mapping.Read("map.yaml", []byte(c.doc))
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func TestMissingColumns(t *testing.T) {
	m, err := mapping.Read("map.yaml", []byte(`rows: [{kind: device, columns: {id: host, cores: cores}}]`))
	require.NoError(t, err)
	for _, header := range [][]string{{"host"}, {"host", "cores", "Cores "}} {
		_, err = m.Intake(&rows{}).Table(m.Rules()[0], mapping.Table{Subject: "t.csv", Header: header})
		require.ErrorIs(t, err, mapping.ErrColumns)
		assert.ErrorContains(t, err, `t.csv has no one column ["cores"]`)
	}
}

// Days of a workbook are read as such, and only in columns of dates.
func TestDateNumbers(t *testing.T) {
	m, err := mapping.Read("map.yaml", []byte(`rows: [{kind: device, columns: {id: host, cores: cores, last_seen: seen}}]`))
	require.NoError(t, err)
	for epoch, want := range map[mapping.DateNumbers]time.Time{
		mapping.Since1900: time.Date(2023, 3, 15, 12, 0, 0, 0, time.UTC),
		mapping.Since1904: time.Date(2027, 3, 16, 12, 0, 0, 0, time.UTC),
	} {
		out := &rows{}
		r, err := m.Intake(out).Table(m.Rules()[0], mapping.Table{Header: []string{"host", "cores", "seen"}, Dates: epoch, Place: func(int, int) string { return "" }})
		require.NoError(t, err)
		problems, err := r.Add(1, []string{"a", "45000", "45000.5"})
		require.NoError(t, err)
		assert.Empty(t, problems)
		assert.Equal(t, compliance.Device{ID: "a", Cores: 45000, LastSeen: want}, out.devices[0])
	}
}

// A whole number reads back from however a locale groups it.
func TestCountsInLocales(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 1<<30).Draw(t, "n")
		mark := rapid.SampledFrom([]string{".", ",", " ", "\u00a0", "’", "'", ""}).Draw(t, "group")
		point := map[string]string{".": ",", ",": "."}[mark]
		if point == "" {
			point = rapid.SampledFrom([]string{".", ","}).Draw(t, "point")
		}
		digits := fmt.Sprint(n)
		text := digits
		if mark != "" {
			text = ""
			for i, d := range digits {
				if i > 0 && (len(digits)-i)%3 == 0 {
					text += mark
				}
				text += string(d)
			}
		}
		text += rapid.SampledFrom([]string{"", point + "0", point + "00"}).Draw(t, "fraction")
		m, err := mapping.Read("m", fmt.Appendf(nil, "decimal: '%s'\nrows: [{kind: device, columns: {id: a, cores: b}}]", point))
		if err != nil {
			t.Fatal(err)
		}
		out := &rows{}
		r, err := m.Intake(out).Table(m.Rules()[0], mapping.Table{Header: []string{"a", "b"}, Place: func(int, int) string { return "" }})
		if err != nil {
			t.Fatal(err)
		}
		problems, err := r.Add(1, []string{"d", text})
		if err != nil || len(problems) > 0 || out.devices[0].Cores != n {
			t.Fatalf("%q: got %v, %v, %v", text, out.devices, problems, err)
		}
	})
}

func ExampleRead() {
	m, err := mapping.Read("servers.yaml", []byte(`
rows:
  - kind: device
    from: servers
    columns: {id: host, cores: cores}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	out := &rows{}
	table, err := m.Intake(out).Table(m.Rules()[0], mapping.Table{
		Subject: "servers", Header: []string{"host", "cores"},
		Place: func(row, _ int) string { return fmt.Sprintf("record %d", row) },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, cells := range [][]string{{"db01", "16"}, {"db02", "sixteen"}} {
		problems, err := table.Add(i+1, cells)
		fmt.Println(out.devices[i].ID, out.devices[i].Cores, problems, err)
	}
	// Output:
	// db01 16 [] <nil>
	// db02 0 [servers: record 2 (cores): "sixteen" is not a number] <nil>
}
