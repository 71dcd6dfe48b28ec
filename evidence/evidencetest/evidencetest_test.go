package evidencetest_test

import (
	"context"
	"crypto/ed25519"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/evidencetest"
)

func options(t *testing.T, wrap func(*evidence.Log) evidencetest.Log) evidencetest.Options {
	t.Helper()
	s, err := evidence.NewSigner("example.com/licences", ed25519.NewKeyFromSeed([]byte("0123456789abcdef0123456789abcdef")))
	require.NoError(t, err)
	dir := t.TempDir()
	return evidencetest.Options{
		VerifierKey: s.VerifierKey(),
		Open: func(ctx context.Context) (evidencetest.Log, error) {
			l, err := evidence.Open(ctx, dir, evidence.Options{Signer: s})
			if err != nil {
				return nil, err
			}
			return wrap(l), nil
		},
	}
}

func TestFolder(t *testing.T) {
	require.NoError(t, evidencetest.TestLog(t.Context(), options(t, func(l *evidence.Log) evidencetest.Log { return l })))
}

// forgetful breaks one rule: it ignores keys.
type forgetful struct{ *evidence.Log }

func (f forgetful) Append(ctx context.Context, e evidence.Entry) (evidence.Index, error) {
	e.Key = ""
	return f.Log.Append(ctx, e)
}

func TestBrokenStoreIsNamed(t *testing.T) {
	err := evidencetest.TestLog(t.Context(), options(t, func(l *evidence.Log) evidencetest.Log { return forgetful{l} }))
	require.ErrorContains(t, err, "keys: an equal key gives the first index")
	require.ErrorContains(t, err, "indexes: entries get 0, 1, 2")
	require.NotContains(t, err.Error(), "batch: ")
}
