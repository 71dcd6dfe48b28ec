package compliance_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trueup-dev/trueup/compliance"
)

var day = 24 * time.Hour

func TestPlacementThatCannotBe(t *testing.T) {
	b := compliance.NewBuilder(snapshot)
	for want, d := range map[string]compliance.Device{
		"own standby":               {ID: "a", StandbyFor: "a"},
		"role 9":                    {ID: "a", Role: 9},
		"host without an":           {ID: "a", MayRunOn: []compliance.DeviceID{"h", ""}},
		"stay without host or inst": {ID: "a", Stays: []compliance.Stay{{Host: "h"}}},
	} {
		err := b.AddDevice(d)
		require.ErrorIs(t, err, compliance.ErrInvalid)
		assert.ErrorContains(t, err, want)
	}
	assert.Zero(t, b.Build().Count().Devices)
}

// No rule of affinity is knowledge, and nothing known is not: a later source
// fills in the one and contradicts the other.
func TestPlacementOfSeveralSources(t *testing.T) {
	b := compliance.NewBuilder(snapshot)
	hosts := []compliance.DeviceID{"h2", "h1", "h2"}
	require.NoError(t, b.AddDevice(compliance.Device{ID: "free", Source: "a", MayRunOn: []compliance.DeviceID{}, Role: compliance.Active}))
	require.NoError(t, b.AddDevice(compliance.Device{ID: "free", Source: "b", MayRunOn: hosts, Role: compliance.PassiveHA, StandbyFor: "x"}))
	require.NoError(t, b.AddDevice(compliance.Device{ID: "pinned", Source: "a"}))
	require.NoError(t, b.AddDevice(compliance.Device{ID: "pinned", Source: "b", MayRunOn: hosts,
		Stays: []compliance.Stay{{Host: "h2", Since: snapshot}, {Host: "h1", Since: snapshot.Add(-day)}}}))
	hosts[0] = "changed by the caller"
	e := b.Build()
	free, _ := e.Device("free")
	assert.Equal(t, []compliance.DeviceID{}, free.MayRunOn)
	assert.Equal(t, compliance.DeviceID("x"), free.StandbyFor)
	pinned, _ := e.Device("pinned")
	assert.Equal(t, []compliance.DeviceID{"h1", "h2"}, pinned.MayRunOn)
	assert.Equal(t, compliance.DeviceID("h1"), pinned.Stays[0].Host)
	assert.Equal(t, []compliance.Disagreement{
		{Device: "free", Fact: "may run on", Kept: "any host of the cluster", Other: "h1, h2", By: "a", Against: "b"},
		{Device: "free", Fact: "role", Kept: "active", Other: "passive-ha", By: "a", Against: "b"},
	}, e.Disagreements())
}

func TestHostsSince(t *testing.T) {
	d := compliance.Device{ID: "vm", Host: "h3", Stays: []compliance.Stay{
		{Host: "h1", Since: snapshot.Add(-200 * day)}, {Host: "h2", Since: snapshot.Add(-100 * day)}, {Host: "h3", Since: snapshot.Add(-10 * day)},
	}}
	for _, c := range []struct {
		days     int
		want     []compliance.DeviceID
		complete bool
	}{
		{5, []compliance.DeviceID{"h3"}, true},
		{10, []compliance.DeviceID{"h3"}, true},
		{90, []compliance.DeviceID{"h2", "h3"}, true},
		{101, []compliance.DeviceID{"h1", "h2", "h3"}, true},
		{300, []compliance.DeviceID{"h1", "h2", "h3"}, false},
	} {
		got, complete := d.HostsSince(snapshot.Add(-time.Duration(c.days) * day))
		assert.Equal(t, c.want, got, "%d days", c.days)
		assert.Equal(t, c.complete, complete, "%d days", c.days)
	}
	got, complete := compliance.Device{ID: "vm", Host: "h"}.HostsSince(snapshot)
	assert.Equal(t, []compliance.DeviceID{"h"}, got)
	assert.False(t, complete, "without a history nobody knows where it was before")
}

// Every fact of placement shows in the digest, and the order of reports does not.
func TestPlacementInTheDigest(t *testing.T) {
	digest := func(ds ...compliance.Device) string {
		b := compliance.NewBuilder(snapshot)
		for _, d := range ds {
			require.NoError(t, b.AddDevice(d))
		}
		return b.Build().Digest()
	}
	seen := map[string]string{}
	for name, d := range map[string]compliance.Device{
		"nothing": {ID: "a"}, "no rule": {ID: "a", MayRunOn: []compliance.DeviceID{}}, "rule": {ID: "a", MayRunOn: []compliance.DeviceID{"h"}},
		"role": {ID: "a", Role: compliance.PassiveDR}, "other role": {ID: "a", Role: compliance.Active}, "pair": {ID: "a", StandbyFor: "h"},
		"no stay": {ID: "a", Stays: []compliance.Stay{}}, "stay": {ID: "a", Stays: []compliance.Stay{{Host: "h", Since: snapshot}}},
	} {
		sum := digest(d)
		assert.Empty(t, seen[sum], "%s and %s have one digest", name, seen[sum])
		seen[sum] = name
	}
	rapid.Check(t, func(rt *rapid.T) {
		host := rapid.SliceOfN(rapid.SampledFrom([]compliance.DeviceID{"h1", "h2"}), 0, 2)
		report := rapid.Custom(func(rt *rapid.T) compliance.Device {
			d := compliance.Device{ID: "a", Source: "s", Role: compliance.Role(rapid.IntRange(0, 5).Draw(rt, "role"))}
			if rapid.Bool().Draw(rt, "known") {
				d.MayRunOn = host.Draw(rt, "hosts")
			}
			for _, h := range host.Draw(rt, "stays") {
				d.Stays = append(d.Stays, compliance.Stay{Host: h, Since: snapshot})
			}
			return d
		})
		x, y, z := report.Draw(rt, "x"), report.Draw(rt, "y"), report.Draw(rt, "z")
		assert.Equal(rt, digest(x, y, z), digest(z, y, x))
		assert.Equal(rt, digest(x, y, z), digest(y, z, x))
	})
}

func TestRolesParse(t *testing.T) {
	for r := compliance.RoleUnknown; r <= compliance.ReadableSecondary; r++ {
		got, ok := compliance.ParseRole(r.String())
		assert.True(t, ok)
		assert.Equal(t, r, got)
	}
	_, ok := compliance.ParseRole("boss")
	assert.False(t, ok)
	assert.True(t, compliance.PassiveDR.Passive())
	assert.False(t, compliance.ReadableSecondary.Passive())
}
