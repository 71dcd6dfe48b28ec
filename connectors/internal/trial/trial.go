// Package trial runs a connector in its own tests the way it is run in service:
// the binary that is shipped, a real host, a process of its own.
//
// It is for the connectors of this repository, in whichever module they are.
// Authors elsewhere have connectortest.
package trial

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/connectortest"
	"github.com/trueup-dev/trueup/connectors/host"
)

// Connector is a connector that was built.
type Connector struct {
	path, sum string
	// Env names variables of this process that the connector is given.
	Env []string
}

// Shop builds the connector of the package under test, at its first use and once.
// The zero value is ready: declare one as a variable of the test package and end
// TestMain with its Main.
type Shop struct {
	folder string
	once   sync.Once
	built  *Connector
	err    error
}

// Main runs the tests and removes what was built for them.
func (s *Shop) Main(m *testing.M) {
	folder, err := os.MkdirTemp("", "trueup-trial")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	s.folder = folder
	code := m.Run()
	if err := os.RemoveAll(folder); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

// Connector is the binary of the package under test.
func (s *Shop) Connector(t testing.TB) *Connector {
	t.Helper()
	s.once.Do(func() { s.built, s.err = build(s.folder) })
	require.NoError(t, s.err)
	return s.built
}

// build builds the package in the current folder.
func build(into string) (*Connector, error) {
	here, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	path := filepath.Join(into, filepath.Base(here))
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	sum, err := host.Checksum(path)
	return &Connector{path: path, sum: sum}, err
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

// Ticket opens or updates a ticket.
func (c *Connector) Ticket(t testing.TB, settings, secrets map[string]string, ticket connectors.Ticket) (connectors.TicketState, error) {
	t.Helper()
	return c.host(t).Ticket(t.Context(), c.source(settings, secrets, nil), ticket)
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
