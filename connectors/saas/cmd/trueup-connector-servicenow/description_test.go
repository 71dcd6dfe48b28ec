package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/connectors/saas/internal/prism"
)

// Requests are what the documentation of the Table API allows. The description is
// written from that, for the vendor publishes none; what an instance does with a
// request, the played one of the other tests knows better.
func TestDescription(t *testing.T) {
	description, err := filepath.Abs(filepath.Join("testdata", "table-api.yaml"))
	require.NoError(t, err)
	server := prism.Start(t, description)
	settings := map[string]string{"url": server.URL, "user": "reader"}
	require.NoError(t, shop.Connector(t).Check(t, settings, secrets))
	r, sink := shop.Connector(t).Collect(t, settings, secrets)
	require.NoError(t, r.Err)
	assert.True(t, r.Complete)
	require.Len(t, sink.Devices, 1)
	assert.Equal(t, []int{2, 16, 32}, []int{sink.Devices[0].Sockets, sink.Devices[0].Cores, sink.Devices[0].Threads})
	assert.Len(t, sink.Users, 1)
	assert.Len(t, sink.Installs, 1)
	require.Len(t, sink.Licenses, 1)
	assert.Equal(t, "5", sink.Licenses[0].Quantity.Decimal.String())
	asked := strings.Join(server.Requests(), "\n")
	for _, table := range []string{"sys_user", "cmdb_ci_computer", "cmdb_sam_sw_install", "alm_license"} {
		assert.Contains(t, asked, "GET /api/now/table/"+table+"?")
	}
}
