package export_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/export"
	"github.com/trueup-dev/trueup/evidence/ipe"
	"github.com/trueup-dev/trueup/evidence/statement"
	"github.com/trueup-dev/trueup/evidence/verify"
)

var at = time.Date(2026, 9, 30, 0, 0, 0, 0, time.UTC)

func header(population int64) *ipe.Header {
	return &ipe.Header{
		Title: "Positions", Query: "entries of kind trueup.position/1", AsOf: at, Produced: at.Add(time.Hour), Preparer: "trueup",
		Population: population, ControlTotals: map[string]string{"short": "3"}, Digests: map[string]string{"playbook": "sha256:00"},
	}
}

func ExampleCSV() {
	var b strings.Builder
	err := export.CSV(&b, header(2), []string{"product", "short"}, [][]string{{"oracle/database", "3"}, {"=cmd()", "-1"}})
	fmt.Println(b.String(), err)
	// Output:
	// Title,Positions
	// Query,entries of kind trueup.position/1
	// As of,2026-09-30T00:00:00Z
	// Produced,2026-09-30T01:00:00Z
	// Preparer,trueup
	// Population,2
	// Control total short,3
	// Digest playbook,sha256:00
	// Rows shown,2
	//
	// product,short
	// oracle/database,3
	// '=cmd(),-1
	//  <nil>
}

// No cell, wherever it stands, begins as a formula; every cell reads back.
func TestFormulasAreEscaped(t *testing.T) {
	cells := []string{"=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\ufeff=1", "=1", "@x", "'=1",
		"plain", "", "-5", "+3.5", "1e3", "a=b", "\"=1\"", "x,y"}
	var b bytes.Buffer
	h := header(int64(len(cells)))
	h.Title = "=HYPERLINK()"
	rows := make([][]string, len(cells))
	for i, c := range cells {
		rows[i] = []string{c, "x"}
	}
	require.NoError(t, export.CSV(&b, h, []string{"=head", "x"}, rows))
	r := csv.NewReader(&b)
	r.FieldsPerRecord = -1
	got, err := r.ReadAll()
	require.NoError(t, err)
	require.Equal(t, "'=HYPERLINK()", got[0][1])
	got = got[len(got)-len(cells)-1:]
	require.Equal(t, "'=head", got[0][0])
	for i, c := range cells {
		cell := got[i+1][0]
		require.Equal(t, strings.ReplaceAll(c, "\r\n", "\n"), strings.TrimPrefix(cell, map[bool]string{true: "'"}[cell != c]), c)
		if number := c == "-5" || c == "+3.5"; !number {
			require.NotContains(t, "=+-@=@", string([]rune(strings.TrimSpace(strings.Trim(cell, "\ufeff")) + "x")[0]), c)
		}
	}
}

func TestListsThatAreRefused(t *testing.T) {
	var b bytes.Buffer
	require.ErrorIs(t, export.CSV(&b, &ipe.Header{}, nil, nil), ipe.ErrHeader)
	require.ErrorIs(t, export.CSV(&b, header(0), []string{"a"}, [][]string{{"1"}}), export.ErrExport)
	require.ErrorIs(t, export.CSV(&b, header(1), []string{"a"}, [][]string{{"1", "2"}}), export.ErrExport)
}

func log(t *testing.T) (*evidence.Log, *evidence.Signer, string) {
	t.Helper()
	s, err := evidence.NewSigner("example.com/licences", ed25519.NewKeyFromSeed(make([]byte, 32)))
	require.NoError(t, err)
	dir := t.TempDir()
	l, err := evidence.Open(t.Context(), dir, evidence.Options{Signer: s})
	require.NoError(t, err)
	for _, kind := range []evidence.Kind{"trueup.position/1", "trueup.plan/1"} {
		_, err = l.Append(t.Context(), evidence.Entry{Kind: kind, Run: "2026-Q3", Payload: []byte("canary")})
		require.NoError(t, err)
	}
	e, err := evidence.RunStatement{Run: "2026-Q3", Counts: []evidence.KindCount{{Kind: "trueup.position/1", Count: 1}, {Kind: "trueup.plan/1", Count: 1}}}.Entry()
	require.NoError(t, err)
	_, err = l.Append(t.Context(), e)
	require.NoError(t, err)
	return l, s, dir
}

