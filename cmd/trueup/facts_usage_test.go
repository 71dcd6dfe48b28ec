package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const usageLog = ` 9:00:00 (acad) TIMESTAMP 3/2/2026
 9:00:10 (acad) OUT: "draw" Ann@pc-1
 9:20:00 (acad) OUT: "draw" bob@pc-2
 9:30:00 (acad) DENIED: "draw" eve@pc-3  (Licensed number of users already reached. (-4,342))
 9:40:00 (acad) IN: "draw" ann@PC-1
torn
10:30:00 (acad) TIMESTAMP 3/2/2026
`

const usageStatus = `lmutil - Copyright (c) 1989-2025 Flexera. All Rights Reserved.
Flexible License Manager status on Mon 3/2/2026 12:16
Users of draw:  (Total of 20 licenses issued;  Total of 3 licenses in use)
    ann pc-1 /dev/tty (v11.0) (lic1/27000 101), start Mon 3/2 8:09, 3 licenses
Users of hub:  (Uncounted, node-locked)
`

// factsUsage runs the command on files of the given texts and gives the lines
// printed, what went to standard error, and the exit status.
func factsUsage(t *testing.T, flags []string, texts ...string) (lines []string, stderr string, status int) {
	t.Helper()
	dir := t.TempDir()
	args := append([]string{"facts", "usage"}, flags...)
	for i, text := range texts {
		name := filepath.Join(dir, string(rune('a'+i))+".txt")
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
		args = append(args, name)
	}
	var out, errs bytes.Buffer
	status = run(t.Context(), streams{strings.NewReader(usageStatus), &out, &errs}, args)
	printed := strings.ReplaceAll(out.String(), dir+string(filepath.Separator), "")
	return strings.Split(strings.TrimSuffix(printed, "\n"), "\n"), errs.String(), status
}

func TestFactsUsage(t *testing.T) {
	lines, stderr, status := factsUsage(t, nil, usageLog, usageStatus)
	assert.Zero(t, status, stderr)
	require.Len(t, lines, 3)
	assert.JSONEq(t, `{"file":"a.txt","format":"flexnet-debug-log","zone":"UTC","feature":"draw","vendor":"acad",
		"status":"unknown","owned":null,"in_use":null,"at":null,
		"covers":{"from":"2026-03-02T09:00:00Z","to":"2026-03-02T10:30:01Z"},
		"peak":{"at_least":1,"at_most":2,"instants":[{"from":"2026-03-02T09:20:00Z","to":"2026-03-02T09:40:00Z"}],
			"sure_instants":[{"from":"2026-03-02T09:00:10Z","to":"2026-03-02T09:40:00Z"}],
			"holders":[{"user":"Ann","host":"pc-1","licenses":1},{"user":"bob","host":"pc-2","licenses":1}],"in_log_order":2},
		"users":[{"user":"Ann","hosts":1,"checkouts":1},{"user":"bob","hosts":1,"checkouts":1}],"checkouts":2,
		"denials":[{"event":"DENIED","reason":"Licensed number of users already reached. (-4,342)","requests":1,"licenses":1,
			"first":"2026-03-02T09:30:00Z","last":"2026-03-02T09:30:00Z"}],
		"doubts":[{"kind":"doubtful","count":1,
			"what":"check-outs without a check-in: still held when the log ends, or the check-in is missing"}],
		"unknown":["owned","in_use"],"lines":7,
		"unparsed":{"count":1,"first":[{"line":6,"column":1,"problem":"not of the form hh:mm:ss (daemon) message","text":"torn"}]}}`, lines[0])
	assert.JSONEq(t, `{"file":"b.txt","format":"lmstat","zone":"UTC","feature":"draw",
		"status":"counted","owned":20,"in_use":3,"at":"2026-03-02T12:16:00Z",
		"peak":{"at_least":3,"at_most":null,"instants":[{"from":"2026-03-02T12:16:00Z","to":"2026-03-02T12:16:00Z"}],
			"holders":[{"user":"ann","host":"pc-1","licenses":3}]},
		"users":[{"user":"ann","hosts":1,"checkouts":1}],"checkouts":1,
		"holders":[{"user":"ann","host":"pc-1","version":"11.0","licenses":3,"since":"2026-03-02T08:09:00Z"}],
		"lots":[{"licenses":20,"in_use":3}],"doubts":[],"unknown":["peak.at_most"],"lines":5,"unparsed":{"count":0}}`, lines[1])
	assert.JSONEq(t, `{"file":"b.txt","format":"lmstat","zone":"UTC","feature":"hub",
		"status":"uncounted","owned":null,"in_use":0,"at":"2026-03-02T12:16:00Z",
		"peak":{"at_least":0,"at_most":null,"instants":[],"holders":[]},
		"users":[],"checkouts":0,"lots":[{"licenses":0,"uncounted":true}],"doubts":[],"unknown":["peak.at_most"],
		"lines":5,"unparsed":{"count":0}}`, lines[2])
}

// A file that cannot be measured does not keep the others from being read.
func TestFactsUsageGoesOn(t *testing.T) {
	lines, stderr, status := factsUsage(t, nil, "hello\n", usageLog)
	assert.Equal(t, 1, status)
	require.Len(t, lines, 1)
	assert.Contains(t, lines[0], `"file":"b.txt"`)
	assert.Contains(t, stderr, "a.txt: the format is not known; what can be read is: flexnet-debug-log, lmstat")
	assert.Contains(t, stderr, "1 of 2 files could not be measured")

	_, stderr, status = factsUsage(t, nil, "")
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "the format is not known")
}

func TestFactsUsageFlags(t *testing.T) {
	lines, _, status := factsUsage(t, []string{"-zone", "Europe/Madrid", "-by", "hour", "-format", "flexnet-debug-log"}, usageLog)
	require.Zero(t, status)
	var fact struct {
		Zone    string
		Covers  struct{ From string }
		Periods []map[string]any
	}
	require.NoError(t, json.Unmarshal([]byte(lines[0]), &fact))
	assert.Equal(t, "Europe/Madrid", fact.Zone)
	assert.Equal(t, "2026-03-02T09:00:00+01:00", fact.Covers.From)
	require.Len(t, fact.Periods, 2)
	// Ann 39 min 50 s, and bob 40 min if his check-in is only missing, of an hour.
	assert.Equal(t, "239/360", fact.Periods[0]["average_at_least"])
	assert.Equal(t, "479/360", fact.Periods[0]["average_at_most"])

	lines, _, status = factsUsage(t, []string{"-"})
	assert.Zero(t, status)
	assert.Len(t, lines, 2, "standard input")

	lines, _, status = factsUsage(t, []string{"-help"})
	assert.Zero(t, status)
	assert.Contains(t, lines[0], "usage: trueup facts usage")

	_, _, status = factsUsage(t, nil)
	assert.Equal(t, 2, status, "no file")
	for _, flags := range [][]string{{"-zone", "Nowhere/Here"}, {"-at", "yesterday"}, {"-format", "x"}, {"-by", "week"}, {"-x"}} {
		_, stderr, status := factsUsage(t, flags, usageLog)
		assert.Equal(t, 2, status, flags)
		assert.Contains(t, stderr, "usage: trueup facts usage", flags)
	}
}
