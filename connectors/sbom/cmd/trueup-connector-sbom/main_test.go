package main

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/internal/trial"
	"github.com/trueup-dev/trueup/internal/shareddata"
)

var shop trial.Shop

func TestMain(m *testing.M) { shop.Main(m) }

// samples is the folder of documents beside the tests.
func samples(t *testing.T) string {
	path, err := filepath.Abs("testdata")
	require.NoError(t, err)
	return path
}

func TestFolder(t *testing.T) {
	r, sink := shop.Connector(t).Collect(t, map[string]string{"path": samples(t), "environment": "production"}, nil)
	require.NoError(t, r.Err)
	assert.True(t, r.Complete)
	assert.Equal(t, []compliance.Device{
		{ID: "db1", Environment: "production", Source: trial.SourceID},
		{ID: "images/batch", Name: "batch", Environment: "production", Source: trial.SourceID},
		{ID: "images/shop.cdx", Name: "registry.example/shop:4", Kind: compliance.Container, Environment: "production", Source: trial.SourceID},
	}, sink.Devices)
	chart := catalog.Title{Publisher: "Example Charts", Name: "Chart Server", Version: "7.1", ProductCode: "pkg:generic/chart@7.1"}
	var want []compliance.Install
	for _, i := range []compliance.Install{
		{Device: "db1", Title: catalog.Title{Publisher: "Example Corporation", Name: "Example Database", Version: "19.3", Edition: "Enterprise Edition", ProductCode: "com.example-database-19.3"}},
		{Device: "images/batch", Title: catalog.Title{Publisher: "Example Batch", Name: "Batch Engine", Version: "2.0", ProductCode: "pkg:generic/batch@2.0"}},
		{Device: "images/batch", Title: catalog.Title{Name: "helper"}}, // a person is no publisher
		{Device: "images/shop.cdx", Title: catalog.Title{Publisher: "Example Distributor", Name: "Example Linux", Version: "9"}},
		{Device: "images/shop.cdx", Title: chart},
		{Device: "images/shop.cdx", Title: catalog.Title{Name: "libchart", Version: "7.1"}},
	} {
		i.Source = trial.SourceID
		want = append(want, i)
	}
	assert.Equal(t, want, sink.Installs)
	assert.Equal(t, []connectors.License{{ID: "cyclonedx:images/shop.cdx.json#component 2#1", Title: chart, Metric: "processor-points", Contract: "PO-12",
		End: time.Date(2027, 3, 31, 0, 0, 0, 0, time.UTC), Source: trial.SourceID}}, sink.Licenses)
	assert.False(t, sink.Licenses[0].Quantity.Valid, "how many were bought is not told")
	var passed []string
	for _, total := range r.Totals {
		if total.Kind == connectors.KindInvalid {
			passed = append(passed, total.Name)
		}
	}
	assert.Equal(t, []string{"components that are excluded", "components that are files, data, devices or keys", "tags of patches"}, passed)
}

func TestConformance(t *testing.T) {
	shop.Connector(t).Conforms(t, map[string]string{"path": samples(t)}, nil)
}

// moduleFolder is where a module's own test documents are.
func moduleFolder(t *testing.T, module string, parts ...string) string {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	require.NoError(t, err)
	return filepath.Join(append([]string{strings.TrimSpace(string(out))}, parts...)...)
}

// asXML writes a CycloneDX document anew in XML.
func asXML(t *testing.T, path string) []byte {
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	var bom cdx.BOM
	require.NoError(t, cdx.NewBOMDecoder(bytes.NewReader(data), cdx.BOMFileFormatJSON).Decode(&bom))
	var out bytes.Buffer
	require.NoError(t, cdx.NewBOMEncoder(&out, cdx.BOMFileFormatXML).Encode(&bom))
	return out.Bytes()
}

// The documents with which CycloneDX and SPDX show their formats say the same in each.
func TestFormatsAgree(t *testing.T) {
	read := func(path string) *document {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		d, err := parse(data)
		require.NoError(t, err, path)
		require.Empty(t, d.faults, path)
		return d
	}
	folder := moduleFolder(t, "github.com/CycloneDX/cyclonedx-go", "testdata")
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	require.NoError(t, err)
	require.Greater(t, len(files), 40)
	titles := 0
	for _, file := range files {
		read(strings.TrimSuffix(file, ".json") + ".xml")
		fromJSON := read(file)
		fromXML, err := parse(asXML(t, file))
		require.NoError(t, err)
		assert.Equal(t, fromJSON.Titles, fromXML.Titles, file)
		assert.Equal(t, fromJSON.Bought, fromXML.Bought, file)
		titles += len(fromJSON.Titles)
	}
	assert.Greater(t, titles, 40)
	bought := read(filepath.Join(folder, "valid-license-licensing.json")).Bought
	require.NotEmpty(t, bought)
	assert.NotEmpty(t, bought[0].Order)

	folder = moduleFolder(t, "github.com/spdx/tools-golang", "examples", "sample-docs")
	fromJSON := read(filepath.Join(folder, "json", "SPDXJSONExample-v2.3.spdx.json"))
	fromTags := read(filepath.Join(folder, "tv", "SPDXTagExample-v2.3.spdx"))
	require.NotEmpty(t, fromJSON.Titles)
	assert.ElementsMatch(t, fromJSON.Titles, fromTags.Titles)
}

