package metric

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/document"
)

// sound is a document that loads; the tests below break it in one place each.
const sound = `key: acme.core
name: Acme per core
unit: cores
scope: host
about: Cores times a factor.
sources: [{url: https://acme.example/terms}]
facts:
  hosts: {type: list(host)}
  edition: {type: string, one_of: [small, large], default: small}
tables:
  factor: {kind: lookup, rows: [{match: [old], value: 0.5}, {match: [new], value: 1}]}
  slices: {kind: graduated, rows: [{to: 10, value: 1}, {to: 20, value: 0.5}, {value: 0.1}]}
choices:
  rounding: {about: Where., default: pooled, readings: {pooled: {about: once}, single: {about: each}}}
define:
  cores: max(4, host.cores)
count:
  of: hosts
  each: cores * factor('old')
  pool: {by: string(host.cores), round: up}
examples:
  - {name: one, given: '{"hosts": [{"cores": 6}]}', expect: 3}
`

func load(t *testing.T, text string) error {
	t.Helper()
	f, err := document.Parse("acme.yaml", []byte(text))
	if err != nil {
		return err
	}
	l, err := (&Library{}).With(f)
	if err != nil {
		return err
	}
	m, ok := l.Metric("acme.core")
	require.True(t, ok)
	return m.Test(t.Context())
}

func TestMalformedDocuments(t *testing.T) {
	require.NoError(t, load(t, sound))
	tests := []struct{ name, old, new, want string }{
		{"unknown field", "scope: host", "scop: host", `acme.yaml:4:1: unknown field "scop"; did you mean "scope"?`},
		{"unknown scope", "scope: host", "scope: hosts", `acme.yaml:4:8: scope: "hosts" is not a scope`},
		{"bad key", "key: acme.core", "key: Acme", `acme.yaml:1:6: key "Acme" must be lower-case words`},
		{"unknown type", "list(host)", "list(hots)", `acme.yaml:8:17: "list(hots)" is not a type`},
		{"wrong type", "max(4, host.cores)", "host.processor", `acme.yaml:19:15: found no matching overload for '_*_' applied to '(string, decimal)'`},
		{"unknown name", "host.cores)\ncount", "hots.cores)\ncount", `acme.yaml:16:17: unknown name 'hots'`},
		{"misspelt field", "host.cores)\ncount", "host.coers)\ncount", `acme.yaml:16:21: undefined field 'coers'`},
		{"floating point", "max(4, ", "max(4.5, ", `acme.yaml:16:`},
		{"cycle", "cores: max(4, host.cores)", "cores: more\n  more: cores", `acme.yaml:16:10: definition needs itself: cores -> more -> cores`},
		{"missing row", "factor('old')", "factor('oldest')", `acme.yaml:19:24: table factor has no row for "oldest"`},
		{"two rows", "match: [new]", "match: [OLD]", `acme.yaml:11:61: "OLD" has another row on the same days`},
		{"overlap", "{to: 20, value: 0.5}", "{to: 10, value: 0.5}", `acme.yaml:12:56: bracket up to 10 overlaps the one before, which goes up to 10`},
		{"overlap from", "{to: 20, value: 0.5}", "{from: 9, to: 20, value: 0.5}", `acme.yaml:12:56: bracket from 9 leaves an overlap with the one before, which goes up to 10`},
		{"gap", "{to: 20, value: 0.5}", "{from: 12, to: 20, value: 0.5}", `acme.yaml:12:56: bracket from 12 leaves a gap after the one before, which goes up to 10`},
		{"open bracket", "{to: 20, value: 0.5}", "{value: 0.5}", `acme.yaml:12:56: only the last bracket may lack its upper end`},
		{"processor without value", "{kind: lookup, rows: [{match: [old], value: 0.5}, {match: [new], value: 1}]}", "{kind: processors, rows: [{family: Intel Xeon}]}", `acme.yaml:11:37: Intel Xeon lacks its value`},
		{"processors by pattern", "{kind: lookup, rows: [{match: [old], value: 0.5}, {match: [new], value: 1}]}", "{kind: processors, rows: [{match: [old], value: 1}]}", `acme.yaml:11:37: a row of processors has a family, no match and no bracket`},
		{"processor twice", "{kind: lookup, rows: [{match: [old], value: 0.5}, {match: [new], value: 1}]}", "{kind: processors, rows: [{family: Intel Xeon, value: 1}, {family: intel xeon, value: 2}]}", `acme.yaml:11:69: "intel xeon" has another row on the same days`},
		{"processors take a host", "{kind: lookup, rows: [{match: [old], value: 0.5}, {match: [new], value: 1}]}", "{kind: processors, rows: [{family: Intel Xeon, value: 1}]}", `acme.yaml:19:23: found no matching overload for 'factor' applied to '(string)'`},
		{"no reading", "default: pooled", "default: none", `acme.yaml:14:38: "none" is not a reading; known are pooled, single`},
		{"misspelt reading", "each: cores * factor('old')", "each: 'choice.rounding.singel ? 1 : 2'", `acme.yaml:19:25: undefined field 'singel'`},
		{"word that is none", "each: cores * factor('old')", "each: 'edition == \"medium\" ? 1 : 2'", `acme.yaml:19:21: "medium" is not a value here; known are small, large`},
		{"sum too early", "each: cores *", "each: sum *", `acme.yaml:19:9: sum has no value here`},
		{"item too late", "  pool:", "  total: host.cores\n  pool:", `acme.yaml:20:10: host has no value here`},
		{"table from nowhere", "factor: {kind: lookup, rows: [{match: [old], value: 0.5}, {match: [new], value: 1}]}", "factor: {from: acme.other}", `acme.yaml:11:18: there is no metric "acme.other"`},
		{"table from itself", "factor: {kind: lookup, rows: [{match: [old], value: 0.5}, {match: [new], value: 1}]}", "factor: {from: acme.core}", `acme.yaml:11:18: table factor comes from itself: acme.core -> acme.core`},
		{"wrong example", "expect: 3", "expect: 4", `acme.yaml:22:61: example "one" comes to 3: max(4, 6) x 0.5 factor = 3 cores`},
		{"misspelt input", `{"cores": 6}`, `{"coers": 6}`, `acme.yaml:22:25: the metric does not read hosts[0].coers`},
		{"no examples", "examples:\n  - {name: one, given: '{\"hosts\": [{\"cores\": 6}]}', expect: 3}\n", "", `acme.yaml:1:1: document lacks the field "examples"`},
		{"a list that is none", "of: hosts", "of: edition", `acme.yaml:18:7: "edition" is not a list of things among the facts`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Contains(t, sound, tt.old)
			err := load(t, strings.Replace(sound, tt.old, tt.new, 1))
			require.Error(t, err)
			assert.Contains(t, err.Error(), tt.want)
			assert.Contains(t, err.Error(), "^", "a caret shows the place")
		})
	}
}

