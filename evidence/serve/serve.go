// Package serve shows a log to monitors, witnesses and auditors over HTTP, as C2SP
// tlog-tiles says: the checkpoint, the tiles of the tree, and the leaves in entry
// bundles.
//
// A leaf is an entry's kind, its run and a salted commitment. Payloads and
// idempotency keys are not served, so following a log reveals what kinds of things
// happened in which run, and nothing of their content. Only what the published
// checkpoint covers is served.
package serve

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/internal/format"
)

// Log is what is shown. *evidence.Log is one.
type Log interface {
	Latest(ctx context.Context) (evidence.Checkpoint, error)
	Tile(ctx context.Context, level int, n int64, width int) ([]byte, error)
	Leaf(ctx context.Context, i evidence.Index) ([]byte, error)
}

var _ Log = (*evidence.Log)(nil)

// Handler serves the log under the path "/"; use http.StripPrefix for another.
// Errors of the log are answered with 500 and no detail, and handed to failed,
// which may be nil.
func Handler(l Log, failed func(r *http.Request, err error)) http.Handler {
	h := &handler{log: l, failed: failed}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /checkpoint", h.checkpoint)
	mux.HandleFunc("GET /tile/", h.tile)
	return mux
}

type handler struct {
	log    Log
	failed func(r *http.Request, err error)
}

func (h *handler) checkpoint(w http.ResponseWriter, r *http.Request) {
	c, err := h.log.Latest(r.Context())
	if err != nil {
		h.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	h.write(w, r, c.Note)
}

// write sends a body. An error means that the client has gone.
func (h *handler) write(w http.ResponseWriter, r *http.Request, body []byte) {
	if _, err := w.Write(body); err != nil && h.failed != nil {
		h.failed(r, fmt.Errorf("serve: %s: %w", r.URL.Path, err))
	}
}

func (h *handler) tile(w http.ResponseWriter, r *http.Request) {
	t, ok := format.ParseTilePath(strings.TrimPrefix(r.URL.Path, "/"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	c, err := h.log.Latest(r.Context())
	if err != nil {
		h.fail(w, r, err)
		return
	}
	if c.Size>>(8*max(t.Level, 0)) < t.N<<8+int64(t.Width) {
		http.NotFound(w, r)
		return
	}
	var body []byte
	if t.Level == format.Bundle {
		body, err = h.bundle(r.Context(), t)
	} else {
		body, err = h.log.Tile(r.Context(), t.Level, t.N, t.Width)
	}
	if err != nil {
		h.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Cache-Control", "max-age=31536000, immutable")
	h.write(w, r, body)
}

// bundle is the leaves of one entry bundle, each after its length in two bytes.
func (h *handler) bundle(ctx context.Context, t format.Tile) ([]byte, error) {
	var body []byte
	for i := range int64(t.Width) {
		leaf, err := h.log.Leaf(ctx, evidence.Index(t.N<<8+i))
		if err != nil {
			return nil, err
		}
		body = binary.BigEndian.AppendUint16(body, uint16(len(leaf)))
		body = append(body, leaf...)
	}
	return body, nil
}

func (h *handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	status := http.StatusInternalServerError
	if errors.Is(err, evidence.ErrNotFound) {
		status = http.StatusNotFound
	} else if h.failed != nil {
		h.failed(r, fmt.Errorf("serve: %s: %w", r.URL.Path, err))
	}
	http.Error(w, http.StatusText(status), status)
}
