package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/connectortest"
	"github.com/trueup-dev/trueup/connectors/host"
	"github.com/trueup-dev/trueup/internal/shareddata"
)

// The test binary is the connector when a host starts it.
func TestMain(m *testing.M) {
	if os.Getenv("TRUEUP_CONNECTOR") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// collect reads a folder through a real host and a real process.
func collect(t *testing.T, path string) (host.Result, *connectortest.Recorder) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	sum, err := host.Checksum(self)
	require.NoError(t, err)
	h, err := host.Open(t.Context(), host.Config{Limits: host.Limits{Start: time.Minute}, Env: []string{"GORACE"}})
	require.NoError(t, err)
	defer func() { assert.NoError(t, h.Close(context.Background())) }()
	sink := &connectortest.Recorder{}
	results, err := h.Collect(t.Context(), []host.Source{{ID: "glpi", Path: self, SHA256: sum, Config: map[string]string{"path": path, "entity": "ACME SA"}}}, sink, nil)
	require.NoError(t, err)
	return results[0], sink
}

// copyTo puts copies of files of the collection into a folder.
func copyTo(t *testing.T, dir string, from ...string) {
	t.Helper()
	for _, path := range from {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, filepath.Base(path)), data, 0o600))
	}
}

// countJSON counts the software rows of a file by walking its raw values.
func countJSON(t *testing.T, path string) (device string, rows int) {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	var doc struct {
		DeviceID string
		Content  map[string]any
	}
	require.NoError(t, json.Unmarshal(data, &doc))
	list, _ := doc.Content["softwares"].([]any)
	return doc.DeviceID, len(list)
}

// countXML counts elements by their name alone.
func countXML(t *testing.T, path, name string) int {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	dec := xml.NewDecoder(bytes.NewReader(data))
	n := 0
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return n
		}
		require.NoError(t, err)
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == name {
			n++
		}
	}
}

func TestEveryRowOfEveryJSONFile(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(shareddata.Path(t, "inventories", "glpi_json"), "computer*.json"))
	require.NoError(t, err)
	require.Len(t, files, 7)
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			dir := t.TempDir()
			copyTo(t, dir, path)
			device, rows := countJSON(t, path)
			r, sink := collect(t, dir)
			require.NoError(t, r.Err)
			assert.True(t, r.Complete)
			assert.Len(t, sink.Installs, rows)
			assert.Equal(t, compliance.DeviceID(device), sink.Devices[0].ID)
			assert.Equal(t, rows, sink.Sources[0].Installs)
		})
	}
}

func TestWholeJSONFolder(t *testing.T) {
	dir := shareddata.Path(t, "inventories", "glpi_json")
	files, err := filepath.Glob(filepath.Join(dir, "computer*.json"))
	require.NoError(t, err)
	read := 0
	for _, path := range files {
		_, rows := countJSON(t, path)
		read += rows
	}
	_, latest1 := countJSON(t, filepath.Join(dir, "computer_1_partial_softs.json"))
	_, latest3 := countJSON(t, filepath.Join(dir, "computer_3_updated.json"))

	r, sink := collect(t, dir)
	require.NoError(t, r.Err)
	assert.Len(t, sink.Installs, latest1+latest3, "the latest inventory of each device counts")
	totals := map[string]int64{}
	for _, total := range r.Totals {
		totals[total.Name] = total.Count
	}
	assert.EqualValues(t, read, totals["software rows in files"])
	assert.EqualValues(t, read-len(sink.Installs), totals["software rows superseded by a later file of the same device"], "no row is unaccounted for")

	byID := map[compliance.DeviceID]compliance.Device{}
	for _, d := range sink.Devices {
		byID[d.ID] = d
	}
	// Three machines with an agent, six containers on one of them and three
	// virtual machines on another.
	assert.Len(t, byID, 3+6+3)
	assert.Len(t, sink.Devices, len(byID))
	laptop := byID["LF014-2017-02-20-12-19-56"]
	assert.Equal(t, compliance.Device{
		ID: "LF014-2017-02-20-12-19-56", Name: "LF014", Kind: compliance.Physical, Source: "glpi", Sockets: 1, Cores: 2, Threads: 4,
		Model: "Intel(R) Core(TM) i5-4210U CPU @ 1.70GHz", OperatingSystem: "Fedora release 25 (Twenty Five)", User: "johan", Entity: "ACME SA",
		LastSeen: time.Date(2017, 6, 9, 9, 0, 49, 0, time.UTC),
	}, laptop)
	guest := byID["c37f7ce8-af95-4676-b454-0959f2c5e162"]
	assert.Equal(t, compliance.VirtualMachine, guest.Kind)
	assert.Equal(t, laptop.ID, guest.Host)
	assert.Equal(t, 1, guest.VCPUs)
	assert.Equal(t, compliance.Container, byID["a814985472a1"].Kind)

	require.Len(t, r.Problems, 1)
	assert.True(t, r.Problems[0].Harmless)
	assert.Contains(t, r.Problems[0].String(), "inventory.schema.json: is not an inventory")
}

