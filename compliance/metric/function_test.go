package metric

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestPeakEqualsSweep looks at every instant, which is slow and plain.
func TestPeakEqualsSweep(t *testing.T) {
	m, _ := standardLibrary(t).Metric("generic.concurrent.peak")
	rapid.Check(t, func(t *rapid.T) {
		var sessions []Session
		for i := range rapid.IntRange(1, 12).Draw(t, "n") {
			start := rapid.Int64Range(0, 20).Draw(t, fmt.Sprint("start ", i))
			end := start + rapid.Int64Range(0, 8).Draw(t, fmt.Sprint("length ", i))
			s := Session{Start: Int(start), End: Int(end)}
			if rapid.Bool().Draw(t, "many") {
				s.Quantity = Int(rapid.Int64Range(1, 4).Draw(t, "quantity"))
			}
			sessions = append(sessions, s)
		}
		var most int64
		for at := range int64(30) {
			var held int64
			for _, s := range sessions {
				if s.Start.mantissa <= at && at < s.End.mantissa {
					held += max(s.Quantity.mantissa, 1)
				}
			}
			most = max(most, held)
		}
		got, err := m.Measure(t.Context(), Facts{Sessions: sessions})
		require.NoError(t, err)
		require.Equal(t, most, got.Total.Quantity.IntPart())
	})
}

// TestCoverIsLeast tries every choice of users and devices.
func TestCoverIsLeast(t *testing.T) {
	m, _ := standardLibrary(t).Metric("citrix.userdevice")
	names := []string{"a", "b", "c", "d"}
	rapid.Check(t, func(t *rapid.T) {
		var uses []Use
		for range rapid.IntRange(1, 9).Draw(t, "n") {
			uses = append(uses, Use{User: rapid.SampledFrom(names).Draw(t, "user"), Device: rapid.SampledFrom(names).Draw(t, "device")})
		}
		best := 8
		for chosen := range 1 << 8 {
			covers, size := true, 0
			for bit := range 8 {
				size += chosen >> bit & 1
			}
			for _, u := range uses {
				user, device := int(u.User[0]-'a'), int(u.Device[0]-'a')+4
				covers = covers && (chosen>>user&1 == 1 || chosen>>device&1 == 1)
			}
			if covers {
				best = min(best, size)
			}
		}
		got, err := m.Measure(t.Context(), Facts{Uses: uses})
		require.NoError(t, err)
		require.EqualValues(t, best, got.Total.Quantity.IntPart())
	})
}
