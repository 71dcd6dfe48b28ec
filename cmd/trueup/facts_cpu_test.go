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

	"github.com/trueup-dev/trueup/internal/shareddata"
)

// runFacts runs the command over input and gives what it printed.
func runFacts(t *testing.T, args []string, in string) (out, errOut string, status int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status = run(t.Context(), streams{strings.NewReader(in), &stdout, &stderr}, append([]string{"facts", "cpu"}, args...))
	return stdout.String(), stderr.String(), status
}

func TestFactsCPU(t *testing.T) {
	for _, tc := range []struct{ name, in, want string }{
		{"partition", `{"id":7,"format":"aix_lparstat","text":"Type : Shared-SMT\nMode : Uncapped\nEntitled Capacity : 0,70\nOnline Virtual CPUs : 3\nMaximum Physical CPUs in system : 8\nActive Physical CPUs in system : 4\n"}`,
			`{"id":7,"kind":"aix_lparstat","sockets":null,"cores":3,"threads":6,"cores_per_socket":null,"threads_per_core":2,"model":null,` +
				`"architecture":"ppc64","virtual":true,"hypervisor":"PowerVM","bounds":{"sockets":[1,3]},"partition":{"sharing":"shared","capped":false,` +
				`"entitled_capacity":"0.7","virtual_cpus":3,"system_active_cpus":4,"system_installed_cpus":8,"capacity_on_demand":4},"missing":["sockets","model"]}`},
		{"kind as name", `{"id":"k","solaris_psrinfo":"4\n"}`,
			`{"id":"k","kind":"solaris_psrinfo","sockets":4,"cores":null,"threads":null,"cores_per_socket":null,"threads_per_core":null,"model":null,` +
				`"virtual":null,"bounds":{"cores":[4,null],"threads":[4,null]},"missing":["cores","threads","model"]}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			out, errOut, status := runFacts(t, []string{"-"}, tc.in+"\n\n")
			assert.Equal(t, tc.want+"\n", out)
			assert.Empty(t, errOut)
			assert.Zero(t, status)
		})
	}
}

// TestFactsCPUErrors: a bad sample is told in its own line, and the others are
// still read.
func TestFactsCPUErrors(t *testing.T) {
	in := `{"id":"a","format":"abacus","text":"x"}
{"id":"b","format":"linux_cpuinfo","text":"processor : x"}
{"id":"c","format":"linux_cpuinfo","text":null}
{"id":"d","format":"linux_cpuinfo","text":5}
not json
{"id":"e","format":"linux_cpuinfo","text":"processor : 0\n"}
`
	out, errOut, status := runFacts(t, []string{"-"}, in)
	assert.Equal(t, 1, status)
	assert.Contains(t, errOut, `5 samples could not be read`)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, lines, 6)
	for i, want := range []string{`format "abacus" is none of`, `processor is "x", want a whole number`, "holds no dump", "text: json:", "invalid character"} {
		var got struct{ Error string }
		require.NoError(t, json.Unmarshal([]byte(lines[i]), &got))
		assert.Contains(t, got.Error, want)
		assert.True(t, strings.HasPrefix(got.Error, "-:"), got.Error)
	}
	assert.Contains(t, lines[5], `"id":"e","kind":"linux_cpuinfo","sockets":1,"cores":1,"threads":1`)
}

func TestFactsCPUUsage(t *testing.T) {
	_, errOut, status := runFacts(t, nil, "")
	assert.Equal(t, 2, status)
	assert.Contains(t, errOut, "usage: trueup facts cpu FILE.ndjson")
	_, errOut, status = runFacts(t, []string{filepath.Join(t.TempDir(), "absent")}, "")
	assert.Equal(t, 1, status)
	assert.Contains(t, errOut, "absent")
}

// TestFactsCPUSamples prints one line for each real sample, none of them an
// error, in the order and with the ids of the input.
func TestFactsCPUSamples(t *testing.T) {
	path := shareddata.Path(t, "cpu", "samples.ndjson")
	in, err := os.ReadFile(path)
	require.NoError(t, err)
	out, errOut, status := runFacts(t, []string{path}, "")
	require.Zero(t, status, errOut)
	read := strings.Split(strings.TrimSpace(out), "\n")
	given := strings.Split(strings.TrimSpace(string(in)), "\n")
	require.Len(t, read, len(given))
	for i := range given {
		var a, b struct{ ID, Error string }
		require.NoError(t, json.Unmarshal([]byte(given[i]), &a))
		require.NoError(t, json.Unmarshal([]byte(read[i]), &b))
		assert.Equal(t, a.ID, b.ID)
		assert.Empty(t, b.Error)
	}
}
