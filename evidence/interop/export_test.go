package interop

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/v2/event"
	svr "github.com/in-toto/attestation/go/predicates/svr/v01"
	intoto "github.com/in-toto/attestation/go/v1"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/export"
	"github.com/trueup-dev/trueup/evidence/statement"
	"github.com/trueup-dev/trueup/evidence/verify"
)

var at = time.Date(2026, 9, 30, 12, 0, 0, 0, time.UTC)

// written is a log of a run of two entries, closed.
func written(t *testing.T) (dir string, signer *evidence.Signer) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	signer, err = evidence.NewSigner("example.com/licences", private)
	require.NoError(t, err)
	dir = t.TempDir()
	l, err := evidence.Open(t.Context(), dir, evidence.Options{Signer: signer})
	require.NoError(t, err)
	run := l.Run("2026-Q3")
	for _, kind := range []evidence.Kind{"trueup.run/1", "trueup.position/1"} {
		_, err := run.Append(t.Context(), evidence.Entry{Kind: kind, Payload: []byte("canary")})
		require.NoError(t, err)
	}
	_, err = run.Complete(t.Context())
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return dir, signer
}

// The SDK of CloudEvents reads every event and finds it valid, and not one that lacks
// what the format asks for.
func TestCloudEvents(t *testing.T) {
	dir, signer := written(t)
	l, err := evidence.Open(t.Context(), dir, evidence.Options{Signer: signer})
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	seen := map[string]bool{}
	for rec, err := range l.Entries(t.Context(), 0) {
		require.NoError(t, err)
		b, err := export.CloudEvent(t.Context(), l, "example.com/licences", rec, at)
		require.NoError(t, err)
		var e event.Event
		require.NoError(t, e.UnmarshalJSON(b))
		require.NoError(t, e.Validate())
		require.Equal(t, "//example.com/licences", e.Source())
		require.Equal(t, export.EventType+string(rec.Kind), e.Type())
		require.True(t, e.Time().Equal(at))
		var data export.EventData
		require.NoError(t, e.DataAs(&data))
		require.Equal(t, int64(rec.Index), data.Index)
		seen[e.Source()+e.ID()] = true

		var broken event.Event
		err = broken.UnmarshalJSON([]byte(strings.Replace(string(b), `"type"`, `"typo"`, 1)))
		if err == nil {
			err = broken.Validate()
		}
		require.Error(t, err)
	}
	require.Len(t, seen, 3)
}

// The messages of in-toto, generated from its own definitions, read the statement and its
// predicate, and refuse a field that they do not have.
func TestSVR(t *testing.T) {
	dir, signer := written(t)
	rep, err := verify.Folder(context.Background(), os.DirFS(dir), verify.Options{Key: signer.VerifierKey()})
	require.NoError(t, err)
	checkpoint, err := os.ReadFile(dir + "/checkpoint")
	require.NoError(t, err)
	s, err := export.SVR(rep, checkpoint, "https://auditor.example/verifier/v1", at)
	require.NoError(t, err)
	key, err := statement.NewSigner(signer.Key())
	require.NoError(t, err)
	envelope, err := s.Sign(key)
	require.NoError(t, err)
	payload, _, err := envelope.Verify(statement.PayloadType, 1, signer.Key().Public().(ed25519.PublicKey))
	require.NoError(t, err)

	var got intoto.Statement
	require.NoError(t, protojson.Unmarshal(payload, &got))
	require.NoError(t, got.Validate())
	require.Equal(t, export.TypeSVR, got.GetPredicateType())
	predicate, err := protojson.Marshal(got.GetPredicate())
	require.NoError(t, err)
	var result svr.SimpleVerificationResult
	require.NoError(t, protojson.Unmarshal(predicate, &result))
	require.Equal(t, "https://auditor.example/verifier/v1", result.GetVerifier().GetId())
	require.True(t, result.GetTimeCreated().AsTime().Equal(at))
	require.Equal(t, []string{export.PropertyIntegrity, export.PropertyCompleteness, export.PropertyProvenance}, result.GetProperties())
	require.Error(t, protojson.Unmarshal([]byte(strings.Replace(string(predicate), "properties", "propertys", 1)), &result))
}
