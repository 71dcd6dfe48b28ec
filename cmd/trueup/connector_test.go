//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/internal/shareddata"
)

// The connectors of this repository pass, as the binaries that are shipped.
func TestConnectorCheck(t *testing.T) {
	bin := t.TempDir()
	out, err := exec.Command("go", "build", "-o", bin+"/", "../../connectors/cmd/...", "../../examples/connector-template").CombinedOutput()
	require.NoError(t, err, "%s", out)
	list := filepath.Join(bin, "list.csv")
	require.NoError(t, os.WriteFile(list, []byte("host,publisher,name,version\ndb01,Acme,Acme Base,3.1\n"), 0o600))
	for _, c := range []struct {
		binary string
		args   []string
	}{
		{"trueup-connector-local", nil},
		{"trueup-connector-glpi", []string{"path=" + shareddata.Path(t, "inventories", "ocs_xml")}},
		{"connector-template", []string{"file=" + list}},
	} {
		t.Run(c.binary, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			args := append([]string{"connector", "check", filepath.Join(bin, c.binary)}, c.args...)
			status := run(t.Context(), streams{nil, &stdout, &stderr}, args)
			assert.Zero(t, status, "%s%s", &stdout, &stderr)
			assert.Contains(t, stdout.String(), " 0 broken\n")
		})
	}
}

func TestConnectorCheckUsage(t *testing.T) {
	var stdout, stderr bytes.Buffer
	assert.Equal(t, 2, run(t.Context(), streams{nil, &stdout, &stderr}, []string{"connector", "check"}))
	assert.Equal(t, 2, run(t.Context(), streams{nil, &stdout, &stderr}, []string{"connector", "check", "/bin/true", "path"}))
	assert.Equal(t, 1, run(t.Context(), streams{nil, &stdout, &stderr}, []string{"connector", "check", "/nonexistent"}))
}
