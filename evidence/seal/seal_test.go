package seal_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/hold"
	"github.com/trueup-dev/trueup/evidence/seal"
	"github.com/trueup-dev/trueup/evidence/verify"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func role(t *testing.T) *age.X25519Identity {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	return id
}

func keyring(t *testing.T, dir string, roles ...*age.X25519Identity) *seal.Keyring {
	t.Helper()
	var recipients []string
	for _, r := range roles {
		recipients = append(recipients, r.Recipient().String())
	}
	k, err := seal.Open(dir, recipients...)
	require.NoError(t, err)
	return k
}

func TestRoles(t *testing.T) {
	auditor, privacy, stranger := role(t), role(t), role(t)
	dir := t.TempDir()
	k := keyring(t, dir, auditor, privacy)
	f, err := k.Seal("ann@example.com", []byte("last used in May"))
	require.NoError(t, err)
	again, err := k.Seal("ann@example.com", []byte("last used in May"))
	require.NoError(t, err)
	require.Equal(t, f.Key, again.Key)
	require.NotEqual(t, f.Ciphertext, again.Ciphertext)
	other, err := k.Seal("bob@example.com", nil)
	require.NoError(t, err)
	require.NotEqual(t, f.Key, other.Key)

	k = keyring(t, dir, auditor) // opened again
	for _, reader := range []age.Identity{auditor, privacy} {
		got, err := k.Open(f, reader)
		require.NoError(t, err)
		require.Equal(t, "last used in May", string(got))
	}
	_, err = k.Open(f, stranger)
	require.ErrorIs(t, err, seal.ErrNoAccess)
	_, err = k.Open(f)
	require.ErrorIs(t, err, seal.ErrNoAccess)
	f.Ciphertext[len(f.Ciphertext)-1] ^= 1
	_, err = k.Open(f, auditor)
	require.ErrorIs(t, err, seal.ErrInvalid)
	_, err = k.Open(seal.Sealed{Key: "../pepper"}, auditor)
	require.ErrorIs(t, err, seal.ErrInvalid)
}

// book is the holds of a log with what is appended to it.
func book(t *testing.T, k *seal.Keyring, entries ...evidence.Entry) *hold.Book {
	t.Helper()
	signer, err := evidence.NewSigner("example.com/licences", ed25519.NewKeyFromSeed(make([]byte, 32)))
	require.NoError(t, err)
	l, err := evidence.Open(t.Context(), t.TempDir(), evidence.Options{Signer: signer})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	for _, e := range entries {
		_, err := l.Append(t.Context(), e)
		require.NoError(t, err)
	}
	return &hold.Book{Log: l, Describe: describe(k)}
}

// describe says whose data is in entries of kind usage, which are a sealed field.
func describe(k *seal.Keyring) hold.Describe {
	return func(r evidence.Record) (hold.About, error) {
		if r.Kind != "usage" {
			return hold.About{}, nil
		}
		var f seal.Sealed
		if err := json.Unmarshal(r.Payload, &f); err != nil {
			return hold.About{}, err
		}
		p, err := k.PseudonymOf(f)
		if errors.Is(err, seal.ErrErased) {
			return hold.About{At: noon}, nil
		}
		return hold.About{At: noon, Subjects: []hold.Pseudonym{p}}, err
	}
}

func usage(t *testing.T, f seal.Sealed) evidence.Entry {
	t.Helper()
	payload, err := json.Marshal(f)
	require.NoError(t, err)
	return evidence.Entry{Kind: "usage", Payload: payload}
}

func TestArguments(t *testing.T) {
	_, err := seal.Open(t.TempDir())
	require.ErrorIs(t, err, seal.ErrInvalid)
	_, err = seal.Open(t.TempDir(), "age1nonsense")
	require.ErrorIs(t, err, seal.ErrInvalid)
	k := keyring(t, t.TempDir(), role(t))
	_, err = k.Seal("", nil)
	require.ErrorIs(t, err, seal.ErrInvalid)
	_, _, err = k.Erase(t.Context(), nil, "nobody", noon, "")
	require.ErrorIs(t, err, seal.ErrInvalid)
	_, _, err = k.Erase(t.Context(), book(t, k), "", noon, "")
	require.ErrorIs(t, err, seal.ErrInvalid)
	_, _, err = k.Erase(t.Context(), book(t, k), "nobody", noon, "")
	require.ErrorIs(t, err, seal.ErrUnknownSubject)
	_, err = k.PseudonymOf(seal.Sealed{Key: "../pepper"})
	require.ErrorIs(t, err, seal.ErrInvalid)
}

