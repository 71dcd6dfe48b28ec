package evidence_test

import (
	"crypto"
	"crypto/ed25519"
	"errors"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/verify"
)

// elsewhere is a key that is reached over a network.
type elsewhere struct {
	ed25519.PrivateKey
	down  error
	other bool // it was replaced
}

func (k *elsewhere) Sign(random io.Reader, message []byte, opts crypto.SignerOpts) ([]byte, error) {
	if k.down != nil {
		return nil, k.down
	}
	if k.other {
		return ed25519.NewKeyFromSeed(make([]byte, 32)).Sign(random, message, opts)
	}
	return k.PrivateKey.Sign(random, message, opts)
}

// While the key cannot be reached, or is another one, entries are appended durably and no
// checkpoint is published; once it is back, the next checkpoint covers all.
func TestKeyElsewhere(t *testing.T) {
	ctx := t.Context()
	key := &elsewhere{PrivateKey: ed25519.NewKeyFromSeed([]byte("0123456789abcdef0123456789abcdef"))}
	s, err := evidence.NewSigner("example.com/licences", key)
	require.NoError(t, err)
	dir := t.TempDir()
	l, err := evidence.Open(ctx, dir, evidence.Options{Signer: s})
	require.NoError(t, err)
	before, err := l.Latest(ctx)
	require.NoError(t, err)
	down := errors.New("connection refused")
	for _, broken := range []elsewhere{{PrivateKey: key.PrivateKey, down: down}, {PrivateKey: key.PrivateKey, other: true}} {
		*key = broken
		_, err = l.Append(ctx, evidence.Entry{Kind: "plan"})
		require.NoError(t, err)
		_, err = l.Checkpoint(ctx)
		require.ErrorContains(t, err, "sign as example.com/licences")
		require.Equal(t, broken.down != nil, errors.Is(err, down))
		latest, err := l.Latest(ctx)
		require.NoError(t, err)
		require.Equal(t, before, latest)
	}
	*key = elsewhere{PrivateKey: key.PrivateKey}
	c, err := l.Checkpoint(ctx)
	require.NoError(t, err)
	require.Equal(t, int64(2), c.Size)
	require.NoError(t, l.Close())
	rep, err := verify.Folder(ctx, os.DirFS(dir), verify.Options{Key: s.VerifierKey()})
	require.NoError(t, err)
	require.NoError(t, rep.Err())
}
