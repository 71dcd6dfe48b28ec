package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCertificateCheck(t *testing.T) {
	status, out, errs := trueup(t, "certificate", "check", "testdata/certificate.json")
	require.Equal(t, 0, status, errs)
	golden(t, "testdata/certificate.golden", out)

	status, out, errs = trueup(t, "certificate", "check", "testdata/certificates.json")
	require.Equal(t, 1, status)
	assert.Contains(t, errs, "1 of 2 refused")
	golden(t, "testdata/certificates.golden", out)
}

// What reconcile writes the check reads.
func TestCertificateOfAReconciliation(t *testing.T) {
	for _, estate := range []string{"testdata/before", "testdata/after"} {
		status, out, errs := trueup(t, "reconcile", "-estate", estate, "-json", "-certificates")
		require.Equal(t, 0, status, errs)
		file := t.TempDir() + "/result.json"
		require.NoError(t, os.WriteFile(file, []byte(out), 0o600))
		status, out, errs = trueup(t, "certificate", "check", file)
		require.Equal(t, 0, status, errs)
		assert.Contains(t, out, "autodesk/autocad")
		assert.Contains(t, out, "accepted")
	}
}

func TestCertificateCheckFindsNone(t *testing.T) {
	status, _, errs := trueup(t, "certificate", "check", "testdata/before/estate.json")
	assert.Equal(t, 1, status)
	assert.Contains(t, errs, "holds no certificate")
	status, _, errs = trueup(t, "certificate", "check", "testdata/nowhere.json")
	assert.Equal(t, 1, status)
	assert.Contains(t, errs, "nowhere.json")
	status, _, _ = trueup(t, "certificate", "check")
	assert.Equal(t, 2, status)
}

// A certificate with one digit changed is refused, whatever the digit.
func TestCertificateCheckRefusesEveryChangedDigit(t *testing.T) {
	text, err := os.ReadFile("testdata/certificate.json")
	require.NoError(t, err)
	file := t.TempDir() + "/changed.json"
	changed := 0
	for i, c := range string(text) {
		if !strings.ContainsRune("0123456789", c) {
			continue
		}
		other := []byte(string(text))
		other[i] = '0' + (byte(c)-'0'+1)%10
		require.NoError(t, os.WriteFile(file, other, 0o600))
		status, out, _ := trueup(t, "certificate", "check", file)
		require.Equal(t, 1, status, "%s\n%s", other, out)
		changed++
	}
	assert.Greater(t, changed, 100)
}
