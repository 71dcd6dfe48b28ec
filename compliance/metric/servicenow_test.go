package metric

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"text/template"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/internal/shareddata"
)

// documented is a case of a documentation: the metric that counts it, its inputs
// as that metric reads them, and what of its expectations is compared. Where the
// documentation gives a rule and no number, want is the rule applied to numbers
// of the test's own.
type documented struct {
	key    Key
	given  string
	field  string
	want   string
	choose map[string]string
}

var servicenow = map[string][]documented{
	"ibm-auvu-150":         {{key: "ibm.auvu", given: `{"users": {{.users}}}`, field: "rights"}},
	"ibm-public-cloud-pvu": {{key: "ibm.pvu.cloud", given: `{"instances": [{"vcpus": 1}]}`, field: "pvu_per_core"}},
	"ibm-vmware-subcapacity-cap": {
		{key: "ibm.vpc", given: `{"hosts": [{"physical_cores": 16, "vms": [{"vcpus": 8, "count": 4}]}]}`, want: "16"},
		{key: "ibm.vpc", given: `{"hosts": [{"physical_cores": 16, "vms": [{"vcpus": 3, "count": 4}]}]}`, want: "12"},
	},
	"oracle-nup-minimum": {{key: "oracle.nup", given: `{"users": {{.users}}, "minimum": {{.minimum_per_core_as_configured}}, "servers": [{"total_cores": {{.cores}}, "core_factor": 0.5}]}`,
		choose: map[string]string{"minimum_basis": "cores"}, field: "rights"}},
	"oracle-lpar-uncapped": {
		{key: "oracle.processor.lpar", given: `{"lpars": [{"type": "uncapped", "virtual_processors": 4, "entitled_capacity": 1.5}], "pool_cores": 16, "core_factor": 0.5}`,
			choose: map[string]string{"uncapped": "with_entitlement"}, want: "3"},
		{key: "oracle.processor.lpar", given: `{"lpars": [{"type": "uncapped", "virtual_processors": 4, "entitled_capacity": 1.5}], "pool_cores": 4, "core_factor": 1}`,
			choose: map[string]string{"uncapped": "with_entitlement"}, want: "4"},
	},
	"oracle-cloud-se-10":    {{key: "oracle.cloud.se.vcpu", given: `{"instances": [{"vcpus": {{.vcpus}}}], "vcpus_per_license": {{.vcpus_per_license}}}`, field: "licenses"}},
	"oracle-cloud-wls-se-7": {{key: "oracle.cloud.se.vcpu", given: `{"instances": [{"vcpus": {{.vcpus}}}], "vcpus_per_license": {{.vcpus_per_license}}}`, field: "licenses"}},
	"oracle-cloud-ee": {
		{key: "oracle.cloud.vcpu", given: `{"instances": [{"vcpus": 7, "hyperthreading": true}]}`, want: "4"},
		{key: "oracle.cloud.vcpu", given: `{"instances": [{"vcpus": 7, "hyperthreading": false}]}`, want: "7"},
	},
	"vmware-per-processor-32": {{key: "vmware.cpu32", given: `{"servers": [{"sockets": 2, "cores_per_socket": 33}]}`, want: "4"}},
	"rhel-core-physical":      {{key: "redhat.core", given: `{"mode": "physical", "host": {"sockets": {{.sockets}}, "cores_per_socket": {{.cores_per_socket}}}}`, field: "rights"}},
	"rhel-core-virtual": {{key: "redhat.core", given: `{"mode": "virtual", "host": {"sockets": {{.sockets}}, "cores_per_socket": {{.cores_per_socket}}},
		"vms": [{"vcpus": {{.cores_per_vm}}, "count": {{.vms}}}]}`, field: "rights"}},
	"rhel-socketpair-vms_in_cluster": {{key: "redhat.rhel.vmpair", given: `{"vms": {{.vms}}}`, field: "rights"}},
	"rhel-socketpair-cloud":          {{key: "redhat.rhel.vmpair", given: `{"vms": {{.vms}}}`, field: "rights"}},
	"rhel-socketpair-cluster+vms":    {{key: "redhat.rhel.socketpair", given: `{"vms": {{.vms}}, "hosts": [{{range $i, $s := .host_sockets}}{{if $i}}, {{end}}{"sockets": {{$s}}}{{end}}]}`, field: "rights"}},
	"rhel-socketpair-virtual_datacenters_cluster": {{key: "redhat.rhel.socketpair",
		given: `{"vms": {{.vms}}, "unlimited_vms": {{.unlimited_vms}}, "hosts": [{{range $i, $s := .host_sockets}}{{if $i}}, {{end}}{"sockets": {{$s}}}{{end}}]}`, field: "rights"}},
	"ms-sql-cluster-option3": {
		{key: "ms.sql.core.vm", given: `{"vms": [{"vcpus": 0, "count": 0}{{range .enterprise}}, {"vcpus": {{.}}}{{end}}]}`, field: "enterprise"},
		{key: "ms.sql.core.vm", given: `{"vms": [{"vcpus": 0, "count": 0}{{range .standard}}, {"vcpus": {{.}}}{{end}}]}`, field: "standard"},
		{key: "ms.sql.cost", given: `{"enterprise_cores": 24, "standard_cores": 28, "price_enterprise": {{.unit_cost.enterprise}}, "price_standard": {{.unit_cost.standard}}}`, field: "cost"},
	},
	"ms-sql-min-4-per-processor": {
		{key: "ms.sql.core.physical", given: `{"servers": [{"sockets": 2, "cores_per_socket": 3}]}`, want: "8"},
		{key: "ms.sql.core.vm", given: `{"vms": [{"vcpus": 3}]}`, want: "4"},
	},
	"ms-cal": {
		{key: "ms.cal.user", given: `{"access": [{"user": "u1", "device": "d1"}, {"user": "u2", "device": "d2"}, {"user": "u1", "device": "d2"}]}`, field: "user_cals"},
		{key: "ms.cal.device", given: `{"access": [{"user": "u1", "device": "d1"}, {"user": "u2", "device": "d2"}, {"user": "u1", "device": "d2"}]}`, field: "device_cals"},
	},
	"floating-peak": {{key: "generic.concurrent.peak", given: `{"sessions": [[0, 4], [1, 3], [2, 5], [6, 7]]}`, want: "3"}},
	"ms-sql-server-cal-13vms": {{key: "ms.sql.ee.servercal",
		given: `{"hosts": [{{range $i, $h := .hosts}}{{if $i}}, {{end}}{"potential_vms": {{$h.potential_vms}}, "potential_cores": {{$h.potential_cores}}, "vms": {{$h.vms}}}{{end}}]}`, field: "licenses"}},
	// Who may draw on rights is allocation and not measuring: package compliance
	// reproduces this case.
	"consumption-pool": nil,
}

