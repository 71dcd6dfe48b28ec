package seal_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence/seal"
)

// A sealed field that comes from elsewhere opens to what was sealed, or not at all.
func FuzzOpen(f *testing.F) {
	auditor, err := age.GenerateX25519Identity()
	require.NoError(f, err)
	dir := f.TempDir()
	k, err := seal.Open(dir, auditor.Recipient().String())
	require.NoError(f, err)
	sealed, err := k.Seal("ann", []byte("last used in May"))
	require.NoError(f, err)
	f.Add(string(sealed.Key), sealed.Ciphertext)
	f.Add("../pepper", sealed.Ciphertext)
	f.Add(string(sealed.Key), sealed.Ciphertext[:len(sealed.Ciphertext)-1])
	f.Fuzz(func(t *testing.T, key string, ciphertext []byte) {
		field := seal.Sealed{Key: seal.KeyID(key), Ciphertext: ciphertext}
		got, err := k.Open(field, auditor)
		if err == nil {
			require.Equal(t, "last used in May", string(got))
		} else {
			require.True(t, errors.Is(err, seal.ErrInvalid) || errors.Is(err, seal.ErrErased) || errors.Is(err, seal.ErrNoAccess), err)
		}
		if p, err := k.PseudonymOf(field); err == nil {
			require.Equal(t, k.Pseudonym("ann"), p)
		}
	})
}

// A file of a keyring that is damaged is named as such: nobody is sealed for with a key
// that is not theirs, and no field is taken to be nobody's.
func FuzzKeyring(f *testing.F) {
	auditor, err := age.GenerateX25519Identity()
	require.NoError(f, err)
	dir := f.TempDir()
	k, err := seal.Open(dir, auditor.Recipient().String())
	require.NoError(f, err)
	field, err := k.Seal("ann", []byte("x"))
	require.NoError(f, err)
	files, err := filepath.Glob(filepath.Join(dir, "subjects", "*"))
	require.NoError(f, err)
	require.Len(f, files, 1)
	whole, err := os.ReadFile(files[0])
	require.NoError(f, err)
	f.Add(whole)
	f.Add(whole[:40])
	f.Add(bytes.ToUpper(whole))
	f.Add([]byte("\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		require.NoError(t, os.WriteFile(files[0], b, 0o600))
		k, err := seal.Open(dir, auditor.Recipient().String())
		require.NoError(t, err)
		if p, err := k.PseudonymOf(field); err == nil {
			require.Equal(t, k.Pseudonym("ann"), p)
		} else {
			require.ErrorIs(t, err, seal.ErrInvalid)
		}
		require.NoError(t, os.WriteFile(files[0], whole, 0o600))
	})
}