// A subject is erased from a log that goes on verifying. Her name and her data are
// found nowhere, another subject's data stays, and the receipt is hers only to whom
// has the salt.
func TestErase(t *testing.T) {
	ctx := t.Context()
	auditor := role(t)
	rings, folder := t.TempDir(), t.TempDir()
	k := keyring(t, rings, auditor)
	signer, err := evidence.NewSigner("example.com/licences", ed25519.NewKeyFromSeed(make([]byte, 32)))
	require.NoError(t, err)
	l, err := evidence.Open(ctx, folder, evidence.Options{Signer: signer})
	require.NoError(t, err)
	fields := map[seal.Subject]seal.Sealed{}
	for _, s := range []seal.Subject{"ann@example.com", "bob@example.com"} {
		f, err := k.Seal(s, []byte("canary of "+s))
		require.NoError(t, err)
		fields[s] = f
		_, err = l.Append(ctx, usage(t, f))
		require.NoError(t, err)
	}
	holds := &hold.Book{Log: l, Describe: describe(k)}
	backup := t.TempDir()
	require.NoError(t, os.CopyFS(backup, os.DirFS(folder)))

	receipt, salt, err := k.Erase(ctx, holds, "ann@example.com", noon, "GDPR art. 17")
	require.NoError(t, err)
	require.True(t, receipt.Concerns("ann@example.com", salt))
	require.False(t, receipt.Concerns("bob@example.com", salt))
	require.False(t, receipt.Concerns("ann@example.com", nil))
	payload, err := receipt.Payload()
	require.NoError(t, err)
	_, err = l.Append(ctx, evidence.Entry{Kind: seal.KindReceipt, Payload: payload})
	require.NoError(t, err)

	_, _, err = k.Erase(ctx, holds, "ann@example.com", noon, "again")
	require.ErrorIs(t, err, seal.ErrUnknownSubject)
	require.NoError(t, l.Close())

	_, err = k.Open(fields["ann@example.com"], auditor)
	require.ErrorIs(t, err, seal.ErrErased)
	got, err := k.Open(fields["bob@example.com"], auditor)
	require.NoError(t, err)
	require.Equal(t, "canary of bob@example.com", string(got))
	rep, err := verify.Folder(ctx, os.DirFS(folder), verify.Options{Key: signer.VerifierKey()})
	require.NoError(t, err)
	require.NoError(t, rep.Err())
	// A backup of everything that is made now, with the roles' identities: no key in it
	// opens her field, while one opens his.
	after := t.TempDir()
	require.NoError(t, os.CopyFS(after+"/keyring", os.DirFS(rings)))
	require.NoError(t, os.CopyFS(after+"/log", os.DirFS(folder)))
	require.Equal(t, 0, keysThatOpen(t, after+"/keyring", fields["ann@example.com"], auditor))
	require.Equal(t, 1, keysThatOpen(t, after+"/keyring", fields["bob@example.com"], auditor))
	for _, dir := range []string{rings, folder, backup, after} {
		require.False(t, contains(t, dir, "ann@example.com"), dir)
		require.False(t, contains(t, dir, string(fields["ann@example.com"].Key)) && dir == rings, "the key ID is left in the keyring")
	}

	// New data about her comes under a new key, and the old stays erased.
	f, err := k.Seal("ann@example.com", []byte("new"))
	require.NoError(t, err)
	require.NotEqual(t, fields["ann@example.com"].Key, f.Key)
}

// keysThatOpen tries every file of a keyring as the key of a field.
func keysThatOpen(t *testing.T, ring string, f seal.Sealed, role age.Identity) (n int) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(ring, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		r, err := age.Decrypt(bytes.NewReader(b), role)
		if err != nil {
			return nil
		}
		key, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		identity, err := age.ParseX25519Identity(strings.TrimSpace(string(key)))
		if err != nil {
			return err
		}
		if _, err := age.Decrypt(bytes.NewReader(f.Ciphertext), identity); err == nil {
			n++
		}
		return nil
	}))
	return n
}

func contains(t *testing.T, dir, text string) bool {
	t.Helper()
	found := false
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		found = found || bytes.Contains(b, []byte(text)) || strings.Contains(path, text)
		return err
	}))
	return found
}

