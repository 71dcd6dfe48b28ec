package metric

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func standardLibrary(t testing.TB) *Library {
	t.Helper()
	l, err := Standard()
	require.NoError(t, err)
	return l
}

func TestWorkedExamples(t *testing.T) {
	l := standardLibrary(t)
	for _, k := range l.Keys() {
		m, _ := l.Metric(k)
		t.Run(string(k), func(t *testing.T) {
			require.NoError(t, m.Test(t.Context()))
		})
	}
}
