package metric

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// variation is a case with other numbers than any published one, and what a person
// worked out for it.
type variation struct {
	ID, Why, Want string
	raw           string
}

func variations(t *testing.T) []variation {
	f, err := os.Open(filepath.Join("testdata", "variations.jsonl"))
	require.NoError(t, err)
	defer f.Close()
	var out []variation
	for lines := bufio.NewScanner(f); lines.Scan(); {
		v := variation{raw: lines.Text()}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &v))
		out = append(out, v)
	}
	return out
}

// checked is what the check of cases says of one.
func checked(t *testing.T, raw string) Result {
	t.Helper()
	var out []Result
	require.NoError(t, standardLibrary(t).Check(t.Context(), strings.NewReader("["+raw+"]"), nil, func(r Result) error {
		out = append(out, r)
		return nil
	}))
	require.Len(t, out, 1)
	return out[0]
}

func TestVariations(t *testing.T) {
	for _, v := range variations(t) {
		t.Run(v.ID, func(t *testing.T) {
			r := checked(t, v.raw)
			require.Empty(t, r.Error)
			switch v.Want {
			case "unknown":
				assert.Nil(t, r.Licenses, v.Why)
				assert.NotEmpty(t, r.Unknown, "an unknown names what is missing")
			case "refused":
				assert.Nil(t, r.Licenses, v.Why)
				assert.NotEmpty(t, r.Refused, "not allowed gives the reason")
			default:
				require.NotNil(t, r.Licenses, "%s; %v", r.Explanation, r.Unknown)
				assert.Equal(t, v.Want, r.Licenses.String(), "%s, not %s", v.Why, r.Explanation)
			}
		})
	}
}

// A case that is not allowed prints null and the reason, and no number anywhere.
func TestNotAllowedAsPrinted(t *testing.T) {
	r := checked(t, `{"id": "e1", "metric_key": "oracle.se2.socket", "kind": "eligibility", "inputs": {"servers": [{"sockets": 2, "socket_capacity": 8}]}, "expected": {"licenses": null}}`)
	line, err := json.Marshal(r)
	require.NoError(t, err)
	assert.Contains(t, string(line), `"licenses":null`)
	assert.Contains(t, string(line), `"refused":"1 host: `)
	assert.NotContains(t, string(line), `"unknown"`)
	assert.NotContains(t, string(line), `"error"`)
}

// Odd inputs are an error or unknown, and never a number that nobody gave.
func TestOddInputs(t *testing.T) {
	for _, c := range []struct{ name, key, inputs string }{
		{"nothing", "oracle.processor", `{}`},
		{"null list", "oracle.processor", `{"servers": null}`},
		{"a number for a list", "oracle.processor", `{"servers": 4}`},
		{"cores as text", "oracle.processor", `{"servers": [{"total_cores": "8", "core_factor": 0.5}]}`},
		{"half a core", "oracle.processor", `{"servers": [{"total_cores": 8.5, "core_factor": 0.5}]}`},
		{"negative cores", "oracle.processor", `{"servers": [{"total_cores": -8, "core_factor": 0.5}]}`},
		{"negative count", "oracle.processor", `{"servers": [{"total_cores": 8, "core_factor": 0.5, "count": -1}]}`},
		{"misspelt cores", "oracle.processor", `{"servers": [{"totl_cores": 8, "core_factor": 0.5}]}`},
		{"misspelt list", "oracle.processor", `{"srevers": [{"total_cores": 8, "core_factor": 0.5}]}`},
		{"no cores of no processor", "ms.sql.core.physical", `{"servers": [{"sockets": 0, "cores_per_socket": 4}]}`},
		{"enormous", "oracle.processor", `{"servers": [{"total_cores": 99999999999999999999999999, "core_factor": 0.5}]}`},
		{"product beyond an int", "oracle.processor", `{"servers": [{"sockets": 9223372036854775807, "cores_per_socket": 9, "core_factor": 0.5}]}`},
		{"exponent", "oracle.processor", `{"servers": [{"total_cores": 1e400, "core_factor": 0.5}]}`},
		{"users not given", "generic.user", `{}`},
		{"vms of unknown size", "ms.sql.core.vm", `{"vms": [{}]}`},
		{"a list of nothing but null", "ms.sql.core.vm", `{"vms": [null]}`},
		{"machines as a truth", "ms.ws.vm", `{"vms": true}`},
		{"session without end", "generic.concurrent.peak", `{"sessions": [[0]]}`},
		{"session that ends first", "generic.concurrent.peak", `{"sessions": [[5, 1]]}`},
		{"date that is none", "oracle.processor", `{"servers": [{"total_cores": 8, "processor": "Intel(R) Itanium(R) Processor 9350", "purchased": "soon"}]}`},
		{"inputs are a list", "oracle.processor", `[]`},
		{"inputs are a text", "oracle.processor", `"8 cores"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := checked(t, `{"id": "odd", "metric_key": "`+c.key+`", "inputs": `+c.inputs+`}`)
			assert.Nil(t, r.Licenses, "%s", r.Explanation)
			assert.True(t, r.Error != "" || len(r.Unknown) > 0, "neither an error nor an unknown: %s", r.Explanation)
		})
	}
}

// Sums beyond what a machine's integer holds stay exact.
func TestHugeCountsStayExact(t *testing.T) {
	r := checked(t, `{"id": "huge", "metric_key": "oracle.processor", "inputs": {"servers": [{"total_cores": 900000000000000000, "core_factor": 1, "count": 100}]}}`)
	require.NotNil(t, r.Licenses, "%s %v", r.Error, r.Unknown)
	assert.Equal(t, "90000000000000000000", r.Licenses.String())
}
