package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/internal/shareddata"
)

// Whatever a cursor is, it is read or refused; what is read is written alike.
func FuzzCursor(f *testing.F) {
	good, err := marks{"a.log": {Size: 3, Sum: sumOf([]byte("abc")), Through: time.Unix(0, 0).UTC()}}.encode()
	require.NoError(f, err)
	for _, seed := range [][]byte{nil, good, []byte("{}"), []byte("null"), []byte(`{"a":{"size":-1,"sum":"x"}}`), []byte(`{"a":{"length":1}}`), good[:len(good)/2], append(bytes.Clone(good), good...)} {
		f.Add(seed, []byte("abc and more"))
	}
	f.Fuzz(func(t *testing.T, cursor, file []byte) {
		m, err := parseCursor(cursor)
		if err != nil {
			require.ErrorIs(t, err, &connectors.Error{Kind: connectors.BadCursor})
			return
		}
		for _, k := range m {
			through, unchanged := k.since(file)
			if unchanged {
				assert.Equal(t, k.Through, through)
				assert.Equal(t, int64(len(file)), k.Size)
			}
		}
		again, err := m.encode()
		require.NoError(t, err)
		back, err := parseCursor(again)
		require.NoError(t, err)
		assert.Equal(t, len(m), len(back))
	})
}

// A log is added to, cut back, and rotated: each time what it says now is given, and
// what it said before is not taken back.
func TestFollowing(t *testing.T) {
	data, err := os.ReadFile(shareddata.Path(t, "usage", "flexlm_debug_logs", "maple.log"))
	require.NoError(t, err)
	half := bytes.LastIndexByte(data[:len(data)/2], '\n') + 1
	dir := t.TempDir()
	path := filepath.Join(dir, "maple.log")
	settings := map[string]string{"path": dir}
	var cursor []byte
	follow := func(content []byte) int64 {
		t.Helper()
		require.NoError(t, os.WriteFile(path, content, 0o600))
		r, sink := shop.Connector(t).Resume(t, settings, nil, cursor)
		cursor = r.Cursor
		assert.Zero(t, r.Deleted.Total())
		assert.Len(t, sink.Usage, int(r.Put[connectors.Usage]))
		return r.Put[connectors.Usage]
	}
	first := follow(data[:half])
	assert.Positive(t, first)
	added := follow(data)
	assert.Positive(t, added, "what was added is given")
	assert.Zero(t, follow(data), "nothing is new")
	assert.Equal(t, first, follow(data[:half]), "cut back, it is another log")
	assert.Positive(t, follow(data[half:]), "rotated, it is another log")
}

// Of real status outputs of RLM and LM-X what is in use is what another project's parser
// reads there; a server that gave no answer is an error, and never no use.
func TestServers(t *testing.T) {
	data, err := os.ReadFile(shareddata.Path(t, "usage", "license_servers", "reference.json"))
	require.NoError(t, err)
	var reference map[string]struct{ Parsed json.RawMessage } // a message where a parser refused
	require.NoError(t, json.Unmarshal(data, &reference))
	for _, file := range []string{"lmx_output.txt", "lmx_output_bad.txt", "rlm_output_bad.txt", "rlm_output_no_licenses.txt"} {
		require.Contains(t, reference, file)
		settings := map[string]string{"path": shareddata.Path(t, "usage", "license_servers", file), "at": "2026-03-31T12:00:00Z"}
		r, sink := shop.Connector(t).Collect(t, settings, nil)
		got, want := map[string]int{}, map[string]int{}
		for _, u := range sink.Usage {
			got[strings.ToLower(u.Title.Name)] = u.Peak
		}
		var parsed map[string]struct{ Used int }
		if json.Unmarshal(reference[file].Parsed, &parsed) != nil {
			parsed = nil
		}
		for feature, there := range parsed {
			want[feature] = there.Used
		}
		assert.Equal(t, want, got, file)
		if len(want) > 0 {
			require.NoError(t, r.Err, file)
			continue
		}
		require.ErrorIs(t, r.Err, &connectors.Error{Kind: connectors.BadData}, file)
		assert.ErrorContains(t, r.Err, "did not answer", file)
	}
}
