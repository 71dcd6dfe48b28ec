package trust_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/trueup-dev/trueup/connectors/trust"
)

func keys(t testing.TB) (private, public string) {
	t.Helper()
	private, public, err := note.GenerateKey(rand.Reader, "acme-itam")
	require.NoError(t, err)
	return private, public
}

var sum = strings.Repeat("ab", 32)

func TestLock(t *testing.T) {
	private, public := keys(t)
	lock := trust.Lock{"trueup-connector-glpi": sum, "trueup-connector-local": strings.Repeat("01", 32)}
	signed, err := lock.Sign(private)
	require.NoError(t, err)
	again, err := lock.Sign(private)
	require.NoError(t, err)
	assert.Equal(t, signed, again)
	got, err := trust.OpenLock(signed, public)
	require.NoError(t, err)
	assert.Equal(t, lock, got)

	_, stranger := keys(t)
	_, err = trust.OpenLock(signed, stranger)
	require.ErrorIs(t, err, trust.ErrForged)
	for i := range signed {
		changed := bytes.Clone(signed)
		changed[i] ^= 1
		if got, err := trust.OpenLock(changed, public); err == nil {
			require.Equal(t, lock, got, "byte %d", i)
		}
	}
	_, err = trust.Lock{"two words": sum}.Sign(private)
	require.ErrorContains(t, err, "not one word")
	_, err = trust.Lock{"x": "beef"}.Sign(private)
	require.ErrorContains(t, err, "x: ")
}

func TestCertificate(t *testing.T) {
	private, public := keys(t)
	want := trust.Certificate{
		Name: "glpi", Version: "1.0.0", SHA256: sum, Level: trust.Resuming, Acts: true, Checks: 45,
		Skips: []string{"ticket: it declares no tickets"},
	}
	signed, err := want.Sign(private)
	require.NoError(t, err)
	got, err := trust.OpenCertificate(signed, public)
	require.NoError(t, err)
	assert.Equal(t, want, got)
	_, err = trust.OpenLock(signed, public)
	require.ErrorContains(t, err, "trueup connector certificate v1", "a certificate is no lock file")
	_, err = trust.OpenCertificate(bytes.Replace(signed, []byte("level resuming"), []byte("level reading"), 1), public)
	require.ErrorIs(t, err, trust.ErrForged)
}

func FuzzOpenLock(f *testing.F) {
	private, public := keys(f)
	f.Add("trueup connector lock v1\n" + sum + " x\n")
	f.Fuzz(func(t *testing.T, text string) {
		signer, err := note.NewSigner(private)
		require.NoError(t, err)
		signed, err := note.Sign(&note.Note{Text: text}, signer)
		if err != nil {
			return
		}
		lock, err := trust.OpenLock(signed, public)
		if err != nil {
			return
		}
		if _, err := lock.Sign(private); err != nil {
			t.Fatalf("%q was read and cannot be written: %v", text, err)
		}
	})
}

func ExampleLock_Sign() {
	private, public, _ := note.GenerateKey(rand.Reader, "acme-itam")
	signed, _ := trust.Lock{"trueup-connector-local": strings.Repeat("01", 32)}.Sign(private)
	lock, err := trust.OpenLock(signed, public)
	fmt.Println(lock["trueup-connector-local"][:8], err)
	// Output: 01010101 <nil>
}
