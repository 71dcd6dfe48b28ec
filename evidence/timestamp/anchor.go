package timestamp

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"

	"github.com/digitorus/timestamp"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/witness"
)

// Options say whom an Anchor asks and what it keeps.
type Options struct {
	// URL is where the authority answers by HTTP (RFC 3161 section 3.4).
	URL string

	// Roots are the certificates that vouch for the authority.
	Roots *x509.CertPool

	// Dir is the folder in which checkpoints and stamps are kept. It must be there.
	Dir string

	// Client asks: http.DefaultClient if nil.
	Client *http.Client
}

// Anchor has checkpoints stamped, and keeps the stamps.
type Anchor struct{ o Options }

var _ witness.Anchor = (*Anchor)(nil)

// New makes an anchor.
func New(o Options) (*Anchor, error) {
	if o.URL == "" || o.Roots == nil || o.Dir == "" {
		return nil, errors.New("timestamp: an anchor needs a URL, roots and a folder")
	}
	if o.Client == nil {
		o.Client = http.DefaultClient
	}
	return &Anchor{o}, nil
}

// Anchor has the checkpoint stamped, unless it is already, and keeps the stamp durably.
// An authority cosigns nothing, so there are no lines. A second checkpoint of one size
// with another root is refused (witness.ErrConflict), before anyone is asked.
func (a *Anchor) Anchor(ctx context.Context, c evidence.Checkpoint, _ witness.Prover) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	note, stamped, err := a.kept(c)
	if err != nil || stamped {
		return nil, err
	}
	response, err := a.ask(ctx, note)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(response)
	return nil, writeDurably(a.o.Dir, responseName(c.Size, sum[:]), response)
}

// kept is the checkpoint of this size as it is kept for good, and whether there is a
// stamp of it that holds.
func (a *Anchor) kept(c evidence.Checkpoint) (note []byte, stamped bool, err error) {
	note, responses, err := find(a.o.Dir, c.Size)
	if err != nil {
		return nil, false, err
	}
	if note == nil {
		return c.Note, false, writeDurably(a.o.Dir, checkpointName(c.Size), c.Note)
	}
	if !bytes.Equal(body(note), body(c.Note)) {
		return nil, false, fmt.Errorf("%w: %s keeps another checkpoint of %d entries; keep this one too:\n%s",
			witness.ErrConflict, a.o.Dir, c.Size, c.Note)
	}
	for _, r := range responses {
		if _, err := r.verify(note, a.o.Roots); err == nil {
			return note, true, nil
		}
	}
	return note, false, nil
}

// ask has the note stamped.
func (a *Anchor) ask(ctx context.Context, note []byte) ([]byte, error) {
	nonce := make([]byte, 16)
	_, _ = rand.Read(nonce) // never fails, as documented
	nonce[0] |= 1           // no leading zero, which a number has not
	query, err := timestamp.CreateRequest(bytes.NewReader(note), &timestamp.RequestOptions{
		Hash: crypto.SHA256, Certificates: true, Nonce: new(big.Int).SetBytes(nonce)})
	if err != nil {
		return nil, fmt.Errorf("timestamp: make request: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.o.URL, bytes.NewReader(query))
	if err != nil {
		return nil, fmt.Errorf("timestamp: %w", err)
	}
	req.Header.Set("Content-Type", "application/timestamp-query")
	resp, err := a.o.Client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("timestamp: ask: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	response, err := io.ReadAll(io.LimitReader(resp.Body, MaxResponse+1))
	if err != nil {
		return nil, fmt.Errorf("timestamp: ask: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("timestamp: ask: the authority answers %s", resp.Status)
	}
	s, err := Verify(note, response, a.o.Roots)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(s.nonce, nonce) {
		return nil, fmt.Errorf("%w: it answers another request", ErrInvalid)
	}
	return response, nil
}
