package scale_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/internal/scale"
)

// Whoever is measured against whom must come to the same, before and after a change.
func TestTallyAndByHandAgree(t *testing.T) {
	e := scale.New(2_000)
	in, err := e.Input()
	require.NoError(t, err)
	tally, err := compliance.NewTally(scale.Snapshot, in)
	require.NoError(t, err)
	hand := scale.NewByHand(e)
	same := func() {
		t.Helper()
		res, err := tally.Reconcile(context.Background())
		require.NoError(t, err)
		want := hand.Short(e.Owned())
		require.Len(t, res.Positions, scale.Managed)
		short := 0
		for _, p := range res.Positions {
			require.Equal(t, int64(want[string(p.Product)]), p.Short.Low.IntPart(), p.Product)
			short += want[string(p.Product)]
		}
		assert.Positive(t, short)
		assert.Equal(t, e.Devices*scale.Installs, res.Installs)
	}
	require.NoError(t, e.Each(0, e.Devices, 0, func(_ int, d *compliance.Device, installs []compliance.Install) error {
		hand.Count(d, installs, 1)
		return tally.Add(*d, installs)
	}))
	same()
	require.NoError(t, e.Each(0, e.Devices/100, 0, func(_ int, d *compliance.Device, installs []compliance.Install) error {
		hand.Count(d, installs, -1)
		return tally.Remove(*d, installs)
	}))
	require.NoError(t, e.Each(0, e.Devices/100, 1, func(_ int, d *compliance.Device, installs []compliance.Install) error {
		hand.Count(d, installs, 1)
		return tally.Add(*d, installs)
	}))
	same()
}

// What is held is counted as what is streamed.
func TestHeldAndCodedAgree(t *testing.T) {
	e := scale.New(2_000)
	in, err := e.Input()
	require.NoError(t, err)
	tally, err := compliance.NewTally(scale.Snapshot, in)
	require.NoError(t, err)
	held, err := e.Held()
	require.NoError(t, err)
	require.NoError(t, tally.AddEstate(held))
	res, err := tally.Reconcile(context.Background())
	require.NoError(t, err)
	want := scale.NewCoded(e).Short(e.Owned())
	require.Len(t, res.Positions, scale.Managed)
	got := map[string]int64{}
	for _, p := range res.Positions {
		got[string(p.Product)] = p.Short.Low.IntPart()
	}
	for title, short := range want {
		require.Equal(t, int64(short), got[string(e.Product(title))], e.Name(title))
	}
}
