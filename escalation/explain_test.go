package escalation

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestExplain holds an explanation over Easter against a page that a person has
// read.
func TestExplain(t *testing.T) {
	contract := silent()
	contract.CureDays = 7
	s := open(t, "2026-04-01 16:00", "250000", contract)
	s.until("2026-04-03 10:00")
	e, err := s.c.Explain(s.p, s.now)
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile("testdata/explain.txt", []byte(e.String()), 0o644))
	}
	want, err := os.ReadFile("testdata/explain.txt")
	require.NoError(t, err)
	assert.Equal(t, string(want), e.String())
	assert.Len(t, e.Remedy, 31)

	s.add(s.c.Pause("ann", "waiting", s.now))
	e, err = s.c.Explain(s.p, s.now)
	require.NoError(t, err)
	assert.Contains(t, e.String(), "the clocks stand still")
	assert.Empty(t, e.Next)
}
