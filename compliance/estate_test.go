package compliance_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
)

var snapshot = time.Date(2026, 11, 16, 8, 0, 0, 0, time.UTC)

func title(name string) catalog.Title { return catalog.Title{Name: name} }

func TestBuilderRefusesWhatCannotBe(t *testing.T) {
	b := compliance.NewBuilder(snapshot)
	for name, err := range map[string]error{
		"no id":          b.AddDevice(compliance.Device{Name: "a"}),
		"negative cores": b.AddDevice(compliance.Device{ID: "a", Cores: -1}),
		"own host":       b.AddDevice(compliance.Device{ID: "a", Host: "a"}),
		"no device":      b.AddInstall(compliance.Install{Title: title("x")}),
		"no title":       b.AddInstall(compliance.Install{Device: "a"}),
		"too old":        b.AddInstall(compliance.Install{Device: "a", Title: title("x"), LastUsed: time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC)}),
		"no user":        b.AddUser(compliance.User{Name: "a"}),
		"empty seat":     b.AddSeat(compliance.Seat{User: "a"}),
		"negative peak":  b.AddUsage(compliance.Usage{Title: title("x"), Peak: -1}),
		"no source":      b.AddSource(compliance.Source{}),
	} {
		assert.ErrorIs(t, err, compliance.ErrInvalid, name)
	}
	assert.Equal(t, compliance.Counts{}, b.Build().Count(), "what was refused is not in the estate")
}

func TestDevicesOfSeveralSourcesAreOne(t *testing.T) {
	b := compliance.NewBuilder(snapshot)
	require.NoError(t, b.AddDevice(compliance.Device{ID: "h", Source: "b", Kind: compliance.Physical, Cores: 32, Model: "Xeon"}))
	require.NoError(t, b.AddDevice(compliance.Device{ID: "h", Source: "a", Name: "host", Cores: 16}))
	require.NoError(t, b.AddInstall(compliance.Install{Device: "only-named", Title: title("x"), Source: "a"}))
	e := b.Build()
	d, ok := e.Device("h")
	require.True(t, ok)
	assert.Equal(t, compliance.Device{ID: "h", Source: "a", Name: "host", Kind: compliance.Physical, Cores: 16, Model: "Xeon"}, d)
	assert.Equal(t, []compliance.Disagreement{{Device: "h", Fact: "cores", Kept: "16", Other: "32", By: "a", Against: "b"}}, e.Disagreements())
	_, ok = e.Device("only-named")
	assert.True(t, ok, "a device that only an install names is in the estate")
}

func TestEstateDoesNotDependOnOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"a", "b", "c"})
		var adds []func(*compliance.Builder) error
		for range rapid.IntRange(0, 12).Draw(t, "facts") {
			dev, src, cores := compliance.DeviceID(name.Draw(t, "device")), compliance.SourceID(name.Draw(t, "source")), rapid.IntRange(0, 3).Draw(t, "cores")
			user, ver := compliance.UserID(name.Draw(t, "user")), name.Draw(t, "version")
			used := snapshot.Add(-time.Duration(cores) * time.Hour)
			switch rapid.IntRange(0, 4).Draw(t, "kind") {
			case 0:
				adds = append(adds, func(b *compliance.Builder) error {
					return b.AddDevice(compliance.Device{ID: dev, Source: src, Cores: cores, Model: ver})
				})
			case 1:
				adds = append(adds, func(b *compliance.Builder) error {
					return b.AddInstall(compliance.Install{Device: dev, Title: catalog.Title{Name: "x", Version: ver}, User: user, Source: src, LastUsed: used})
				})
			case 2:
				adds = append(adds, func(b *compliance.Builder) error {
					return b.AddUser(compliance.User{ID: user, Name: ver, Source: src})
				})
			case 3:
				adds = append(adds, func(b *compliance.Builder) error {
					return b.AddSeat(compliance.Seat{User: user, Title: title(ver), Source: src})
				})
			case 4:
				adds = append(adds, func(b *compliance.Builder) error {
					return b.AddUsage(compliance.Usage{Title: title(ver), From: used, To: snapshot, Peak: cores, Source: src})
				})
			}
		}
		build := func() *compliance.Estate {
			b := compliance.NewBuilder(snapshot)
			for _, add := range adds {
				if err := add(b); err != nil {
					t.Fatal(err)
				}
			}
			return b.Build()
		}
		first := build()
		rand.New(rand.NewPCG(1, uint64(len(adds)))).Shuffle(len(adds), func(i, j int) { adds[i], adds[j] = adds[j], adds[i] })
		second := build()
		if first.Digest() != second.Digest() {
			t.Fatal("digest depends on the order of arrival")
		}
		if !slices.Equal(slices.Collect(first.Installs()), slices.Collect(second.Installs())) {
			t.Fatal("installs depend on the order of arrival")
		}
		if !slices.Equal(first.Disagreements(), second.Disagreements()) {
			t.Fatal("disagreements depend on the order of arrival")
		}
	})
}