func TestServiceNowCases(t *testing.T) {
	f, err := os.Open(shareddata.Path(t, "worked_examples", "servicenow_docs_cases.ndjson"))
	require.NoError(t, err)
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var c struct {
			ID               string
			Inputs, Expected map[string]any
		}
		d := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		d.UseNumber()
		require.NoError(t, d.Decode(&c))
		checks, known := servicenow[c.ID]
		require.True(t, known, c.ID)
		for _, check := range checks {
			t.Run(c.ID, func(t *testing.T) {
				var given strings.Builder
				require.NoError(t, template.Must(template.New("given").Parse(check.given)).Execute(&given, c.Inputs))
				want := check.want
				if check.field != "" {
					want = string(c.Expected[check.field].(json.Number))
				}
				m, ok := standardLibrary(t).Metric(check.key)
				require.True(t, ok)
				facts, ignored, err := m.Read([]byte(given.String()))
				require.NoError(t, err)
				require.Empty(t, ignored)
				for name, reading := range check.choose {
					facts.Choices[name] = reading
				}
				got, err := m.Measure(t.Context(), facts)
				require.NoError(t, err)
				require.True(t, got.Total.Known, got.Total.Explanation)
				assert.True(t, decimal.RequireFromString(want).Equal(got.Total.Quantity), got.Total.Explanation)
			})
		}
	}
	require.NoError(t, lines.Err())
}
