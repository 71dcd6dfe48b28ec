package playbook_test

import (
	"os"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/playbook"
)

func TestLoadReportsEverything(t *testing.T) {
	fsys := fstest.MapFS{
		"p.yaml": {Data: []byte(`name: broken
version: "1"
sources:
  - {id: a, connector: glpi}
  - {id: a, connector: glpi, checksum: abc}
  - {id: b, connector: glpi, demand: gold, isolation: none}
entitlements: [bought.csv, none.csv]
licensing:
  - {product: acme/a, metric: generic.cores, price: 3}
rules:
  - {id: r, over: position, when: position.shrt > 0, message: x}
escalation:
  calendars: [{name: office, zone: Europe/Wien, week: {monday: ["08:00-17:00"]}}]
  chains:
    - name: c
      calendar: office
      clocks: [{severity: info or more, acknowledge: 1 day, contain: 1 day, remedy: 1 day}]
      stages: [{name: s, tell: [owner], wait: 1 day}]
      fallback: [cfo]
  routes: {name: root, owner: o, chain: c}
`)},
		"bought.csv": {Data: []byte("id,product,metric,quantity\nE,acme/a,generic.core,many\n")},
	}
	_, err := playbook.LoadFS(fsys, "p.yaml")
	require.Error(t, err)
	for _, want := range []string{
		`p.yaml:5:5: source "a" is given twice`,
		`checksum of source "a" must read sha256:HEX`,
		`p.yaml:6:38: demand "gold" of source "b" is none of process, reading, resuming`,
		`p.yaml:6:55: isolation "none" of source "b" is neither process nor shared`,
		`bought.csv:2:23: quantity: "many" is not a number`,
		"p.yaml:7:28: cannot read none.csv: file does not exist",
		"p.yaml:9:5: the price of acme/a lacks its currency",
		`p.yaml:9:31: no document defines the metric "generic.cores"`,
		"p.yaml:11:43: undefined field 'shrt'",
		"Europe/Wien",
	} {
		assert.ErrorContains(t, err, want)
	}
}

func TestDigestSeesEveryFile(t *testing.T) {
	book, err := os.ReadFile("testdata/playbook.yaml")
	require.NoError(t, err)
	load := func(entitlements string) string {
		p, err := playbook.LoadFS(fstest.MapFS{"p.yaml": {Data: book}, "entitlements.csv": {Data: []byte(entitlements)}}, "p.yaml")
		require.NoError(t, err)
		return p.Digest()
	}
	header := "id,product,metric,quantity\n"
	assert.NotEqual(t, load(header+"E,autodesk/autocad,generic.device,1\n"), load(header+"E,autodesk/autocad,generic.device,2\n"))
}

func FuzzLoad(f *testing.F) {
	book, err := os.ReadFile("testdata/playbook.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(book, []byte("id,product,metric,quantity\nE,autodesk/autocad,generic.device,1\n"))
	f.Fuzz(func(t *testing.T, book, bought []byte) {
		p, err := playbook.LoadFS(fstest.MapFS{"p.yaml": {Data: book}, "entitlements.csv": {Data: bought}}, "p.yaml")
		if (p == nil) == (err == nil) {
			t.Fatalf("playbook %v with error %v", p, err)
		}
	})
}