func TestEveryRowOfEveryXMLFile(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(shareddata.Path(t, "inventories", "ocs_xml"), "*.xml"))
	require.NoError(t, err)
	require.Len(t, files, 8)
	devices, rows := 0, 0
	for _, path := range files {
		devices += countXML(t, path, "HARDWARE") + countXML(t, path, "DEVICE")
		rows += countXML(t, path, "SOFTWARES")
	}
	r, sink := collect(t, filepath.Dir(files[0]))
	require.NoError(t, r.Err)
	// inventory_format_16 and 17 are a discovery and an inventory of one switch.
	assert.Len(t, sink.Devices, devices-1)
	assert.Len(t, sink.Installs, rows)
	assert.Positive(t, rows)
}

func TestBrokenFilesAreNamedAndOthersCount(t *testing.T) {
	good := shareddata.Path(t, "inventories", "glpi_json", "computer_3.json")
	data, err := os.ReadFile(good)
	require.NoError(t, err)
	_, rows := countJSON(t, good)
	for _, c := range []struct {
		name, file string
		content    []byte
		place      string
		says       string
	}{
		{"broken JSON", "a.json", []byte("{\n  \"deviceid\": \"x\",\n  \"content\": {]\n}"), "line 3, column 15", "invalid character ']'"},
		{"truncated JSON", "b.json", data[:len(data)/2], "line ", "the file ends in the middle"},
		{"Latin-1 JSON", "c.json", []byte("{\"deviceid\": \"x\", \"content\": {\n\"hardware\": {\"name\": \"caf\xe9\"}}}"), "line 2, column 26", "byte 0xe9 is not UTF-8"},
		{"wrong kind of value", "d.json", []byte("{\"deviceid\": \"x\",\n\"content\": {\"softwares\": \"none\"}}"), "line 2, column ", "softwares"},
		{"no identifier", "e.json", []byte(`{"content": {}}`), "line 1, column 1", "has no deviceid"},
		{"broken XML", "f.xml", []byte("<REQUEST>\n<DEVICEID>x</DEVICE>\n</REQUEST>"), "line 2, column 21", "closed by </DEVICE>"},
		{"truncated XML", "g.xml", []byte("<REQUEST>\n<CONTENT><SOFTWARES><NAME>x</NAME>"), "line 2, column ", "the file ends in the middle"},
		{"Latin-1 XML that says UTF-8", "h.xml", []byte("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<REQUEST><DEVICEID>caf\xe9</DEVICEID></REQUEST>"), "line 2, column 23", "byte 0xe9 is not UTF-8"},
		{"unknown encoding", "i.xml", []byte("<?xml version=\"1.0\" encoding=\"klingon\"?>\n<REQUEST/>"), "line 1, column ", "klingon"},
		{"neither", "j.xml", []byte("hello"), "line 1, column 1", "neither"},
		{"empty", "k.json", nil, "line 1, column 1", "empty"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			copyTo(t, dir, good)
			require.NoError(t, os.WriteFile(filepath.Join(dir, c.file), c.content, 0o600))
			r, sink := collect(t, dir)
			require.ErrorIs(t, r.Err, &connectors.Error{Kind: connectors.BadData})
			require.Len(t, r.Problems, 1)
			p := r.Problems[0]
			assert.Equal(t, filepath.Join(dir, c.file), p.Subject)
			assert.True(t, strings.HasPrefix(p.Place, c.place), "place %q, want %q", p.Place, c.place)
			assert.Contains(t, p.Message, c.says)
			assert.False(t, r.Complete, "a folder with a broken file is not whole")
			assert.Len(t, sink.Installs, rows, "the other file counts")
			assert.Contains(t, sink.Sources[0].Failure, c.file)
		})
	}
}

func TestDeclaredEncodings(t *testing.T) {
	dir := t.TempDir()
	latin := "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<REQUEST><DEVICEID>d1</DEVICEID><CONTENT><HARDWARE><NAME>caf\xe9</NAME></HARDWARE></CONTENT></REQUEST>"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.xml"), []byte(latin), 0o600))
	wide := []byte{0xFF, 0xFE}
	for _, r := range `{"deviceid":"d2","content":{"hardware":{"name":"cafe"}}}` {
		wide = append(wide, byte(r), 0)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "b.json"), wide, 0o600))
	r, sink := collect(t, dir)
	require.NoError(t, r.Err)
	assert.Equal(t, "café", sink.Devices[0].Name)
	assert.Equal(t, "cafe", sink.Devices[1].Name)
}

func TestNoFolder(t *testing.T) {
	r, _ := collect(t, filepath.Join(t.TempDir(), "absent"))
	require.ErrorIs(t, r.Err, &connectors.Error{Kind: connectors.BadConfig})
}
