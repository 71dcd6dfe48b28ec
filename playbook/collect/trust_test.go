package collect_test

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/trueup-dev/trueup/connectors/host"
	"github.com/trueup-dev/trueup/connectors/trust"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/collect"
)

// trusted makes a lock file and a certificate of a level for the connector of a run.
func trusted(t *testing.T, dir string, level trust.Level) collect.Trust {
	t.Helper()
	private, public, err := note.GenerateKey(rand.Reader, "acme")
	require.NoError(t, err)
	sum, err := host.Checksum(filepath.Join(dir, "bin", "trueup-connector-test"))
	require.NoError(t, err)
	lock, err := trust.Lock{"trueup-connector-test": sum}.Sign(private)
	require.NoError(t, err)
	certificate, err := trust.Certificate{Name: "test", Version: "1.0.0", SHA256: sum, Level: level, Checks: 30}.Sign(private)
	require.NoError(t, err)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "certificates"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "certificates", "test"), certificate, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "lock"), lock, 0o600))
	return collect.Trust{Key: public, Lock: filepath.Join(dir, "lock"), Demand: trust.Resuming, Certificates: filepath.Join(dir, "certificates")}
}

func failures(t *testing.T, dir string, by collect.Trust) []string {
	t.Helper()
	var cfg host.Config
	require.NoError(t, by.Into(&cfg))
	facts, err := gather(t.Context(), dir, cfg)
	require.NoError(t, err)
	var out []string
	for _, c := range facts.Collections {
		out = append(out, c.Failure)
	}
	return out
}

func TestTrust(t *testing.T) {
	dir := place(t, "good")
	by := trusted(t, dir, trust.Resuming)
	assert.Equal(t, []string{"", ""}, failures(t, dir, by), "pinned by the lock file, certified")

	binary := filepath.Join(dir, "bin", "trueup-connector-test")
	f, err := os.OpenFile(binary, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteString("\x00")
	require.NoError(t, err)
	require.NoError(t, f.Close())
	for _, failure := range failures(t, dir, by) {
		assert.Contains(t, failure, "start: checksum mismatch", "a binary that was changed does not run")
	}
}

func TestLevelNotReached(t *testing.T) {
	dir := place(t, "good")
	by := trusted(t, dir, trust.Reading)
	for _, failure := range failures(t, dir, by) {
		assert.Contains(t, failure, "start: uncertified: level resuming is demanded")
	}
	by.Demand = trust.Reading
	assert.Equal(t, []string{"", ""}, failures(t, dir, by))
}

func TestTrustThatCannotBe(t *testing.T) {
	dir := place(t, "good")
	by := trusted(t, dir, trust.Resuming)
	_, stranger, err := note.GenerateKey(rand.Reader, "acme")
	require.NoError(t, err)
	var cfg host.Config
	forged := by
	forged.Key = stranger
	err = forged.Into(&cfg)
	require.ErrorIs(t, err, trust.ErrForged)
	assert.ErrorContains(t, err, by.Lock)
	assert.ErrorContains(t, err, filepath.Join(by.Certificates, "test"))
	for _, wrong := range []collect.Trust{
		{Lock: by.Lock}, {Key: by.Key}, {Demand: trust.Reading}, {Key: by.Key, Lock: by.Lock, Demand: trust.Reading},
		{Key: by.Key, Certificates: by.Certificates}, {Key: by.Key, Lock: filepath.Join(dir, "nothing")},
	} {
		assert.Error(t, wrong.Into(&cfg), "%+v", wrong)
	}
	require.NoError(t, collect.Trust{}.Into(&cfg))
}

// What one source demands of its connector holds for it alone, and the run's own
// demand for all.
func TestDemandOfOneSource(t *testing.T) {
	dir := place(t, "good")
	by := trusted(t, dir, trust.Reading)
	by.Demand = trust.None
	require.NoError(t, os.WriteFile(filepath.Join(dir, "p.yaml"), fmt.Appendf(nil, book, "good", ", demand: resuming"), 0o600))
	p, err := playbook.Load(filepath.Join(dir, "p.yaml"))
	require.NoError(t, err)
	by.Playbook = p
	got := failures(t, dir, by)
	assert.Empty(t, got[0])
	assert.Contains(t, got[1], "start: uncertified: level resuming is demanded")
	by.Demand = trust.Resuming
	for _, failure := range failures(t, dir, by) {
		assert.Contains(t, failure, "level resuming is demanded", "the stricter holds")
	}
	var cfg host.Config
	by.Demand, by.Certificates = trust.Process, ""
	assert.ErrorContains(t, by.Into(&cfg), "p.yaml:6:5: source bad: level resuming is demanded and no folder of certificates is given")
}
