package topology_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/topology"
)

// requireLocated checks that an error says what is wrong and of which kind.
func requireLocated(t testing.TB, err error) {
	t.Helper()
	var at *topology.Error
	require.ErrorAs(t, err, &at)
	if errors.Is(err, topology.ErrMalformed) {
		return
	}
	require.ErrorIs(t, err, topology.ErrFormat)
}

// requireSound checks what holds of every result: bounds in order, sockets no
// more than cores no more than threads, and Missing naming just what is unknown.
func requireSound(t testing.TB, p topology.Processors, about ...any) {
	t.Helper()
	counts := map[string]topology.Count{"sockets": p.Sockets, "cores": p.Cores, "threads": p.Threads}
	for name, c := range counts {
		require.GreaterOrEqual(t, c.Min, 0, about)
		if c.Max > 0 {
			require.LessOrEqual(t, max(c.Min, 1), c.Max, name, about)
		}
		require.Equal(t, c.Known(), !slices.Contains(p.Missing, name), name, about)
	}
	require.Equal(t, p.Model != "", !slices.Contains(p.Missing, "model"), about)
	if len(p.Notes) > 0 {
		return // a contradiction in the dump is kept, and said
	}
	ordered := func(a, b topology.Count) {
		if a.Known() && b.Known() {
			require.LessOrEqual(t, a.N(), b.N(), about)
		}
	}
	ordered(p.Sockets, p.Cores)
	ordered(p.Cores, p.Threads)
}
