package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// runMetrics runs the program with a standard input.
func runMetrics(t *testing.T, in string, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e strings.Builder
	code = run(t.Context(), streams{strings.NewReader(in), &o, &e}, append([]string{"metrics"}, args...))
	return code, o.String(), e.String()
}

func TestMetricsCheck(t *testing.T) {
	const cases = `[
	  {"id": "two", "metric_key": "vmware.core.min16", "inputs": {"servers": [{"sockets": 2, "cores_per_socket": 20, "count": 3, "rack": "r1"}]}},
	  {"id": "packs", "metric_key": "ms.ws.core.physical", "inputs": {"servers": [{"sockets": 2, "cores_per_socket": 6}]}, "expected": {"unit": "2-core packs"}},
	  {"id": "open", "metric_key": "vmware.core.min16", "inputs": {"servers": [{"name": "esx1", "sockets": 2, "cores_per_socket": null}]}},
	  {"id": "big", "metric_key": "oracle.se2.socket", "inputs": {"servers": [{"sockets": 2, "socket_capacity": 4}]}},
	  {"id": "blocks", "metric_key": "vmware.core.min16", "inputs": {"servers": [{"sockets": 1, "cores_per_socket": 40}]}},
	  {"id": "none", "metric_key": "acme.core", "inputs": {}},
	  {"id": "text", "metric_key": "ibm.auvu", "inputs": {"users": "many"}}
	]`
	code, out, errs := runMetrics(t, cases, "check", "-choose", "vmware.core.min16:blocks=packs_of_32", "-")
	assert.Equal(t, 1, code)
	assert.Equal(t, "trueup metrics check: some cases could not be measured: 2 of them\n", errs)
	assert.Equal(t, `{"id":"two","licenses":128,"unit":"core licenses","explanation":"32 x ceil(3 hosts x 2 sockets x max(16, 20) / 32) = 128 core licenses","ignored":["servers[0].rack"]}
{"id":"packs","licenses":8,"unit":"2-core packs","explanation":"max(16, 2 sockets x max(8, 6)) = 16 core licenses, packs of 2: 8, packs of 16: 1"}
{"id":"open","licenses":null,"unit":"core licenses","explanation":"32 x ceil(2 sockets x max(16, host.cores_per_socket) / 32) = 32 or more core licenses, for want of host.cores_per_socket","unknown":["host.cores_per_socket of esx1"]}
{"id":"big","licenses":null,"unit":"processor","explanation":"not allowed: 1 host: the edition may only run on servers with room for at most two sockets (four for SE)","refused":"1 host: the edition may only run on servers with room for at most two sockets (four for SE)"}
{"id":"blocks","licenses":64,"unit":"core licenses","explanation":"32 x ceil(1 socket x max(16, 40) / 32) = 64 core licenses"}
{"id":"none","licenses":null,"unit":"","explanation":"","error":"case none: there is no metric \"acme.core\"; trueup metrics list shows all"}
{"id":"text","licenses":null,"unit":"AUVU","explanation":"","error":"case text: metric ibm.auvu: users must be a number, not a text"}
`, out)
}

func TestMetricsBrokenFile(t *testing.T) {
	code, _, errs := runMetrics(t, `[{"id": "a", "metric_key": "ibm.auvu", "inputs": {"users": 3}}, {"id": `, "check", "-")
	assert.Equal(t, 1, code)
	assert.Contains(t, errs, "cases: record 2")
	code, _, errs = runMetrics(t, "", "check")
	assert.Equal(t, 2, code)
	assert.Contains(t, errs, "wrong usage: give one file of cases")
	code, _, _ = runMetrics(t, "", "check", filepath.Join(t.TempDir(), "none.json"))
	assert.Equal(t, 1, code)
}

func TestMetricsListAndExplain(t *testing.T) {
	code, out, errs := runMetrics(t, "", "list")
	require.Zero(t, code, errs)
	assert.Regexp(t, `(?m)^oracle\.processor +host +processor +Oracle Processor$`, out)
	assert.Greater(t, strings.Count(out, "\n"), 110)

	code, out, errs = runMetrics(t, "", "explain", "vmware.core.min16")
	require.Zero(t, code, errs)
	for _, want := range []string{
		"vmware.core.min16: VMware per core", "unit core licenses, scope host", "Choice blocks: Whether cores are licensed one by one.",
		"  * single: one by one", "-choose vmware.core.min16:blocks=READING", "<https://knowledge.broadcom.com/external/article/313548>",
		"2 sockets x max(16, 8) + 2 sockets x max(16, 24) = 80 core licenses",
	} {
		assert.Contains(t, out, want)
	}
	code, _, errs = runMetrics(t, "", "explain", "acme.core")
	assert.Equal(t, 1, code)
	assert.Contains(t, errs, `there is no metric "acme.core"`)
}

func TestMetricsOfOnesOwn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "acme.yaml")
	require.NoError(t, os.WriteFile(path, []byte(`key: acme.seat
name: Acme seat
unit: seats
scope: organisation
about: A seat for two employees.
sources: [{url: https://acme.example/terms}]
facts: {employees: {type: int}}
count: {total: "ceilDiv(employees, 2)"}
examples: [{name: five, given: '{"employees": 5}', expect: 3}]
`), 0o600))
	code, out, errs := runMetrics(t, `{"id": "a", "metric_key": "acme.seat", "inputs": {"employees": 7}}`, "check", "-with", path, "-")
	require.Zero(t, code, errs)
	assert.Equal(t, `{"id":"a","licenses":4,"unit":"seats","explanation":"ceil(7 employees / 2) = 4 seats"}`+"\n", out)
}