// TestTablesByDay reads the row that held on the day of the measurement.
func TestTablesByDay(t *testing.T) {
	m, _ := standardLibrary(t).Metric("oracle.processor")
	f := Facts{Hosts: []Host{{Cores: Int(8), Processor: "IBM POWER6"}}}
	for day, want := range map[string]string{"2008-05-01": "6", "2009-03-16": "8", "2026-01-01": "8"} {
		at := dayOf(t, day)
		f.AsOf = at
		got, err := m.Measure(t.Context(), f)
		require.NoError(t, err)
		assert.Equal(t, want, got.Total.Quantity.String(), day)
	}
}

// TestOverridingLeavesTheLibrary adds a metric of an existing key on top.
func TestOverridingLeavesTheLibrary(t *testing.T) {
	l := standardLibrary(t)
	f, err := document.Parse("own.yaml", []byte(strings.Replace(sound, "acme.core", "generic.core", 1)))
	require.NoError(t, err)
	own, err := l.With(f)
	require.NoError(t, err)
	before, _ := l.Metric("generic.core")
	after, _ := own.Metric("generic.core")
	assert.Equal(t, "Per core", before.Name())
	assert.Equal(t, "Acme per core", after.Name())
	assert.Equal(t, l.Keys(), own.Keys())
}

func FuzzDocuments(f *testing.F) {
	f.Add(sound)
	files, err := standard.ReadDir("standard")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files[:min(len(files), 12)] {
		data, err := standard.ReadFile("standard/" + file.Name())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
	}
	f.Fuzz(func(t *testing.T, text string) {
		file, err := document.Parse("f", []byte(text))
		if err != nil {
			return
		}
		l, err := (&Library{}).With(file)
		if err != nil {
			_ = err.Error()
			return
		}
		for _, k := range l.Keys() {
			m, _ := l.Metric(k)
			if err := m.Test(t.Context()); err != nil {
				_ = err.Error()
			}
		}
	})
}

func FuzzCases(f *testing.F) {
	f.Add(`[{"id": "a", "metric_key": "oracle.processor", "inputs": {"servers": [{"sockets": 2, "cores_per_socket": 8, "core_factor": 0.5}]}}]`)
	f.Add(`{"id": "b", "metric_key": "generic.concurrent.peak", "inputs": {"sessions": [[0, 5], [5, 9, 2]]}} {"id": "c"}`)
	f.Add(`[{"metric_key": "sap.fue", "inputs": {"users": {"core": 1e9, "advanced": -1, "x": null}}}`)
	f.Add(`[{"metric_key": "ibm.container.vcpu", "inputs": {"pods": 6, "cpu_limit": 0.3, "node_cores": 12}, "choices": {"a": "b"}}]`)
	l, err := Standard()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_ = l.Check(t.Context(), strings.NewReader(text), nil, func(r Result) error {
			if r.Licenses != nil && r.Licenses.Sign() < 0 {
				t.Fatalf("%s: %s", r.ID, r.Explanation)
			}
			return nil
		})
	})
}

func dayOf(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.DateOnly, s)
	require.NoError(t, err)
	return at
}
