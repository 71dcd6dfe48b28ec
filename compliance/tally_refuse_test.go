package compliance_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/metric"
)

func newTally(t *testing.T, m metric.Key) *compliance.Tally {
	s := newScene(t).licensed(m, 10)
	out, err := compliance.NewTally(snapshot, s.in)
	require.NoError(t, err)
	return out
}

func server(installs ...compliance.Install) []compliance.Install {
	for i := range installs {
		installs[i].Title = catalog.Title{Publisher: "Acme", Name: "server"}
	}
	return installs
}

func TestTallyRefuses(t *testing.T) {
	good := compliance.Device{ID: "d", Kind: compliance.Physical, Cores: 8}
	other := good
	other.Cores = 16
	tests := map[string]struct {
		change func(*compliance.Tally) error
		says   string
	}{
		"a device twice": {func(y *compliance.Tally) error { return y.Add(good, server(compliance.Install{})) }, "device d is given twice"},
		"an install of another": {func(y *compliance.Tally) error {
			return y.Add(compliance.Device{ID: "e"}, server(compliance.Install{Device: "d"}))
		}, `of device d and was given with e`},
		"an install without a title": {func(y *compliance.Tally) error { return y.Add(compliance.Device{ID: "e"}, []compliance.Install{{}}) }, "neither name nor product code"},
		"an instant before 1970": {func(y *compliance.Tally) error {
			return y.Add(compliance.Device{ID: "e"}, server(compliance.Install{LastUsed: time.Unix(-5, 0)}))
		}, "last used"},
		"a name of a class":          {func(y *compliance.Tally) error { return y.Add(compliance.Device{ID: "alike: d"}, nil) }, "name of a class"},
		"to take out a stranger":     {func(y *compliance.Tally) error { return y.Remove(compliance.Device{ID: "e"}, nil) }, "it was not added"},
		"to take out other facts":    {func(y *compliance.Tally) error { return y.Remove(other, server(compliance.Install{})) }, "added with other facts"},
		"to take out other installs": {func(y *compliance.Tally) error { return y.Remove(good, server(make([]compliance.Install, 2)...)) }, "added with other facts"},
		"a machine after its host": {func(y *compliance.Tally) error {
			return y.Add(compliance.Device{ID: "vm", Host: "d"}, server(compliance.Install{}))
		}, "give virtual machines before the hosts"},
		"a fork with the same device": {func(y *compliance.Tally) error {
			f := y.Fork()
			require.NoError(t, f.Add(good, nil))
			return y.Merge(f)
		}, "same device"},
		"a fork with the machines of a host": {func(y *compliance.Tally) error {
			f := y.Fork()
			require.NoError(t, f.Add(compliance.Device{ID: "vm", Host: "d"}, server(compliance.Install{})))
			return y.Merge(f)
		}, "host d was given to one tally"},
		"another tally": {func(y *compliance.Tally) error { return y.Merge(newTally(t, "generic.core")) }, "forked"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			y := newTally(t, "generic.core")
			require.NoError(t, y.Add(good, server(compliance.Install{})))
			before := bytesOf(t, y)
			err := tt.change(y)
			require.ErrorIs(t, err, compliance.ErrInvalid)
			assert.ErrorContains(t, err, tt.says)
			assert.Equal(t, before, bytesOf(t, y), "something changed")
		})
	}
}

func TestTallyKeepsWhomItMustKnow(t *testing.T) {
	add := func(y *compliance.Tally, d compliance.Device) (devices, uses int) {
		require.NoError(t, y.Add(d, server(compliance.Install{User: "ann"})))
		return y.Kept()
	}
	physical := compliance.Device{ID: "d", Kind: compliance.Physical, Cores: 8, User: "ann"}
	machine := compliance.Device{ID: "d", Kind: compliance.VirtualMachine, Host: "h"}
	for _, tt := range []struct {
		metric metric.Key
		device compliance.Device
		kept   int
	}{
		{"generic.device", physical, 0}, {"generic.core", physical, 0}, {"generic.user", physical, 1},
		{"generic.device", machine, 0}, {"generic.core", machine, 1}, {"generic.core.vm", machine, 0},
	} {
		devices, uses := add(newTally(t, tt.metric), tt.device)
		assert.Equal(t, [2]int{tt.kept, tt.kept}, [2]int{devices, uses}, "%s of a %s", tt.metric, tt.device.Kind)
	}
}

// A device costs no allocation once its class and its titles are known.
func TestTallyAllocatesNothingForOneMore(t *testing.T) {
	y := newTally(t, "generic.core")
	d, installs := compliance.Device{ID: "d", Kind: compliance.Physical, Cores: 8}, server(make([]compliance.Install, 40)...)
	require.NoError(t, y.Add(d, installs))
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		if y.Remove(d, installs) != nil || y.Add(d, installs) != nil {
			t.Error("refused")
		}
	}))
}
