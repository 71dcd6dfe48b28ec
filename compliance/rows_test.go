package compliance_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
)

// Rows that arrive grouped are shared with the estate, so a builder that goes on
// must leave those it gave alone.
func TestBuilderGoesOnAfterBuild(t *testing.T) {
	b := compliance.NewBuilder(snapshot)
	add := func(device, name string) {
		require.NoError(t, b.AddInstall(compliance.Install{Device: compliance.DeviceID(device), Title: title(name)}))
	}
	add("a", "x")
	add("b", "y")
	first := b.Build()
	digest := first.Digest()
	add("b", "a") // sorts before y
	second := b.Build()
	add("a", "z") // no longer grouped
	third := b.Build()
	assert.Equal(t, digest, first.Digest())
	assert.Equal(t, []string{"a x", "b y"}, rowsOf(first))
	assert.Equal(t, []string{"a x", "b a", "b y"}, rowsOf(second))
	assert.Equal(t, []string{"a x", "a z", "b a", "b y"}, rowsOf(third))
	assert.Equal(t, digest, b.Build().Where(func(i compliance.Install) bool { return i.Title.Name == "x" || i.Title.Name == "y" }, nil).Digest(),
		"titles that no install has any more do not show")
}

func rowsOf(e *compliance.Estate) []string {
	var out []string
	for i := range e.Installs() {
		out = append(out, fmt.Sprint(i.Device, " ", i.Title.Name))
	}
	return out
}

// Devices in order, devices out of order and installs dealt out over devices
// take three ways through Build and give one estate.
func TestEveryWayOfArrivalGivesOneEstate(t *testing.T) {
	const devices, each = 300, 90 // more than a block of rows
	build := func(order []int) *compliance.Estate {
		b := compliance.NewBuilder(snapshot)
		for _, n := range order {
			id := compliance.DeviceID(fmt.Sprintf("d%03d", n/each))
			if n%each == 0 && n/each%2 == 0 { // others are only named by installs
				require.NoError(t, b.AddDevice(compliance.Device{ID: id, Cores: 4}))
			}
			require.NoError(t, b.AddInstall(compliance.Install{Device: id, Title: title(fmt.Sprint("t", n*7%(each+1)))}))
		}
		return b.Build()
	}
	grouped := make([]int, devices*each)
	for i := range grouped {
		grouped[i] = i
	}
	backwards := slices.Clone(grouped)
	slices.Reverse(backwards)
	dealt := slices.Clone(grouped)
	slices.SortStableFunc(dealt, func(a, b int) int { return a%each - b%each })
	want := build(grouped)
	for _, other := range []*compliance.Estate{build(backwards), build(dealt)} {
		assert.Equal(t, want.Digest(), other.Digest())
		assert.Equal(t, rowsOf(want), rowsOf(other))
	}
}
