package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/usage"
)

// Both ways of printing licenses say the same.
func TestLicensesOnLines(t *testing.T) {
	one, err := os.ReadFile(filepath.Join(outputs, "licenses.txt"))
	require.NoError(t, err)
	two, err := os.ReadFile("testdata/two-lines.txt")
	require.NoError(t, err)
	want, err := readLicenses(bytes.NewReader(one))
	require.NoError(t, err)
	assert.Equal(t, license{name: "fluent@flexhost", total: 40, remote: true}, want[3])
	assert.Equal(t, license{name: "matlab", total: 5, used: 3}, want[4])
	assert.EqualValues(t, 3, want[0].reserved)
	got, err := readLicenses(bytes.NewReader(two))
	require.NoError(t, err)
	assert.Equal(t, want, got)
	// Later versions add what a license server says of a remote license.
	got, err = readLicenses(strings.NewReader("LicenseName=x@y Total=5 Used=1 Free=4 Reserved=0 Remote=yes\r\n LastConsumed=3 LastDeficit=0 LastUpdate=2026-11-29T10:00:00\r\n"))
	require.NoError(t, err)
	assert.Equal(t, []license{{name: "x@y", total: 5, used: 1, remote: true}}, got)
	got, err = readLicenses(strings.NewReader("No licenses configured in Slurm.\n"))
	require.NoError(t, err)
	assert.Empty(t, got)
}

// Every incarnation of a requeued job counts, a job that waits does not, and one whose
// end was lost may have gone on.
func TestJobs(t *testing.T) {
	now := time.Unix(1000, 0).UTC()
	text := "7|100|200|billing=1,license/a=2\n7|300|400|license/a=2\n8|Unknown|Unknown|\n9|500|Unknown|cpu=1,license/a=1,license/b@s=3,mem=1M\n10|600|Unknown|license/a=1\n" +
		"11|700|700|license/a=1\n12|800|900|cpu=4\n13|2000|Unknown|license/a=1\n14|1970-01-01T00:15:00|1970-01-01T00:20:00|license/c=1\n15|Unknown|1795991102|\n"
	j, err := readJobs(strings.NewReader(text), map[string]bool{"9": true}, now)
	require.NoError(t, err)
	assert.EqualValues(t, 1, j.lost)
	assert.EqualValues(t, 1, j.brief)
	require.Len(t, j.held, 3)
	at := func(n int64) time.Time { return time.Unix(n, 0).UTC() }
	var spans []usage.Span
	for _, c := range j.held["a"] {
		spans = append(spans, c.Held)
	}
	assert.Equal(t, []usage.Span{{From: at(100), To: at(200)}, {From: at(300), To: at(400)}, {From: at(500), To: now}, {From: at(600), To: now}}, spans)
	assert.True(t, j.held["a"][2].Exact())
	assert.Equal(t, usage.Span{From: at(600), To: at(600)}, j.held["a"][3].Sure)
	assert.Equal(t, usage.Span{From: at(900), To: now}, j.held["c"][0].Held)
}

// Whatever is read, it is refused with its place or can be counted.
func FuzzOutputs(f *testing.F) {
	for _, name := range []string{"config.txt", "licenses.txt", "resources.txt", "running.txt", "jobs.txt"} {
		data, err := os.ReadFile(filepath.Join(outputs, name))
		require.NoError(f, err)
		f.Add(data)
	}
	f.Add([]byte("1|0|8589934592|license/a=2147483647,license/@=1"))
	f.Add([]byte("LicenseName=a Total=1 Used=2\u00a0Reserved=3"))
	f.Fuzz(func(t *testing.T, data []byte) {
		placed := func(err error) {
			var m *misread
			if err != nil && assert.ErrorAs(t, err, &m) {
				assert.Positive(t, m.line)
			}
		}
		c, err := readConfig(bytes.NewReader(data))
		placed(err)
		if err == nil {
			assert.False(t, c.at.IsZero())
		}
		licenses, err := readLicenses(bytes.NewReader(data))
		placed(err)
		for _, l := range licenses {
			assert.False(t, l.total < 0 || l.used < 0 || l.name == "")
		}
		_, err = readResources(bytes.NewReader(data))
		placed(err)
		_, err = readRunning(bytes.NewReader(data))
		placed(err)
		_, err = readRights(bytes.NewReader(data))
		placed(err)
		j, err := readJobs(bytes.NewReader(data), nil, time.Unix(1_800_000_000, 0))
		placed(err)
		for _, held := range j.held {
			_, err := usage.NewTimeline(held)
			assert.NoError(t, err)
		}
	})
}

func FuzzCursor(f *testing.F) {
	for _, seed := range []string{"", "{}", "null", `{"through":"2026-11-28T00:00:00Z","seen":["a"]}`, `{"through":1}`, `{"other":1}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := parseCursor(data)
		if err != nil {
			return
		}
		again, err := m.encode()
		require.NoError(t, err)
		back, err := parseCursor(again)
		require.NoError(t, err)
		assert.True(t, m.Through.Equal(back.Through))
	})
}
