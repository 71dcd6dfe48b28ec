package compliance_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
)

// Who works through a front end counts behind it, however many steps away, and
// counts once.
func TestMultiplexing(t *testing.T) {
	s := newScene(t)
	s.in.Licensing = []compliance.Licensing{
		{Product: "acme/database", Metric: "generic.user", Price: euros(100), Through: []catalog.ProductKey{"acme/broker"}},
		{Product: "acme/broker", Metric: "generic.user", Price: euros(10), Through: []catalog.ProductKey{"acme/portal"}},
	}
	for user, names := range map[compliance.UserID][]string{"ann": {"portal"}, "bob": {"portal", "database"}, "cyd": {"broker"}, "dan": {"other"}} {
		require.NoError(t, s.b.AddUser(compliance.User{ID: user, Source: "inv"}))
		for _, n := range names {
			require.NoError(t, s.b.AddSeat(compliance.Seat{User: user, Title: catalog.Title{Publisher: "Acme", Name: n}, Source: "inv"}))
		}
	}
	res := s.reconcile()
	assert.Equal(t, "3", positionOf(t, res, "acme/database").Required.Low.String())
	assert.Equal(t, "3", positionOf(t, res, "acme/broker").Required.Low.String())
	assert.Equal(t, []compliance.Unmanaged{{Product: "acme/portal", Installs: 2}, {Product: "acme/other", Installs: 1}}, res.Unmanaged)
}
