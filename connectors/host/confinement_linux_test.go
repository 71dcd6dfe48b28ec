package host_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/host"
)

func TestMemoryBudget(t *testing.T) {
	bounded := limits
	bounded.Memory = 3 << 30
	h := open(t, host.Config{Limits: bounded})
	assert.True(t, h.Confinement().Memory)
	r, rows := collect(t, h, source(t, "src", "limits"))
	require.NoError(t, r.Err)
	require.Len(t, rows.Users, 1)
	assert.Regexp(t, `Max data size +3221225472 +3221225472`, rows.Users[0].Name)
	assert.Regexp(t, `Max core file size +0 +0`, rows.Users[0].Name)

	r, _ = collect(t, h, source(t, "src", "starves"))
	require.ErrorIs(t, r.Err, &connectors.Error{Kind: connectors.OverBudget})
	assert.ErrorContains(t, r.Err, "the host allows 3221225472 bytes")
}

// Where the kernel has Landlock, a connector writes nowhere else; where it has
// not, the host says so.
func TestReadOnly(t *testing.T) {
	lsm, err := os.ReadFile("/sys/kernel/security/lsm")
	landlock := err == nil && strings.Contains(string(lsm), "landlock")
	for _, readOnly := range []bool{true, false} {
		h := open(t, host.Config{ReadOnly: readOnly})
		if err == nil {
			assert.Equal(t, readOnly && landlock, h.Confinement().ReadOnly)
		}
		target := filepath.Join(t.TempDir(), "written")
		src := source(t, "src", "writes")
		src.Secrets["password"] = target
		r, _ := collect(t, h, src)
		if h.Confinement().ReadOnly {
			require.Error(t, r.Err)
			assert.NoFileExists(t, target)
		} else {
			require.NoError(t, r.Err)
			assert.FileExists(t, target)
		}
	}
	assert.Equal(t, "dies with the host, memory bounded", open(t, host.Config{}).Confinement().String())
}
