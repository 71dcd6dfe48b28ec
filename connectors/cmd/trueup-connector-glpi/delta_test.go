package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/connectortest"
	"github.com/trueup-dev/trueup/connectors/host"
	"github.com/trueup-dev/trueup/internal/shareddata"
)

// resumed reads a folder from a cursor on, through a real host and process.
func resumed(t *testing.T, dir string, cursor []byte) (host.Result, *connectortest.Recorder) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	sum, err := host.Checksum(self)
	require.NoError(t, err)
	h, err := host.Open(t.Context(), host.Config{Limits: host.Limits{Start: time.Minute}, Env: []string{"GORACE"}})
	require.NoError(t, err)
	defer func() { assert.NoError(t, h.Close(context.Background())) }()
	sink := &connectortest.Recorder{}
	results, err := h.Collect(t.Context(), []host.Source{{ID: "glpi", Path: self, SHA256: sum, Config: map[string]string{"path": dir}, Cursor: cursor}}, sink, nil)
	require.NoError(t, err)
	return results[0], sink
}

// softwareOf reads the software of a file without the connector: titles with the
// dates of their installs.
func softwareOf(t *testing.T, path string) map[catalog.Title]string {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	var doc struct {
		Content struct {
			Softwares []struct {
				Publisher, Name, Version, GUID, Arch string
				InstallDate                          string `json:"install_date"`
			}
		}
	}
	require.NoError(t, json.Unmarshal(data, &doc))
	out := map[catalog.Title]string{}
	for _, s := range doc.Content.Softwares {
		out[catalog.Title{Publisher: s.Publisher, Name: s.Name, Version: s.Version, ProductCode: s.GUID, Architecture: s.Arch}] = s.InstallDate
	}
	require.Len(t, out, len(doc.Content.Softwares))
	return out
}

// A second inventory of a machine gives exactly what it changes, by cursor.
func TestDelta(t *testing.T) {
	folder := shareddata.Path(t, "inventories", "glpi_json")
	first, second := filepath.Join(folder, "computer_3.json"), filepath.Join(folder, "computer_3_updated.json")
	before, after := softwareOf(t, first), softwareOf(t, second)
	added, removed := map[catalog.Title]bool{}, map[catalog.Title]bool{}
	for title, date := range after {
		if old, was := before[title]; !was || old != date {
			added[title] = true
		}
	}
	for title := range before {
		if _, still := after[title]; !still {
			removed[title] = true
		}
	}
	dir := t.TempDir()
	copyTo(t, dir, first)
	full, _ := resumed(t, dir, nil)
	require.NoError(t, full.Err)
	require.NotEmpty(t, full.Cursor)
	same, _ := resumed(t, dir, full.Cursor)
	assert.Zero(t, same.Put.Total()+same.Deleted.Total())

	copyTo(t, dir, second)
	delta, sink := resumed(t, dir, full.Cursor)
	require.NoError(t, delta.Err)
	assert.EqualValues(t, len(added), delta.Put[connectors.Install])
	assert.EqualValues(t, len(removed), delta.Deleted[connectors.Install])
	for _, i := range sink.Installs {
		assert.True(t, added[i.Title], i.Title)
	}
	for _, i := range sink.RemovedInstalls {
		assert.True(t, removed[i.Title], i.Title)
	}
	t.Logf("%d rows before, %d after: %d written, %d removed", len(before), len(after), len(added), len(removed))
	_, whole := resumed(t, dir, nil)
	known := map[compliance.DeviceID]bool{}
	for _, d := range sink.Devices {
		known[d.ID] = true
		assert.Contains(t, whole.Devices, d)
	}
	assert.True(t, known["LF014-2017-02-20-12-19-56"], "the machine was seen later")
	assert.Empty(t, sink.RemovedDevices)

	again, _ := resumed(t, dir, delta.Cursor)
	assert.Zero(t, again.Put.Total()+again.Deleted.Total())
	require.NoError(t, os.Remove(filepath.Join(dir, "computer_3.json")))
	gone, _ := resumed(t, dir, delta.Cursor)
	require.ErrorIs(t, gone.Err, &connectors.Error{Kind: connectors.BadCursor})
	assert.ErrorContains(t, gone.Err, "1 of the 2 files of the earlier reading are gone or changed")
}
