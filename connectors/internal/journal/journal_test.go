package journal_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/connectors/internal/journal"
)

func batches(t *testing.T, j *journal.Journal) []string {
	t.Helper()
	var all []string
	require.NoError(t, j.Batches(func(raw []byte) error {
		all = append(all, string(raw))
		return nil
	}))
	return all
}

// write makes a journal of three commits and one batch that was not committed.
func write(t *testing.T, path string) {
	t.Helper()
	j, err := journal.Open(path)
	require.NoError(t, err)
	for i := range 3 {
		require.NoError(t, j.Append(fmt.Appendf(nil, "batch %d", 2*i)))
		require.NoError(t, j.Append(fmt.Appendf(nil, "batch %d", 2*i+1)))
		require.NoError(t, j.Commit(fmt.Appendf(nil, "cursor %d", i), i == 2))
	}
	require.NoError(t, j.Append([]byte("not committed")))
	assert.Len(t, batches(t, j), 7)
	require.NoError(t, j.Close())
}

// Wherever the file ends or is damaged, batches and cursor agree.
func TestEveryCut(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "j")
	write(t, path)
	full, err := os.ReadFile(path)
	require.NoError(t, err)
	commits := map[int]bool{}
	for cut := range len(full) + 1 {
		for _, damage := range []bool{false, true} {
			content := append([]byte(nil), full[:cut]...)
			if damage && cut < len(full) {
				content = append([]byte(nil), full...)
				content[cut] ^= 0x40
			}
			require.NoError(t, os.WriteFile(path, content, 0o600))
			j, err := journal.Open(path)
			require.NoError(t, err)
			got := batches(t, j)
			if j.Cursor() == nil {
				require.Empty(t, got)
			} else {
				n := len(got)/2 - 1
				require.Equal(t, fmt.Sprint("cursor ", n), string(j.Cursor()))
				require.Equal(t, fmt.Sprint("batch ", 2*n+1), got[len(got)-1])
				commits[n] = true
			}
			require.Equal(t, len(got) == 6, j.Whole())
			require.NoError(t, j.Append([]byte("more")))
			require.NoError(t, j.Commit([]byte("c"), false))
			require.NoError(t, j.Close())
			j, err = journal.Open(path)
			require.NoError(t, err)
			require.Len(t, batches(t, j), len(got)+1)
			require.NoError(t, j.Close())
		}
	}
	assert.Len(t, commits, 3)
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte("\x01\x00\x00\x00\x00\x00\x00\x00\x01x"))
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(t.TempDir(), "j")
		require.NoError(t, os.WriteFile(path, content, 0o600))
		j, err := journal.Open(path)
		require.NoError(t, err)
		before := len(batches(t, j))
		require.NoError(t, j.Append([]byte("x")))
		require.Len(t, batches(t, j), before+1)
		require.NoError(t, j.Close())
	})
}