// The tags that strongSwan's generator writes, and those of NIST.
func TestTags(t *testing.T) {
	r, sink := shop.Connector(t).Collect(t, map[string]string{"path": shareddata.Path(t, "entitlements", "swid"), "device": "machine"}, nil)
	require.NoError(t, r.Err)
	assert.True(t, r.Complete, "what is no tag is not missing")
	require.Len(t, sink.Devices, 1)
	names := map[string]bool{}
	for _, i := range sink.Installs {
		names[i.Title.Name+" "+i.Title.Version] = true
		assert.Empty(t, i.Title.Publisher, "who made the tag is not who made the software")
	}
	assert.Equal(t, map[string]bool{"docker 1.5-1": true, "docker 1:17.04.0-1": true, "docker-ce 17.03.0.ce-1.fc24.x86_64": true, "swidval 0.5.0.1": true, "test 1.0": true}, names)
}

func TestChanges(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("testdata")))
	settings := map[string]string{"path": dir}
	full, _ := shop.Connector(t).Collect(t, settings, nil)
	require.NoError(t, full.Err)
	file := func(parts ...string) string { return filepath.Join(append([]string{dir}, parts...)...) }
	edit := func(path, from, to string) {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Contains(t, string(data), from)
		require.NoError(t, os.WriteFile(path, []byte(strings.ReplaceAll(string(data), from, to)), fs.FileMode(0o600)))
	}
	edit(file("db1", "oracle.swidtag"), "19.3", "19.4")
	require.NoError(t, os.Remove(file("images", "batch.spdx")))
	r, sink := shop.Connector(t).Resume(t, settings, nil, full.Cursor)
	require.NoError(t, r.Err)
	assert.Equal(t, connectors.Counts{connectors.Install: 1}, r.Put)
	assert.Equal(t, "19.4", sink.Installs[0].Title.Version)
	assert.Equal(t, connectors.Counts{connectors.Install: 3, connectors.Device: 1}, r.Deleted)

	again, _ := shop.Connector(t).Resume(t, settings, nil, r.Cursor)
	require.NoError(t, again.Err)
	assert.Zero(t, again.Put.Total()+again.Deleted.Total())

	// One that is broken keeps what it said, and comes again once it is whole.
	edit(file("images", "shop.cdx.json"), `"Example Linux"`, `Example`)
	broken, _ := shop.Connector(t).Resume(t, settings, nil, r.Cursor)
	require.ErrorIs(t, broken.Err, &connectors.Error{Kind: connectors.BadData})
	assert.Zero(t, broken.Put.Total()+broken.Deleted.Total())
	edit(file("images", "shop.cdx.json"), `Example,`, `"Example Unix",`)
	whole, sink := shop.Connector(t).Resume(t, settings, nil, r.Cursor)
	require.NoError(t, whole.Err)
	require.Len(t, sink.Installs, 1)
	assert.Equal(t, "Example Unix", sink.Installs[0].Title.Name)

	require.NoError(t, os.Remove(file("images", "shop.cdx.json")))
	gone, _ := shop.Connector(t).Resume(t, settings, nil, r.Cursor)
	require.ErrorIs(t, gone.Err, &connectors.Error{Kind: connectors.BadCursor}, "a purchase cannot be taken back")
}

func TestUnreadable(t *testing.T) {
	const tag = `<SoftwareIdentity xmlns="http://standards.iso.org/iso/19770/-2/2015/schema.xsd" `
	for name, c := range map[string]struct{ file, content, want string }{
		"cut tag":         {"a.swidtag", tag + `name="x" tagId="y">` + "\n<Entity", "line 2, column"},
		"flag":            {"a.swidtag", tag + `name="x" patch="perhaps"/>`, "line 1, column"},
		"nameless tag":    {"a.swidtag", tag + `tagId="y"/>`, "tag y: it has no name"},
		"old tag":         {"a.xml", `<software_identification_tag/>`, "19770-2:2009"},
		"cut JSON":        {"a.json", "{\n\"bomFormat\": \"CycloneDX\",", "line 2, column"},
		"wrong type":      {"a.json", "{\"bomFormat\": \"CycloneDX\",\n\"components\": 7}", "line 2, column"},
		"nameless":        {"a.json", `{"bomFormat":"CycloneDX","components":[{"type":"library","name":"x","components":[{"type":"library"}]}]}`, "component 1, component 1: it has no name"},
		"expiration":      {"a.json", `{"bomFormat":"CycloneDX","components":[{"type":"library","name":"x","licenses":[{"license":{"name":"C","licensing":{"purchaseOrder":"1","expiration":"soon"}}}]}]}`, "component 1: the expiration"},
		"SPDX 3":          {"a.json", `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"SpdxDocument"}]}`, "SPDX 3"},
		"unknown SPDX":    {"a.json", `{"spdxVersion":"SPDX-9.9"}`, "SPDX-9.9"},
		"nameless in 2.3": {"a.json", `{"spdxVersion":"SPDX-2.3","packages":[{"SPDXID":"SPDXRef-a"}]}`, "package 1: it has no name"},
		"tags and values": {"a.spdx", "SPDXVersion: SPDX-2.3\nnonsense", "nonsense"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, c.file), []byte(c.content), 0o600))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "z.swidtag"), []byte(tag+`name="Good" tagId="z"/>`), 0o600))
			r, sink := shop.Connector(t).Collect(t, map[string]string{"path": dir, "device": "m"}, nil)
			require.ErrorIs(t, r.Err, &connectors.Error{Kind: connectors.BadData})
			assert.False(t, r.Complete)
			require.NotEmpty(t, r.Problems)
			assert.Contains(t, r.Problems[0].String(), c.want)
			assert.Contains(t, r.Problems[0].String(), c.file)
			names := ""
			for _, i := range sink.Installs {
				names += i.Title.Name
			}
			assert.Contains(t, names, "Good", "the others count")
		})
	}
}
