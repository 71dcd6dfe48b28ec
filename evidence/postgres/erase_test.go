package postgres_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"os"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/hold"
	"github.com/trueup-dev/trueup/evidence/postgres/postgrestest"
	"github.com/trueup-dev/trueup/evidence/seal"
)

// A sealed field never enters the database in clear, and after its subject's key is
// destroyed nobody opens it: not from the tables, not from the write-ahead log, not
// from a copy made before or after. The log goes on verifying, and who is held is
// untouched.
func TestErasure(t *testing.T) {
	server := postgrestest.Start(t)
	l := open(t, pool(t, server.URL()))
	role, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	ring, err := seal.Open(t.TempDir(), role.Recipient().String())
	require.NoError(t, err)
	fields := map[seal.Subject]seal.Sealed{}
	for _, subject := range []seal.Subject{"canary-ada", "canary-bob"} {
		fields[subject], err = ring.Seal(subject, []byte("canary: uses the licence of "+string(subject)))
		require.NoError(t, err)
		payload, err := json.Marshal(fields[subject])
		require.NoError(t, err)
		_, err = l.Append(t.Context(), evidence.Entry{Kind: "person", Payload: payload})
		require.NoError(t, err)
	}
	holds := &hold.Book{Log: l, Describe: func(evidence.Record) (hold.About, error) { return hold.About{}, nil }}
	_, err = holds.Place(t.Context(), hold.Hold{Matter: "matter 7", By: "counsel", At: time.Now(), Reason: "notice",
		Subjects: []hold.Pseudonym{ring.Pseudonym("canary-bob")}})
	require.NoError(t, err)
	before := t.TempDir() + "/before"
	_, err = l.Checkpoint(t.Context())
	require.NoError(t, err)
	_, err = l.Export(t.Context(), before)
	require.NoError(t, err)

	receipt, _, err := ring.Erase(t.Context(), holds, "canary-ada", time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), "GDPR art. 17")
	require.NoError(t, err)
	_, _, err = ring.Erase(t.Context(), holds, "canary-bob", time.Now(), "GDPR art. 17")
	require.ErrorIs(t, err, hold.ErrHeld)
	payload, err := receipt.Payload()
	require.NoError(t, err)
	_, err = l.Append(t.Context(), evidence.Entry{Kind: seal.KindReceipt, Payload: payload})
	require.NoError(t, err)
	require.NoError(t, l.Close())

	dump := server.Backup(t)
	for what, url := range map[string]string{"tables": server.URL(), "a backup made after": server.Restore(t, "restored", dump)} {
		l := open(t, pool(t, url))
		for i, want := range []error{seal.ErrErased, nil} {
			e, err := l.Entry(t.Context(), evidence.Index(i))
			require.NoError(t, err, what)
			var f seal.Sealed
			require.NoError(t, json.Unmarshal(e.Payload, &f))
			got, err := ring.Open(f, role)
			require.ErrorIs(t, err, want, what)
			require.Equal(t, err == nil, bytes.Contains(got, []byte("canary-bob")), what)
		}
		require.NoError(t, verified(t, l).Err(), what)
	}
	require.False(t, bytes.Contains(dump, []byte("canary")) || bytes.Contains(dump, []byte(hex.EncodeToString([]byte("canary")))))
	for _, dir := range []string{server.Dir(), before} { // tables, write-ahead log, copy
		files := 0
		require.NoError(t, fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			b, err := fs.ReadFile(os.DirFS(dir), name)
			require.False(t, bytes.Contains(b, []byte("canary")), name)
			files++
			return err
		}))
		require.Greater(t, files, 1)
	}
}
