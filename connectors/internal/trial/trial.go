// Package trial runs a connector in its own tests the way it is run in service:
// the binary that is shipped, a real host, a process of its own.
//
// It is for the connectors of this repository, in whichever module they are.
// Authors elsewhere have connectortest.
package trial

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors/connectortest"
	"github.com/trueup-dev/trueup/connectors/host"
)

// Connector is a connector that was built. Make one in TestMain or in a test.
type Connector struct {
	path, sum string
	// Env names variables of this process that the connector is given.
	Env []string
}

// Build builds the package in the folder, which is the test's own when empty, into
// a folder that lives as long as the test.
func Build(t testing.TB, folder string) *Connector {
	t.Helper()
	abs, err := filepath.Abs(folder)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), filepath.Base(abs))
	cmd := exec.Command("go", "build", "-o", path, ".")
	cmd.Dir = abs
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	sum, err := host.Checksum(path)
	require.NoError(t, err)
	return &Connector{path: path, sum: sum}
}

// Dir is the folder of the binary, as playbooks are run with.
func (c *Connector) Dir() string { return filepath.Dir(c.path) }

// SourceID is the identifier under which the source is collected.
const SourceID compliance.SourceID = "source"

// Collect reads a source once.
func (c *Connector) Collect(t testing.TB, settings, secrets map[string]string) (host.Result, *connectortest.Recorder) {
	t.Helper()
	return c.Resume(t, settings, secrets, nil)
}

// Resume reads a source from a cursor on.
func (c *Connector) Resume(t testing.TB, settings, secrets map[string]string, cursor []byte) (host.Result, *connectortest.Recorder) {
	t.Helper()
	h := c.host(t)
	sink := &connectortest.Recorder{}
	results, err := h.Collect(t.Context(), []host.Source{c.source(settings, secrets, cursor)}, sink, nil)
	require.NoError(t, err)
	return results[0], sink
}

// Estate reads a source into an estate.
func (c *Connector) Estate(t testing.TB, settings, secrets map[string]string, at time.Time) (host.Result, *compliance.Estate) {
	t.Helper()
	b := compliance.NewBuilder(at)
	results, err := c.host(t).Collect(t.Context(), []host.Source{c.source(settings, secrets, nil)}, b, nil)
	require.NoError(t, err)
	return results[0], b.Build()
}

// Check tries settings without collecting.
func (c *Connector) Check(t testing.TB, settings, secrets map[string]string) error {
	t.Helper()
	_, err := c.host(t).Check(t.Context(), c.source(settings, secrets, nil))
	return err
}

// Conforms runs every check of the conformance suite. None may be broken.
func (c *Connector) Conforms(t *testing.T, settings, secrets map[string]string) {
	t.Helper()
	report, err := connectortest.Run(t.Context(), connectortest.Target{Path: c.path, Config: settings, Secrets: secrets, Env: c.Env}, connectortest.Options{Start: time.Minute})
	require.NoError(t, err)
	assert.NoError(t, report.Err())
	assert.GreaterOrEqual(t, len(report.Outcomes), 19, "checks are missing")
}

func (c *Connector) source(settings, secrets map[string]string, cursor []byte) host.Source {
	return host.Source{ID: SourceID, Path: c.path, SHA256: c.sum, Config: settings, Secrets: secrets, Cursor: cursor}
}

func (c *Connector) host(t testing.TB) *host.Host {
	t.Helper()
	// The path of a socket must be short, so a test's own folder will not do.
	dir, err := os.MkdirTemp("", "tu")
	require.NoError(t, err)
	h, err := host.Open(t.Context(), host.Config{RunDir: dir, Env: c.Env, Limits: host.Limits{Start: time.Minute}})
	require.NoError(t, err)
	t.Cleanup(func() {
		assert.NoError(t, h.Close(context.Background()))
		assert.NoError(t, os.RemoveAll(dir))
	})
	return h
}
