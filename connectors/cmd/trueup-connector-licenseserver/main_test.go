package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/usage"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/internal/trial"
	"github.com/trueup-dev/trueup/internal/shareddata"
)

var shop trial.Shop

func TestMain(m *testing.M) { shop.Main(m) }

type day struct {
	feature string
	from    time.Time
}

// A real log that grows, read piece by piece by cursor, says in the end what it says
// read at once; and nothing twice.
func TestGrowingLog(t *testing.T) {
	data, err := os.ReadFile(shareddata.Path(t, "usage", "flexlm_debug_logs", "maple.log"))
	require.NoError(t, err)
	dir := t.TempDir()
	path := filepath.Join(dir, "maple.log")
	settings := map[string]string{"path": dir, "zone": "Europe/Madrid", "publisher": "Maplesoft"}
	var cursor []byte
	last := map[day]compliance.Usage{}
	rows := 0
	for _, part := range []int{3, 2, 1} {
		cut := len(data) / part
		if part > 1 {
			cut = bytes.LastIndexByte(data[:cut], '\n') + 1
		}
		require.NoError(t, os.WriteFile(path, data[:cut], 0o600))
		r, sink := shop.Connector(t).Resume(t, settings, nil, cursor)
		cursor = r.Cursor
		require.NotEmpty(t, cursor)
		for _, u := range sink.Usage {
			rows++
			last[day{u.Title.Name, u.From}] = u
		}
		again, _ := shop.Connector(t).Resume(t, settings, nil, cursor)
		assert.Zero(t, again.Put.Total(), "nothing is new")
	}
	whole, sink := shop.Connector(t).Collect(t, settings, nil)
	assert.EqualValues(t, len(last), whole.Put[connectors.Usage])
	for _, u := range sink.Usage {
		require.Equal(t, last[day{u.Title.Name, u.From}], u)
	}
	features := map[string]bool{}
	for d := range last {
		features[d.feature] = true
	}
	assert.LessOrEqual(t, rows, len(last)+2*len(features), "only a day that was not over comes again")

	// The log is rotated: what is there now is another log.
	require.NoError(t, os.WriteFile(path, data[len(data)/2:], 0o600))
	r, _ := shop.Connector(t).Resume(t, settings, nil, cursor)
	assert.Positive(t, r.Put[connectors.Usage])
}

// The peaks are those that package usage measures over the whole log.
func TestPeaks(t *testing.T) {
	path := shareddata.Path(t, "usage", "flexlm_debug_logs", "maple.log")
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	report, err := usage.Read(t.Context(), f, usage.Options{})
	require.NoError(t, err)
	_, sink := shop.Connector(t).Collect(t, map[string]string{"path": path}, nil)
	got := map[string]int64{}
	for _, u := range sink.Usage {
		got[u.Title.Name] = max(got[u.Title.Name], int64(u.Peak))
		assert.LessOrEqual(t, u.To.Sub(u.From), 24*time.Hour)
	}
	require.NotEmpty(t, report.Features)
	for i := range report.Features {
		peak, err := report.Features[i].Peak()
		require.NoError(t, err)
		assert.Equal(t, *peak.AtMost, got[string(report.Features[i].Name)])
	}
}

func TestStatusOutputs(t *testing.T) {
	at := "2026-03-31T12:00:00Z"
	for _, c := range []struct{ folder, file, format string }{
		{"lmstat", "lmstat_app3.txt", "lmstat"}, {"license_servers", "lmx_output.txt", "lmx"}, {"license_servers", "dsls_output.txt", "dsls"},
	} {
		path := shareddata.Path(t, "usage", c.folder, c.file)
		f, err := os.Open(path)
		require.NoError(t, err)
		stated, err := time.Parse(time.RFC3339, at)
		require.NoError(t, err)
		report, err := usage.Read(t.Context(), f, usage.Options{At: stated})
		require.NoError(t, err)
		require.NoError(t, f.Close())
		want := map[string]int{}
		for _, feature := range report.Features {
			if feature.InUse != nil {
				want[string(feature.Name)] = int(*feature.InUse)
			}
		}
		r, sink := shop.Connector(t).Collect(t, map[string]string{"path": path, "at": at}, nil)
		assert.Zero(t, r.ProblemCount, "%v", r.Problems)
		got := map[string]int{}
		for _, u := range sink.Usage {
			got[u.Title.Name] = u.Peak
			assert.Equal(t, u.From, u.To)
		}
		assert.NotEmpty(t, got, c.file)
		assert.Equal(t, want, got, c.file)
	}
}

func TestFaults(t *testing.T) {
	down := shareddata.Path(t, "usage", "lmstat", "lmstat_server_down.txt")
	r, sink := shop.Connector(t).Collect(t, map[string]string{"path": down}, nil)
	require.ErrorIs(t, r.Err, &connectors.Error{Kind: connectors.BadData})
	assert.ErrorContains(t, r.Err, "a licence server did not answer")
	assert.NotEmpty(t, sink.Usage, "the servers that did answer count")
	silent := shareddata.Path(t, "usage", "license_servers", "flexlm_output_bad.txt")
	r, sink = shop.Connector(t).Collect(t, map[string]string{"path": silent}, nil)
	require.ErrorIs(t, r.Err, &connectors.Error{Kind: connectors.BadData})
	assert.Empty(t, sink.Usage, "a server that does not answer uses an unknown number, not none")
	path := filepath.Join(t.TempDir(), "x.log")
	require.NoError(t, os.WriteFile(path, []byte("something else\n"), 0o600))
	r, _ = shop.Connector(t).Collect(t, map[string]string{"path": path}, nil)
	assert.ErrorContains(t, r.Err, "the format is not known")
	err := shop.Connector(t).Check(t, map[string]string{"path": path, "zone": "Madrid", "at": "noon"}, nil)
	require.ErrorIs(t, err, &connectors.Error{Kind: connectors.BadConfig})
}

func TestConformance(t *testing.T) {
	dir := t.TempDir()
	data, err := os.ReadFile(shareddata.Path(t, "usage", "lmstat", "lmstat_app3.txt"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "app3.txt"), data, 0o600))
	shop.Connector(t).Conforms(t, map[string]string{"path": dir, "at": "2026-03-31T12:00:00Z"}, nil)
}
