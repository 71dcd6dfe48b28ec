package main

import (
	"os"
	"path/filepath"
	"testing"

	"filippo.io/age"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence/seal"
)

// Holds are placed, listed and released by matter, and are in the log and nowhere else.
func TestHold(t *testing.T) {
	dir := t.TempDir()
	log, rings := filepath.Join(dir, "log"), filepath.Join(dir, "keyring")
	role, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	_, err = seal.Open(rings, role.Recipient().String())
	require.NoError(t, err)
	do := func(want int, args ...string) string {
		t.Helper()
		status, out, errs := trueup(t, append([]string{"hold", args[0], "-log", log}, args[1:]...)...)
		require.Equal(t, want, status, out+errs)
		return out + errs
	}
	why := []string{"-by", "counsel", "-reason", "notice of claim", "-now", "2026-11-16T09:00:00Z"}
	assert.Equal(t, "entry 0: held for claim\n", do(0, append([]string{"place", "-matter", "claim", "-keyring", rings, "-subject", "ann", "-subject", "bob"}, why...)...))
	do(0, append([]string{"place", "-matter", "audit", "-kinds", "trueup.", "-from", "2026-01-01T00:00:00Z"}, why...)...)
	do(0, append([]string{"place", "-matter", "order", "-all"}, why...)...)
	assert.Equal(t, `audit: since 2026-11-16T09:00:00Z by counsel (notice of claim)
  entries: of kinds trueup.*, from 2026-01-01T00:00:00Z
claim: since 2026-11-16T09:00:00Z by counsel (notice of claim)
  persons: 2
order: since 2026-11-16T09:00:00Z by counsel (notice of claim)
  entries: all
`, do(0, "list"))
	do(0, append([]string{"release", "-matter", "claim", "-keyring", rings, "-subject", "ann"}, why...)...)
	assert.Contains(t, do(1, append([]string{"release", "-matter", "claim", "-keyring", rings, "-subject", "ann"}, why...)...), "does not name a subject")
	do(0, append([]string{"release", "-matter", "order"}, why...)...)
	assert.Contains(t, do(0, "list"), "persons: 1")
	assert.Contains(t, do(1, append([]string{"release", "-matter", "clam"}, why...)...), `nothing is held for the matter "clam"`)
	do(0, append([]string{"release", "-matter", "claim"}, why...)...)
	assert.NotContains(t, do(0, "list"), "claim: since")

	assert.Contains(t, do(2, append([]string{"place", "-matter", "claim", "-subject", "ann"}, why...)...), "-keyring")
	assert.Contains(t, do(2, append([]string{"place", "-matter", "claim"}, why...)...), "needs a subject or a scope")
	do(2, append([]string{"place", "-matter", "claim", "-all", "more"}, why...)...)
	entries, err := filepath.Glob(filepath.Join(log, "entries", "*"))
	require.NoError(t, err)
	for _, file := range entries {
		b, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.NotContains(t, string(b), "ann")
	}
}
