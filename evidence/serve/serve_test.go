package serve_test

import (
	"context"
	"crypto/ed25519"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/serve"
)

func newLog(t *testing.T, n int) *evidence.Log {
	t.Helper()
	s, err := evidence.NewSigner("example.com/licences", ed25519.NewKeyFromSeed(make([]byte, 32)))
	require.NoError(t, err)
	l, err := evidence.Open(t.Context(), t.TempDir(), evidence.Options{Signer: s})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	batch := make([]evidence.Entry, n)
	for i := range batch {
		batch[i] = evidence.Entry{Kind: "position", Run: "r", Payload: fmt.Appendf(nil, "secret %d", i)}
	}
	_, err = l.AppendBatch(t.Context(), batch)
	require.NoError(t, err)
	_, err = l.Checkpoint(t.Context())
	require.NoError(t, err)
	return l
}

// client reads a served log as any client of tlog-tiles does.
type client struct {
	t   *testing.T
	url string
}

func (client) Height() int                     { return 8 }
func (client) SaveTiles([]tlog.Tile, [][]byte) {}
func (c client) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(tiles))
	for i, tile := range tiles {
		out[i] = c.get("/tile" + tile.Path()[len("tile/8"):])
	}
	return out, nil
}

func (c client) get(path string) []byte {
	c.t.Helper()
	res, err := http.Get(c.url + path)
	require.NoError(c.t, err)
	defer res.Body.Close()
	require.Equal(c.t, http.StatusOK, res.StatusCode, path)
	b, err := io.ReadAll(res.Body)
	require.NoError(c.t, err)
	return b
}

// A client that only knows x/mod and the specification follows the whole log.
func TestFollow(t *testing.T) {
	const n = 600
	l := newLog(t, n)
	srv := httptest.NewServer(serve.Handler(l, nil))
	defer srv.Close()
	c := client{t, srv.URL}
	latest, err := l.Latest(t.Context())
	require.NoError(t, err)
	require.Equal(t, latest.Note, c.get("/checkpoint"))

	r := tlog.TileHashReader(tlog.Tree{N: latest.Size, Hash: latest.Root}, c)
	var leaves [][]byte
	for _, path := range []string{"/tile/entries/000", "/tile/entries/001", "/tile/entries/002.p/88"} {
		for b := c.get(path); len(b) > 0; {
			size := binary.BigEndian.Uint16(b)
			leaves = append(leaves, b[2:2+size])
			b = b[2+size:]
		}
	}
	require.Len(t, leaves, n)
	for i, leaf := range leaves {
		require.NotContains(t, string(leaf), "secret")
		got, err := r.ReadHashes([]int64{tlog.StoredHashIndex(0, int64(i))})
		require.NoError(t, err)
		require.Equal(t, tlog.RecordHash(leaf), got[0])
	}
	require.Equal(t, c.get("/tile/0/002.p/88")[:32*7], c.get("/tile/0/002.p/7"), "narrower tiles of earlier sizes")
}

func TestNotFound(t *testing.T) {
	l := newLog(t, 10)
	_, err := l.Append(t.Context(), evidence.Entry{Kind: "unpublished"})
	require.NoError(t, err)
	srv := httptest.NewServer(serve.Handler(l, nil))
	defer srv.Close()
	for _, path := range []string{
		"/", "/tile/0/000", "/tile/0/000.p/11", "/tile/0/001.p/1", "/tile/1/000.p/1", "/tile/entries/000.p/11",
		"/tile/0/000.p/0", "/tile/8/000", "/tile/63/000.p/1", "/tile/0/x999/x999/x999/x999/x999/999.p/1", "/tile/", "/entries/0000000000000000", "/lock",
	} {
		res, err := http.Get(srv.URL + path)
		require.NoError(t, err)
		res.Body.Close()
		require.Equal(t, http.StatusNotFound, res.StatusCode, path)
	}
	res, err := http.Post(srv.URL+"/checkpoint", "", nil)
	require.NoError(t, err)
	res.Body.Close()
	require.Equal(t, http.StatusMethodNotAllowed, res.StatusCode)
}

func TestFailure(t *testing.T) {
	l := newLog(t, 10)
	var got error
	h := serve.Handler(broken{l}, func(_ *http.Request, err error) { got = err })
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/tile/entries/000.p/3", nil))
	require.Equal(t, http.StatusInternalServerError, rec.Code)
	require.NotContains(t, rec.Body.String(), "disk")
	require.ErrorIs(t, got, errDisk)
}

var errDisk = errors.New("disk on fire")

type broken struct{ serve.Log }

func (broken) Leaf(context.Context, evidence.Index) ([]byte, error) {
	return nil, errDisk
}
