package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/connectors/host"
	"github.com/trueup-dev/trueup/connectors/trust"
	"github.com/trueup-dev/trueup/internal/shareddata"
)

// A lock file takes the place of checksums, a changed binary and one without the
// level demanded do not run, and with a state folder the second run reads nothing
// again and judges the same estate.
func TestRunTrustAndState(t *testing.T) {
	bin, dir := connectorsBuilt(t), t.TempDir()
	binary := filepath.Join(bin, "trueup-connector-glpi")
	key, lock, certificates := filepath.Join(dir, "key"), filepath.Join(dir, "lock"), filepath.Join(dir, "certificates")
	var public, errs bytes.Buffer
	require.Zero(t, run(t.Context(), streams{nil, &public, &errs}, []string{"connector", "key", "-out", key, "acme"}), &errs)
	require.Zero(t, run(t.Context(), streams{nil, &errs, &errs}, []string{"connector", "lock", "-key", key, "-out", lock, binary}), &errs)
	private, err := readKey(key)
	require.NoError(t, err)
	sum, err := host.Checksum(binary)
	require.NoError(t, err)
	certificate, err := trust.Certificate{Name: "glpi", Version: "1", SHA256: sum, Level: trust.Reading, Checks: 30}.Sign(private)
	require.NoError(t, err)
	require.NoError(t, os.Mkdir(certificates, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(certificates, "glpi"), certificate, 0o600))
	keyFile := filepath.Join(dir, "key.pub")
	require.NoError(t, os.WriteFile(keyFile, public.Bytes(), 0o600))

	book := writeBook(t, dir, shareddata.Path(t, "inventories", "ocs_xml"))
	common := []string{"-trust", keyFile, "-lock", lock, "-certificates", certificates, "-state", filepath.Join(dir, "state")}
	first := runWith(t, book, dir, bin, append(common, "-demand", "reading")...)
	require.Empty(t, first.Collections[0].Failure)
	require.Positive(t, first.Collections[0].Rows["install"])
	second := runWith(t, book, dir, bin, append(common, "-demand", "reading")...)
	assert.Zero(t, second.Collections[0].Rows["install"], "nothing has changed")
	assert.Equal(t, first.Result, second.Result)

	refused := runWith(t, book, dir, bin, append(common, "-demand", "resuming")...)
	assert.Contains(t, refused.Collections[0].Failure, "uncertified")
	f, err := os.OpenFile(binary, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteString("\x00")
	require.NoError(t, err)
	require.NoError(t, f.Close())
	refused = runWith(t, book, dir, bin, append(common, "-demand", "reading")...)
	assert.Contains(t, refused.Collections[0].Failure, "checksum mismatch")
}

func TestTrustFlags(t *testing.T) {
	status, _, errs := trueup(t, "run", "-demand", "everything", "p.yaml")
	assert.Equal(t, 2, status)
	assert.Contains(t, errs, "none of process, reading, resuming")
	status, _, errs = trueup(t, "run", "-trust", filepath.Join(t.TempDir(), "nothing"), "p.yaml")
	assert.Equal(t, 1, status)
	assert.Contains(t, errs, "-trust: ")
	got, err := publicKey("acme+0123+abcd")
	require.NoError(t, err)
	assert.Equal(t, "acme+0123+abcd", got)
}