func TestHeldIsNotErased(t *testing.T) {
	auditor := role(t)
	dir := t.TempDir()
	k := keyring(t, dir, auditor)
	f, err := k.Seal("ann", []byte("x"))
	require.NoError(t, err)
	b := book(t, k, usage(t, f))
	for _, matter := range []string{"Acme v. Example", "audit 2026", "audit 2026"} {
		_, err := b.Place(t.Context(), hold.Hold{Matter: matter, By: "counsel", At: noon, Reason: "notice", Subjects: []hold.Pseudonym{k.Pseudonym("ann")}})
		require.NoError(t, err)
	}
	_, err = b.Place(t.Context(), hold.Hold{Matter: "all usage", By: "counsel", At: noon, Reason: "order", Scopes: []hold.Scope{{Kinds: "usage"}}})
	require.NoError(t, err)
	for _, matter := range []string{"audit 2026", "all usage", "Acme v. Example"} {
		k, err = seal.Open(dir) // opened again: what counts is in the log
		require.NoError(t, err)
		_, _, err = k.Erase(t.Context(), b, "ann", noon, "request")
		require.ErrorIs(t, err, hold.ErrHeld)
		require.NotContains(t, err.Error(), "ann")
		_, err := k.Open(f, auditor)
		require.NoError(t, err, "a held subject is untouched")
		_, err = b.Release(t.Context(), hold.Release{Matter: matter, By: "counsel", At: noon, Reason: "settled"})
		require.NoError(t, err)
	}
	_, _, err = k.Erase(t.Context(), b, "ann", noon, "request")
	require.NoError(t, err)
	_, err = k.PseudonymOf(f)
	require.ErrorIs(t, err, seal.ErrErased)
}

func TestPseudonyms(t *testing.T) {
	dir := t.TempDir()
	k := keyring(t, dir, role(t))
	before := k.Pseudonym("ann")
	f, err := k.Seal("ann", []byte("x"))
	require.NoError(t, err)
	g, err := k.Seal("bob", []byte("x"))
	require.NoError(t, err)
	for range 2 {
		p, err := k.PseudonymOf(f)
		require.NoError(t, err)
		require.Equal(t, before, p)
		q, err := k.PseudonymOf(g)
		require.NoError(t, err)
		require.Equal(t, k.Pseudonym("bob"), q)
		require.NotEqual(t, p, q)
		require.False(t, contains(t, dir, string(p)), "the log must not say which file is whose")
		k, err = seal.Open(dir)
		require.NoError(t, err)
	}
	_, err = k.Seal("carl", nil)
	require.ErrorIs(t, err, seal.ErrInvalid, "it has no roles to make a key for")
	require.NotEqual(t, before, keyring(t, t.TempDir(), role(t)).Pseudonym("ann"), "of another keyring")

	require.NoError(t, os.RemoveAll(filepath.Join(dir, "subjects")))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "subjects"), 0o700))
	k, err = seal.Open(dir)
	require.NoError(t, err)
	_, err = k.PseudonymOf(f)
	require.ErrorIs(t, err, seal.ErrInvalid, "a key that is nobody's is not an erased one")
}

// An erasure that stops after the private key is gone must not leave a public key
// behind that is sealed with.
func TestInterruptedErasure(t *testing.T) {
	auditor := role(t)
	dir := t.TempDir()
	k := keyring(t, dir, auditor)
	old, err := k.Seal("ann", []byte("old"))
	require.NoError(t, err)
	require.NoError(t, os.Remove(filepath.Join(dir, "keys", string(old.Key))))
	f, err := k.Seal("ann", []byte("new"))
	require.NoError(t, err)
	got, err := k.Open(f, auditor)
	require.NoError(t, err)
	require.Equal(t, "new", string(got))
	_, err = k.Open(old, auditor)
	require.ErrorIs(t, err, seal.ErrErased)
}

// The age command opens what is here, if it is installed.
func TestAgeCommand(t *testing.T) {
	command, err := exec.LookPath("age")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("age is missing: install the package age")
		}
		t.Skip("age is not installed")
	}
	auditor := role(t)
	dir, work := t.TempDir(), t.TempDir()
	k := keyring(t, dir, auditor)
	f, err := k.Seal("ann", []byte("x"))
	require.NoError(t, err)
	write := func(name string, b []byte) string {
		path := filepath.Join(work, name)
		require.NoError(t, os.WriteFile(path, b, 0o600))
		return path
	}
	role := write("role", fmt.Appendf(nil, "%s\n", auditor))
	key, err := exec.Command(command, "-d", "-i", role, filepath.Join(dir, "keys", string(f.Key))).Output()
	require.NoError(t, err)
	out, err := exec.Command(command, "-d", "-i", write("key", key), write("field", f.Ciphertext)).Output()
	require.NoError(t, err)
	require.Equal(t, "x", string(out))
}
