//go:build unix

package compliance_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
)

// stream calls with every device and its installs, in a slice that it fills again.
func (s *instance) stream(f func(d *compliance.Device, installs []compliance.Install)) {
	s.part(0, len(s.devices), f)
}

func (s *instance) part(from, to int, f func(d *compliance.Device, installs []compliance.Install)) {
	all := make([]compliance.Install, benchInstalls)
	for k := range all {
		all[k] = compliance.Install{Source: "inv", LastUsed: snapshot.AddDate(0, 0, -15)}
	}
	for d := from; d < to; d++ {
		for k := range all {
			all[k].Device, all[k].Title = s.devices[d].ID, s.titles[s.title(d, k)]
		}
		f(&s.devices[d], all)
	}
}

func (s *instance) tally(b *testing.B, in compliance.Input) *compliance.Tally {
	t, err := compliance.NewTally(snapshot, in)
	require.NoError(b, err)
	s.stream(func(d *compliance.Device, installs []compliance.Install) {
		if err := t.Add(*d, installs); err != nil {
			b.Fatal(err)
		}
	})
	return t
}

// BenchmarkTally streams every device into a tally and computes all positions.
func BenchmarkTally(b *testing.B) {
	each(b, func(b *testing.B, s *instance) func() {
		in := s.terms(b)
		return func() {
			if _, err := s.tally(b, in).Reconcile(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkTallyReadOut computes all positions of what is counted already.
func BenchmarkTallyReadOut(b *testing.B) {
	each(b, func(b *testing.B, s *instance) func() {
		t := s.tally(b, s.terms(b))
		return func() {
			require.NoError(b, t.AddSource(compliance.Source{ID: "inv", Collected: snapshot, Installs: -1}))
			if _, err := t.Reconcile(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
}