// Every event is well-formed as CloudEvents 1.0 says, distinct, and proves by its leaf
// that the entry is in the log, without its payload.
func TestCloudEvents(t *testing.T) {
	l, _, _ := log(t)
	c, err := l.Checkpoint(t.Context())
	require.NoError(t, err)
	ids := map[string]bool{}
	for rec, err := range l.Entries(t.Context(), 0) {
		require.NoError(t, err)
		b, err := export.CloudEvent(t.Context(), l, c.Origin, rec, at)
		require.NoError(t, err)
		require.Less(t, len(b), 64<<10)
		require.NotContains(t, string(b), "canary")
		require.NotContains(t, string(b), base64.StdEncoding.EncodeToString([]byte("canary")))
		var attributes map[string]any
		require.NoError(t, json.Unmarshal(b, &attributes))
		for name := range attributes {
			require.Regexp(t, `^[a-z0-9]{1,20}$`, name)
		}
		for _, required := range []string{"specversion", "id", "source", "type"} {
			require.NotEmpty(t, attributes[required])
		}
		require.Equal(t, "1.0", attributes["specversion"])
		_, err = time.Parse(time.RFC3339, attributes["time"].(string))
		require.NoError(t, err)
		ids[attributes["id"].(string)] = true

		var e export.Event
		require.NoError(t, json.Unmarshal(b, &e))
		leaf, err := base64.StdEncoding.DecodeString(e.Data.Leaf)
		require.NoError(t, err)
		p, err := l.ProveInclusion(t.Context(), rec.Index, c.Size)
		require.NoError(t, err)
		require.NoError(t, tlog.CheckRecord(p, c.Size, c.Root, e.Data.Index, tlog.RecordHash(leaf)))
		require.Equal(t, tlog.RecordHash(leaf).String(), e.Data.SHA256)
	}
	require.Len(t, ids, 3)
	_, err = export.CloudEvent(t.Context(), l, c.Origin, evidence.Record{Index: 9}, at)
	require.ErrorIs(t, err, evidence.ErrNotFound)
	require.NoError(t, l.Close())
}

func TestSVR(t *testing.T) {
	l, s, dir := log(t)
	require.NoError(t, l.Close())
	rep, err := verify.Folder(context.Background(), os.DirFS(dir), verify.Options{Key: s.VerifierKey()})
	require.NoError(t, err)
	checkpoint, err := os.ReadFile(dir + "/checkpoint")
	require.NoError(t, err)
	st, err := export.SVR(rep, checkpoint, "https://auditor.example/verifier/v1", at)
	require.NoError(t, err)
	key := ed25519.NewKeyFromSeed([]byte("0123456789abcdef0123456789abcdef"))
	signer, err := statement.NewSigner(key)
	require.NoError(t, err)
	e, err := st.Sign(signer)
	require.NoError(t, err)
	opened, _, err := statement.Open(e, 1, key.Public().(ed25519.PublicKey))
	require.NoError(t, err)
	require.Equal(t, export.TypeSVR, opened.PredicateType)
	require.JSONEq(t, `{"verifier": {"id": "https://auditor.example/verifier/v1"}, "timeCreated": "2026-09-30T00:00:00Z",
		"properties": ["TRUEUP_EVIDENCE_INTEGRITY", "TRUEUP_EVIDENCE_COMPLETENESS", "TRUEUP_EVIDENCE_PROVENANCE"]}`, string(opened.Predicate))

	rep.Integrity.Status = verify.Fail
	st, err = export.SVR(rep, checkpoint, "https://auditor.example/verifier/v1", at)
	require.NoError(t, err)
	require.NotContains(t, string(st.Predicate), "INTEGRITY")
	_, err = export.SVR(rep, checkpoint, "me", at)
	require.ErrorIs(t, err, export.ErrExport)
}
