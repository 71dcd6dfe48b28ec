package witness

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence/cosign"
	"github.com/trueup-dev/trueup/evidence/internal/format"
)

const (
	sizeType   = "text/x.tlog.size"
	maxRequest = 64 << 10
	maxProof   = 63
)

// ServerOptions says what a witness is. All but Failed must be set.
type ServerOptions struct {
	Cosigner *cosign.Cosigner
	Logs     []string // verifier keys of the logs to witness
	Dir      string   // where the last checkpoint of each log is remembered

	// Now is the clock for cosignatures.
	Now func() time.Time

	// Failed hears about errors that are the witness's own; it may be nil.
	Failed func(r *http.Request, err error)
}

// Server is a witness. It implements http.Handler for POST /add-checkpoint.
type Server struct {
	opts ServerOptions
	logs map[string]note.Verifier // by origin

	mu sync.Mutex // from reading the last checkpoint to remembering the next
}

// NewServer makes a witness that remembers in opts.Dir. One server may use a
// folder at a time.
func NewServer(opts ServerOptions) (*Server, error) {
	if opts.Cosigner == nil || opts.Now == nil || opts.Dir == "" {
		return nil, errors.New("witness: ServerOptions needs Cosigner, Now and Dir")
	}
	s := &Server{opts: opts, logs: map[string]note.Verifier{}}
	for _, vkey := range opts.Logs {
		v, err := note.NewVerifier(vkey)
		if err != nil {
			return nil, fmt.Errorf("witness: log key: %w", err)
		}
		if s.logs[v.Name()] != nil {
			return nil, fmt.Errorf("witness: two keys for log %s", v.Name())
		}
		s.logs[v.Name()] = v
	}
	if err := os.MkdirAll(opts.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("witness: %w", err)
	}
	return s, nil
}

// refusal is an answer other than a cosignature.
type refusal struct {
	status int
	seen   int64 // for a conflict of sizes, else -1
	why    string
}

func (r *refusal) Error() string { return r.why }

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/add-checkpoint" {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodPost {
		http.Error(w, "use POST", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	var answer []byte
	if err != nil {
		err = &refusal{http.StatusBadRequest, -1, "request cannot be read"}
	} else {
		answer, err = s.AddCheckpoint(r.Context(), body)
	}
	var no *refusal
	switch {
	case err == nil:
		_, err = w.Write(answer)
		s.failed(r, err)
	case errors.As(err, &no) && no.seen >= 0:
		w.Header().Set("Content-Type", sizeType)
		w.WriteHeader(no.status)
		_, err = fmt.Fprintf(w, "%d\n", no.seen)
		s.failed(r, err)
	case errors.As(err, &no):
		http.Error(w, no.why, no.status)
	default:
		s.failed(r, err)
		http.Error(w, "internal error", http.StatusInternalServerError)
	}
}

func (s *Server) failed(r *http.Request, err error) {
	if err != nil && s.opts.Failed != nil {
		s.opts.Failed(r, err)
	}
}

// AddCheckpoint answers the body of one add-checkpoint request with signature
// lines.
func (s *Server) AddCheckpoint(ctx context.Context, request []byte) ([]byte, error) {
	old, proof, msg, err := parseRequest(request)
	if err != nil {
		return nil, &refusal{http.StatusBadRequest, -1, err.Error()}
	}
	origin, _, _ := strings.Cut(string(msg), "\n")
	v := s.logs[origin]
	if v == nil {
		return nil, &refusal{http.StatusNotFound, -1, "log is not known"}
	}
	n, err := note.Open(msg, note.VerifierList(v))
	if err != nil {
		return nil, &refusal{http.StatusForbidden, -1, "no valid signature by the log's key"}
	}
	next, err := format.ParseCheckpointText(n.Text)
	if err != nil {
		return nil, &refusal{http.StatusBadRequest, -1, err.Error()}
	}
	if old > next.Size {
		return nil, &refusal{http.StatusBadRequest, -1, "old size is over the checkpoint's"}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := s.continues(v, old, proof, next); err != nil {
		return nil, err
	}
	signed, err := note.Sign(&note.Note{Text: n.Text}, s.opts.Cosigner.At(s.opts.Now()))
	if err != nil {
		return nil, err
	}
	if err := writeDurably(s.file(origin), msg); err != nil {
		return nil, fmt.Errorf("witness: remember %s: %w", origin, err)
	}
	return signed[len(n.Text)+1:], nil
}

// continues checks next against the last checkpoint that was cosigned.
func (s *Server) continues(v note.Verifier, old int64, proof tlog.TreeProof, next format.Checkpoint) error {
	last := format.Checkpoint{}
	msg, err := os.ReadFile(s.file(v.Name()))
	switch {
	case err == nil:
		// Its signature was checked before it was remembered.
		text, _, _ := strings.Cut(string(msg), "\n\n")
		if last, err = format.ParseCheckpointText(text + "\n"); err != nil {
			return fmt.Errorf("witness: what is remembered of %s: %w", v.Name(), err)
		}
	case !errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("witness: %w", err)
	}
	switch {
	case old != last.Size:
		return &refusal{http.StatusConflict, last.Size, "old size is not the last cosigned"}
	case old == next.Size && old > 0 && last.Root != next.Root:
		return &refusal{http.StatusConflict, -1, "another root was cosigned for this size"}
	case old == 0 || old == next.Size:
		if len(proof) > 0 {
			return &refusal{http.StatusUnprocessableEntity, -1, "proof is not empty"}
		}
		return nil
	}
	if err := tlog.CheckTree(proof, next.Size, next.Root, last.Size, last.Root); err != nil {
		return &refusal{http.StatusUnprocessableEntity, -1, "consistency proof does not hold"}
	}
	return nil
}

// file is where the last checkpoint of a log is remembered.
func (s *Server) file(origin string) string {
	return filepath.Join(s.opts.Dir, fmt.Sprintf("%x", sha256.Sum256([]byte(origin))))
}

// parseRequest reads the body of add-checkpoint.
func parseRequest(body []byte) (old int64, proof tlog.TreeProof, msg []byte, err error) {
	head, msg, ok := bytes.Cut(body, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	size, isOld := strings.CutPrefix(lines[0], "old ")
	if !ok || !isOld {
		return 0, nil, nil, errors.New("want a line \"old <size>\", proof lines, an empty line and a checkpoint")
	}
	old, err = strconv.ParseInt(size, 10, 64)
	if err != nil || old < 0 || strconv.FormatInt(old, 10) != size {
		return 0, nil, nil, fmt.Errorf("old size %q is no count", size)
	}
	if len(lines)-1 > maxProof {
		return 0, nil, nil, fmt.Errorf("proof has %d lines, at most %d are allowed", len(lines)-1, maxProof)
	}
	for i, line := range lines[1:] {
		h, err := tlog.ParseHash(line)
		if err != nil {
			return 0, nil, nil, fmt.Errorf("proof line %d is no hash", i+1)
		}
		proof = append(proof, h)
	}
	return old, proof, msg, nil
}
