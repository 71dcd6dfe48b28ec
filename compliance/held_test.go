package compliance_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
)

// estate holds the devices.
func (s stream) estate(t require.TestingT, devices []loaded) *compliance.Estate {
	b := compliance.NewBuilder(snapshot)
	s.rest(t, b)
	for _, d := range devices {
		require.NoError(t, b.AddDevice(d.Device))
		for _, i := range d.installs {
			require.NoError(t, b.AddInstall(i))
		}
	}
	return b.Build()
}

// A tally of an estate is, to the byte, the tally of its devices.
func TestTallyOfAnEstate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawStream(t)
		want := bytesOf(t, s.tally(t, s.devices))
		got, err := compliance.NewTally(snapshot, s.in)
		require.NoError(t, err)
		require.NoError(t, got.AddEstate(s.estate(t, s.devices)))
		require.Equal(t, want, bytesOf(t, got))

		// One that fails at some device leaves no trace.
		if len(s.devices) > 0 {
			known := rapid.SampledFrom(s.devices).Draw(t, "known")
			one, err := compliance.NewTally(snapshot, s.in)
			require.NoError(t, err)
			s.rest(t, one)
			if one.Add(known.Device, known.installs) != nil {
				return
			}
			before := bytesOf(t, one)
			require.ErrorIs(t, one.AddEstate(s.estate(t, s.devices)), compliance.ErrInvalid)
			require.Equal(t, before, bytesOf(t, one))
			require.NoError(t, one.Remove(known.Device, known.installs))
			for _, d := range s.devices {
				require.NoError(t, one.Add(d.Device, d.installs))
			}
			require.Equal(t, want, bytesOf(t, one))
		}
	})
}

// Machines that run on one another are counted from the top, whatever their names.
func TestTallyOfNestedHosts(t *testing.T) {
	s := newScene(t).licensed("oracle.processor", 10)
	title := catalog.Title{Publisher: "Acme", Name: "server"}
	b := compliance.NewBuilder(snapshot)
	for _, d := range []compliance.Device{
		{ID: "a", Kind: compliance.Physical, Cores: 16, Model: "Intel Xeon Gold 6130"},
		{ID: "b", Kind: compliance.VirtualMachine, VCPUs: 8, Host: "a"},
		{ID: "c", Kind: compliance.VirtualMachine, VCPUs: 2, Host: "b"},
		{ID: "x", Kind: compliance.VirtualMachine, VCPUs: 2, Host: "y"},
		{ID: "y", Kind: compliance.VirtualMachine, VCPUs: 2, Host: "x"},
		{ID: "z", Kind: compliance.VirtualMachine, VCPUs: 2, Host: "gone"},
	} {
		require.NoError(t, b.AddDevice(d))
		require.NoError(t, b.AddInstall(compliance.Install{Device: d.ID, Title: title, Source: "inv"}))
	}
	e := b.Build()
	tally, err := compliance.NewTally(snapshot, s.in)
	require.NoError(t, err)
	require.ErrorContains(t, tally.AddEstate(e), "comes after its host", "two that host one another have no order")
	require.Zero(t, tally.Devices())
	in := s.in
	in.Estate = e.Where(func(i compliance.Install) bool { return i.Device < "x" || i.Device == "z" }, nil)
	want, err := compliance.Reconcile(context.Background(), in)
	require.NoError(t, err)
	tally, err = compliance.NewTally(snapshot, s.in)
	require.NoError(t, err)
	require.NoError(t, tally.AddEstate(in.Estate))
	got, err := tally.Reconcile(context.Background())
	require.NoError(t, err)
	require.Equal(t, numbers(want), numbers(got))
}
