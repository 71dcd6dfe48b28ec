package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
)

// Whatever a file holds, reading it ends, and each title has a name.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*/*")
	require.NoError(f, err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(data)
	}
	f.Add([]byte(`{"spdxVersion":"SPDX-2.3","packages":[null,{"name":"x"}]}`))
	f.Add([]byte(`<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component type="library"><name>x</name></component></components></bom>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := parse(data)
		if err != nil {
			require.Nil(t, d)
			return
		}
		for _, title := range d.Titles {
			require.NotEmpty(t, title.Name)
		}
	})
}

func FuzzCursor(f *testing.F) {
	packed, err := cursor{"a.json": {Sum: "x", Device: "a", Titles: []catalog.Title{{Name: "y"}}}}.encode()
	require.NoError(f, err)
	f.Add(packed)
	f.Add([]byte("\x1f\x8b"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := parseCursor(data)
		if err != nil {
			require.ErrorIs(t, err, &connectors.Error{Kind: connectors.BadCursor})
			return
		}
		packed, err := c.encode()
		require.NoError(t, err)
		back, err := parseCursor(packed)
		require.NoError(t, err)
		again, err := back.encode()
		require.NoError(t, err)
		assert.Equal(t, packed, again)
	})
}

// A cursor that would be too large leaves out what was said, and says so.
func TestCursorBounded(t *testing.T) {
	d := &document{Sum: "x", Device: "a"}
	for i := range 200_000 {
		sum := sumOf([]byte{byte(i), byte(i >> 8), byte(i >> 16)})
		d.Titles = append(d.Titles, catalog.Title{Name: sum, Version: sum[:8]})
	}
	packed, err := cursor{"a.json": d}.encode()
	require.NoError(t, err)
	assert.Less(t, len(packed), 1000)
	c, err := parseCursor(packed)
	require.NoError(t, err)
	r := &reading{before: c, now: cursor{}}
	require.ErrorIs(t, r.stale(), &connectors.Error{Kind: connectors.BadCursor})
	r.now["a.json"] = c["a.json"]
	require.NoError(t, r.stale(), "unchanged it is good")
}
