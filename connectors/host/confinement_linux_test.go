package host_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/host"
)

func TestMemoryBudget(t *testing.T) {
	small := limits
	small.Memory, small.Idle = 256<<20, 30*time.Second
	small.Run = time.Minute
	h := open(t, host.Config{Limits: small})
	assert.True(t, h.Confinement().Memory)
	r, _ := collect(t, h, source(t, "src", "hoards"))
	require.ErrorIs(t, r.Err, &connectors.Error{Kind: connectors.OverBudget})
	assert.ErrorContains(t, r.Err, "the host allows 268435456 bytes")
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
