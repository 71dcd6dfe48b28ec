package format

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

func records() *rapid.Generator[Record] {
	return rapid.Custom(func(t *rapid.T) Record {
		r := Record{
			Kind:    rapid.StringMatching(`[a-z.]{1,40}`).Draw(t, "kind"),
			Run:     rapid.StringN(0, 50, MaxName).Draw(t, "run"),
			Key:     rapid.StringN(0, 50, MaxName).Draw(t, "key"),
			Payload: rapid.SliceOf(rapid.Byte()).Draw(t, "payload"),
		}
		copy(r.Salt[:], rapid.SliceOfN(rapid.Byte(), SaltSize, SaltSize).Draw(t, "salt"))
		return r
	})
}

func TestRecordRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := records().Draw(t, "record")
		b := AppendRecord(nil, &r)
		require.Len(t, b, r.Size())
		got, err := ParseRecord(b)
		require.NoError(t, err)
		require.Equal(t, r.Kind, got.Kind)
		require.Equal(t, r.Run, got.Run)
		require.Equal(t, r.Key, got.Key)
		require.Equal(t, r.Salt, got.Salt)
		require.True(t, bytes.Equal(r.Payload, got.Payload))
		_, err = ParseRecord(b[:len(b)-1])
		require.ErrorIs(t, err, ErrRecord)
		_, err = ParseRecord(append(b, 0))
		require.ErrorIs(t, err, ErrRecord)
	})
}

// The encoding is fixed: these bytes lie in logs that must verify for ever.
func TestGoldenRecord(t *testing.T) {
	r := Record{Kind: "position", Run: "2026-Q3", Key: "p/1", Payload: []byte("payload")}
	copy(r.Salt[:], "0123456789abcdef")
	require.Equal(t, "0101"+
		"0008"+hex.EncodeToString([]byte("position"))+
		"0007"+hex.EncodeToString([]byte("2026-Q3"))+
		hex.EncodeToString([]byte("0123456789abcdef"))+
		"0003"+hex.EncodeToString([]byte("p/1"))+
		"00000007"+hex.EncodeToString([]byte("payload")), hex.EncodeToString(AppendRecord(nil, &r)))

	commitment := sha256.Sum256([]byte("\x01\x010123456789abcdef\x00\x03p/1payload"))
	leaf, _ := AppendLeaf(nil, &r, nil)
	require.Equal(t, "\x01\x01\x00\x08position\x00\x072026-Q3"+string(commitment[:]), string(leaf))
	var h Hasher
	require.Equal(t, tlog.RecordHash(leaf), h.Leaf(&r))

	l, err := ParseLeaf(leaf)
	require.NoError(t, err)
	require.Equal(t, Leaf{Kind: "position", Run: "2026-Q3", Commitment: commitment}, l)
}

func TestTilePaths(t *testing.T) {
	for path, want := range map[string]Tile{
		"tile/0/000":                     {0, 0, 256},
		"tile/0/001.p/112":               {0, 1, 112},
		"tile/2/x001/x234/067":           {2, 1234067, 256},
		"tile/entries/x001/x234/067.p/1": {Bundle, 1234067, 1},
	} {
		require.Equal(t, path, want.Path())
		got, ok := ParseTilePath(path)
		require.True(t, ok)
		require.Equal(t, want, got)
	}
	for _, path := range []string{
		"", "tile", "tile/", "tile/0", "tile/0/0", "tile/00/000", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01",
		"tile/0/x000/000", "tile/-1/000", "tile/0/000/", "other/0/000", "tile/0/001x", "tile/0/x1/000",
	} {
		_, ok := ParseTilePath(path)
		require.False(t, ok, path)
	}
}

func FuzzParseRecord(f *testing.F) {
	r := Record{Kind: "position", Run: "2026-Q3", Key: "p/1", Payload: []byte("payload")}
	f.Add(AppendRecord(nil, &r))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := ParseRecord(b)
		if err == nil && !bytes.Equal(AppendRecord(nil, &r), b) {
			t.Fatal("a record has two spellings")
		}
	})
}

func FuzzParseGroup(f *testing.F) {
	r := Record{Kind: "position", Payload: []byte("payload")}
	b := make([]byte, GroupHeader)
	b = append(b, 0, 0, 0, byte(r.Size()))
	b = AppendRecord(b, &r)
	PutHeader(b, 7, 1)
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		g, err := ParseGroup(b)
		if err != nil {
			return
		}
		again := append(make([]byte, GroupHeader), g.Records...)
		PutHeader(again, g.First, g.Count)
		if !bytes.Equal(again, b[:g.Size()]) {
			t.Fatal("a group has two spellings")
		}
	})
}

func FuzzParseStatement(f *testing.F) {
	f.Add(AppendStatement(nil, []KindCount{{"plan", 1}, {"position", 40}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		counts, err := ParseStatement(b)
		if err == nil && !bytes.Equal(AppendStatement(nil, counts), b) {
			t.Fatal("a statement has two spellings")
		}
	})
}

func FuzzParseCheckpointText(f *testing.F) {
	f.Add("example.com/log\n5\nsFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseCheckpointText(text)
		if err == nil && c.Text() != text {
			t.Fatal("a checkpoint has two spellings")
		}
	})
}

// The leaf hash of the encoding is that of the record, and both are RFC 6962's of the
// leaf.
func TestHasher(t *testing.T) {
	var h Hasher
	for _, r := range []Record{
		{Kind: "k"},
		{Kind: "position", Run: "2026-03", Key: "key", Salt: [SaltSize]byte{1, 2, 3}, Payload: []byte("payload")},
		{Kind: "position", Payload: bytes.Repeat([]byte("p"), 5000)},
		{Kind: "position", Run: strings.Repeat("r", MaxName), Key: strings.Repeat("k", MaxKey)},
	} {
		leaf, _ := AppendLeaf(nil, &r, nil)
		require.Equal(t, tlog.RecordHash(leaf), h.Leaf(&r))
		require.Equal(t, tlog.RecordHash(leaf), h.Encoded(AppendRecord(nil, &r)))
	}
}
