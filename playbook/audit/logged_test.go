package audit_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/ipe"
	"github.com/trueup-dev/trueup/playbook/audit"
)

// A position found in the log is that of the run: the same table of consumers, to the
// last row, and a header that says the same of it.
func TestLoggedPosition(t *testing.T) {
	l, rep, p := full(t)
	want := rep.Short()[0]
	got, err := audit.FindPosition(t.Context(), l, "", string(want.Product), "")
	require.NoError(t, err)
	require.Equal(t, audit.Consumers(want), audit.Consumers(got.Position))
	require.Equal(t, rep.Run, got.Run.Run)
	h, direct := got.Header("engine", "trueup", now), audit.Header(rep, p, want, "engine", now)
	require.NoError(t, h.Validate())
	direct.Parameters["entry"] = strconv.Itoa(int(got.Index))
	require.Equal(t, direct, h)
	require.Equal(t, []ipe.Watermark{{Source: "canary-source", Collected: now.Add(-time.Hour), Rows: devices}}, h.Sources)
	require.Equal(t, now, h.AsOf)
	require.Equal(t, now, h.KnownAt)

	again, err := audit.FindPosition(t.Context(), l, rep.Run, string(want.Product), string(want.Metric))
	require.NoError(t, err)
	require.Equal(t, got, again)
	for _, c := range []struct {
		run             evidence.RunID
		product, metric string
	}{{"nope", string(want.Product), ""}, {"", "x/y", ""}, {"", string(want.Product), "nope"}} {
		_, err := audit.FindPosition(t.Context(), l, c.run, c.product, c.metric)
		require.ErrorIs(t, err, audit.ErrNoPosition)
	}
}

func TestClearanceNames(t *testing.T) {
	for i, name := range audit.Clearances() {
		c, err := audit.ParseClearance(name)
		require.NoError(t, err)
		require.Equal(t, audit.Clearance(i+1), c)
		require.Equal(t, name, c.String())
	}
	_, err := audit.ParseClearance("")
	require.ErrorIs(t, err, audit.ErrOptions)
	require.Equal(t, "invalid", audit.Clearance(9).String())
}
