package witness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/cosign"
)

// Errors of a witness.
var (
	// ErrConflict: the witness has seen a log that this one does not continue.
	// If it is not a mistake in the log's keeping, it is a proof of two histories.
	ErrConflict = errors.New("witness: checkpoint contradicts what was seen")

	// ErrRefused: the witness does not know the log or its key.
	ErrRefused = errors.New("witness: checkpoint is refused")
)

const maxResponse = 64 << 10

// HTTP is a witness reached over HTTP.
type HTTP struct {
	prefix string
	key    note.Verifier
	client *http.Client
}

// NewHTTP is the witness at the submission prefix url whose cosignatures vkey
// verifies. client may be nil for http.DefaultClient.
func NewHTTP(url, vkey string, client *http.Client) (*HTTP, error) {
	v, err := cosign.NewVerifier(vkey)
	if err != nil {
		return nil, err
	}
	if client == nil {
		client = http.DefaultClient
	}
	return &HTTP{prefix: strings.TrimSuffix(url, "/"), key: v, client: client}, nil
}

// Anchor submits c with a proof that it continues what the witness has seen, and
// returns the witness's cosignature. It asks the witness what that is, so it keeps
// no state.
func (h *HTTP) Anchor(ctx context.Context, c evidence.Checkpoint, prove Prover) ([]byte, error) {
	old := int64(0)
	for range 4 { // another submission may come between asking and submitting
		var proof tlog.TreeProof
		if old > 0 && old < c.Size {
			var err error
			if proof, err = prove(ctx, old, c.Size); err != nil {
				return nil, err
			}
		}
		lines, seen, err := h.submit(ctx, old, proof, c)
		if err != nil || lines != nil {
			return lines, err
		}
		if seen > c.Size {
			return nil, fmt.Errorf("%w: %s has cosigned %d entries, this checkpoint is of %d", ErrConflict, h.key.Name(), seen, c.Size)
		}
		if seen == old {
			break
		}
		old = seen
	}
	return nil, fmt.Errorf("%w: %s does not accept that its last size was %d", ErrConflict, h.key.Name(), old)
}

// submit makes one add-checkpoint request. It returns cosignature lines, or the
// size that the witness has seen.
func (h *HTTP) submit(ctx context.Context, old int64, proof tlog.TreeProof, c evidence.Checkpoint) (lines []byte, seen int64, err error) {
	body := fmt.Appendf(nil, "old %d\n", old)
	for _, hash := range proof {
		body = fmt.Appendf(body, "%s\n", hash)
	}
	body = append(append(body, '\n'), c.Note...)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.prefix+"/add-checkpoint", bytes.NewReader(body))
	if err != nil {
		return nil, 0, fmt.Errorf("witness: %w", err)
	}
	res, err := h.client.Do(req)
	if err != nil {
		return nil, 0, fmt.Errorf("witness: %w", err)
	}
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxResponse))
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return nil, 0, fmt.Errorf("witness: %s: %w", h.prefix, err)
	}
	switch {
	case res.StatusCode == http.StatusOK:
		lines, err := h.own(c.Note, answer)
		return lines, 0, err
	case res.StatusCode == http.StatusConflict && res.Header.Get("Content-Type") == sizeType:
		seen, err := strconv.ParseInt(strings.TrimSuffix(string(answer), "\n"), 10, 64)
		if err != nil || seen < 0 {
			return nil, 0, fmt.Errorf("witness: %s: answered with size %q", h.prefix, answer)
		}
		return nil, seen, nil
	case res.StatusCode == http.StatusConflict, res.StatusCode == http.StatusUnprocessableEntity:
		return nil, 0, fmt.Errorf("%w: %s: %s", ErrConflict, h.prefix, res.Status)
	case res.StatusCode == http.StatusForbidden, res.StatusCode == http.StatusNotFound:
		return nil, 0, fmt.Errorf("%w: %s: %s", ErrRefused, h.prefix, res.Status)
	}
	return nil, 0, fmt.Errorf("witness: %s: %s", h.prefix, res.Status)
}

// own picks the valid cosignatures by the expected key out of an answer.
func (h *HTTP) own(msg, answer []byte) ([]byte, error) {
	text, _, _ := bytes.Cut(msg, []byte("\n\n"))
	n, err := note.Open(append(append(bytes.Clone(text), "\n\n"...), answer...), note.VerifierList(h.key))
	if err != nil {
		return nil, fmt.Errorf("witness: %s: no valid cosignature of %s: %w", h.prefix, h.key.Name(), err)
	}
	var lines []byte
	for _, s := range n.Sigs {
		lines = fmt.Appendf(lines, "— %s %s\n", s.Name, s.Base64)
	}
	return lines, nil
}