func TestDigestSeesEveryFact(t *testing.T) {
	yes := true
	base := func(change func(d *compliance.Device, i *compliance.Install, u *compliance.User)) string {
		d := compliance.Device{ID: "d", Name: "n", Kind: compliance.Physical, Source: "s", Sockets: 1, Cores: 2, Threads: 4, Model: "m"}
		i := compliance.Install{Device: "d", Title: title("x"), Source: "s"}
		u := compliance.User{ID: "u"}
		change(&d, &i, &u)
		b := compliance.NewBuilder(snapshot)
		require.NoError(t, b.AddDevice(d))
		require.NoError(t, b.AddInstall(i))
		require.NoError(t, b.AddUser(u))
		return b.Build().Digest()
	}
	seen := map[string]int{}
	for n, change := range []func(*compliance.Device, *compliance.Install, *compliance.User){
		func(*compliance.Device, *compliance.Install, *compliance.User) {},
		func(d *compliance.Device, _ *compliance.Install, _ *compliance.User) { d.Cores++ },
		func(d *compliance.Device, _ *compliance.Install, _ *compliance.User) {
			d.Kind = compliance.VirtualMachine
		},
		func(d *compliance.Device, _ *compliance.Install, _ *compliance.User) { d.Cluster = "c" },
		func(d *compliance.Device, _ *compliance.Install, _ *compliance.User) { d.LastSeen = snapshot },
		func(_ *compliance.Device, i *compliance.Install, _ *compliance.User) { i.Title.Edition = "e" },
		func(_ *compliance.Device, i *compliance.Install, _ *compliance.User) { i.LastUsed = snapshot },
		func(_ *compliance.Device, i *compliance.Install, _ *compliance.User) { i.User = "u" },
		func(_ *compliance.Device, _ *compliance.Install, u *compliance.User) { u.Active = &yes },
		func(_ *compliance.Device, _ *compliance.Install, u *compliance.User) {
			u.Kind = compliance.SharedAccount
		},
	} {
		digest := base(change)
		_, dup := seen[digest]
		assert.False(t, dup, "change %d gives the digest of change %d", n, seen[digest])
		seen[digest] = n
	}
}

func TestWhere(t *testing.T) {
	b := compliance.NewBuilder(snapshot)
	for _, d := range []compliance.DeviceID{"a", "b", "c"} {
		require.NoError(t, b.AddInstall(compliance.Install{Device: d, Title: title("x")}))
		require.NoError(t, b.AddInstall(compliance.Install{Device: d, Title: title("y")}))
	}
	require.NoError(t, b.AddSeat(compliance.Seat{User: "u", Title: title("x")}))
	e := b.Build()
	less := e.Where(func(i compliance.Install) bool { return i.Device != "b" || i.Title.Name == "y" },
		func(compliance.Seat) bool { return false })
	assert.Equal(t, compliance.Counts{Devices: 3, Installs: 5}, less.Count())
	assert.Equal(t, compliance.Counts{Devices: 3, Installs: 6, Seats: 1}, e.Count(), "the estate itself does not change")
	assert.Equal(t, "y", slices.Collect(less.InstallsOn("b"))[0].Title.Name)
	assert.Len(t, slices.Collect(less.InstallsOn("c")), 2)
	assert.Empty(t, slices.Collect(less.InstallsOn("nowhere")))
}
