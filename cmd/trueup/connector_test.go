//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/connectors/host"
	"github.com/trueup-dev/trueup/connectors/trust"
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

// A lock file and a certificate made by the commands are ones that a host takes.
func TestConnectorTrust(t *testing.T) {
	dir := t.TempDir()
	binary := filepath.Join(dir, "connector-template")
	out, err := exec.Command("go", "build", "-o", binary, "../../examples/connector-template").CombinedOutput()
	require.NoError(t, err, "%s", out)
	list := filepath.Join(dir, "list.csv")
	require.NoError(t, os.WriteFile(list, []byte("host,publisher,name,version\ndb01,Acme,Acme Base,3.1\n"), 0o600))
	key, lockFile, certificate := filepath.Join(dir, "key"), filepath.Join(dir, "lock"), filepath.Join(dir, "certificate")
	var public, rest, stderr bytes.Buffer
	require.Zero(t, run(t.Context(), streams{nil, &public, &stderr}, []string{"connector", "key", "-out", key, "acme"}), &stderr)
	require.Zero(t, run(t.Context(), streams{nil, &rest, &stderr}, []string{"connector", "lock", "-key", key, "-out", lockFile, binary}), &stderr)
	require.Zero(t, run(t.Context(), streams{nil, &rest, &stderr}, []string{"connector", "check", "-key", key, "-certificate", certificate, binary, "file=" + list}), &stderr)
	signed, err := os.ReadFile(lockFile)
	require.NoError(t, err)
	lock, err := trust.OpenLock(signed, strings.TrimSpace(public.String()))
	require.NoError(t, err)
	require.Contains(t, lock, "connector-template")
	signed, err = os.ReadFile(certificate)
	require.NoError(t, err)
	c, err := trust.OpenCertificate(signed, strings.TrimSpace(public.String()))
	require.NoError(t, err)
	assert.Equal(t, trust.Reading, c.Level)
	h, err := host.Open(t.Context(), host.Config{Lock: lock, Demand: trust.Reading, Certificates: []trust.Certificate{c}})
	require.NoError(t, err)
	_, err = h.Check(t.Context(), host.Source{ID: "a", Path: binary, Config: map[string]string{"file": list}})
	require.NoError(t, err)
	require.NoError(t, h.Close(t.Context()))
	assert.Equal(t, 1, run(t.Context(), streams{nil, &rest, &stderr}, []string{"connector", "key", "-out", key, "acme"}), "a key is never overwritten")
}

func TestActionFlag(t *testing.T) {
	var a actions
	require.NoError(t, a.Set("reclaim seat user=u1,name=Acme Base"))
	assert.Equal(t, map[string]string{"user": "u1", "name": "Acme Base"}, a[0].Target)
	for _, bad := range []string{"reclaim seat", "eat seat user=u", "reclaim chair user=u", "reclaim seat user"} {
		assert.Error(t, a.Set(bad), bad)
	}
}

func TestConnectorCheckUsage(t *testing.T) {
	var stdout, stderr bytes.Buffer
	assert.Equal(t, 2, run(t.Context(), streams{nil, &stdout, &stderr}, []string{"connector", "check"}))
	assert.Equal(t, 2, run(t.Context(), streams{nil, &stdout, &stderr}, []string{"connector", "check", "/bin/true", "path"}))
	assert.Equal(t, 1, run(t.Context(), streams{nil, &stdout, &stderr}, []string{"connector", "check", "/nonexistent"}))
}
