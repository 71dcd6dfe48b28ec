//go:build unix

package host_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/connectortest"
	"github.com/trueup-dev/trueup/connectors/host"
)

func TestAct(t *testing.T) {
	reclaim := connectors.Action{Key: "k", Verb: connectors.Reclaim, Kind: connectors.Seat, Target: map[string]string{"user": "u1"}}
	unknown, nobody := reclaim, reclaim
	unknown.Verb = connectors.Assign
	nobody.Target = map[string]string{"user": "nobody"}
	for _, c := range []struct {
		mode   string
		action connectors.Action
		want   connectors.Outcome
		kind   connectors.ErrorKind
	}{
		{"well", reclaim, connectors.Performed, connectors.ErrorInvalid},
		{"well", nobody, connectors.Unchanged, connectors.ErrorInvalid},
		{"well", unknown, connectors.Refused, connectors.Unsupported},
		{"unauthorised", reclaim, connectors.Refused, connectors.PermissionDenied},
		{"panics", reclaim, connectors.Uncertain, connectors.Internal},
		{"dies", reclaim, connectors.Uncertain, connectors.Crashed},
	} {
		t.Run(c.mode+" "+c.action.Verb.String()+" "+c.action.Target["user"], func(t *testing.T) {
			effect, err := open(t, host.Config{}).Act(t.Context(), source(t, "src", c.mode), c.action)
			assert.Equal(t, c.want, effect.Outcome)
			if c.kind == connectors.ErrorInvalid {
				require.NoError(t, err)
				assert.Equal(t, "no", effect.After["seat"])
				assert.NotContains(t, effect.Before["token"], "hunter2")
				return
			}
			require.ErrorIs(t, err, &connectors.Error{Source: "src", Op: "act", Kind: c.kind})
		})
	}
}

func TestTicket(t *testing.T) {
	state, err := open(t, host.Config{}).Ticket(t.Context(), source(t, "src", "well"),
		connectors.Ticket{Key: "T-1", Title: "reclaim two seats", Fields: map[string]string{"state": "open"}})
	require.NoError(t, err)
	assert.Equal(t, connectors.TicketState{Outcome: connectors.Performed, ID: "T-1", State: "open reclaim two seats", URL: "https://desk.example.org/1"}, state)
}

var (
	bought  = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	license = connectors.License{
		ID: "L1", Title: catalog.Title{Publisher: "Acme", Name: "Acme Base"}, Metric: "per user", Currency: "EUR", Start: bought,
		Quantity: decimal.NewNullDecimal(decimal.RequireFromString("12.5")),
	}
	price      = connectors.PriceEntry{Title: license.Title, Amount: decimal.NewNullDecimal(decimal.RequireFromString("0.10")), Currency: "EUR"}
	membership = connectors.Membership{Group: "g", User: "u"}
)

func TestPurchases(t *testing.T) {
	r, sink := collect(t, open(t, host.Config{}), source(t, "src", "purchases"))
	require.NoError(t, r.Err)
	require.Len(t, sink.Licenses, 1)
	got := sink.Licenses[0]
	assert.Equal(t, "12.5", got.Quantity.Decimal.String())
	assert.False(t, got.UnitPrice.Valid, "what is not known stays so")
	assert.Equal(t, bought, got.Start)
	require.Len(t, sink.Prices, 1)
	assert.Equal(t, "0.1", sink.Prices[0].Amount.Decimal.String())
	assert.Equal(t, []connectors.Membership{{Group: "g", User: "u", Source: "src"}}, sink.Memberships)
}

// A sink that takes no purchases is not asked to.
func TestKindsThatTheSinkDoesNotTake(t *testing.T) {
	var sink struct{ connectors.Sink }
	rows := &connectortest.Recorder{}
	sink.Sink = rows
	h := open(t, host.Config{})
	results, err := h.Collect(t.Context(), []host.Source{source(t, "a", "purchases")}, sink, nil)
	require.NoError(t, err)
	require.NoError(t, results[0].Err)
	assert.Empty(t, rows.Licenses)
	src := source(t, "a", "purchases")
	src.Kinds = []connectors.Kind{connectors.Price}
	results, err = h.Collect(t.Context(), []host.Source{src}, sink, nil)
	require.NoError(t, err)
	require.ErrorIs(t, results[0].Err, &connectors.Error{Kind: connectors.Unsupported})
}
