package cosign

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// ErrProof is wrapped when a proof is malformed, or does not prove what it is said
// to.
var ErrProof = errors.New("cosign: proof does not hold")

const proofHeader = "c2sp.org/tlog-proof@v1"

// Proof is everything that shows, offline, that an entry is in a log: a
// tlog-proof. Only the policy has to come from elsewhere.
type Proof struct {
	Extra      []byte // not authenticated; nil if absent
	Index      int64
	Hashes     tlog.RecordProof
	Checkpoint []byte // with its cosignatures
}

// Format is the proof as text, to be kept in a file that ends in ".tlog-proof".
func (p *Proof) Format() []byte {
	var b strings.Builder
	b.WriteString(proofHeader + "\n")
	if p.Extra != nil {
		fmt.Fprintf(&b, "extra %s\n", base64.StdEncoding.EncodeToString(p.Extra))
	}
	fmt.Fprintf(&b, "index %d\n", p.Index)
	for _, h := range p.Hashes {
		fmt.Fprintf(&b, "%s\n", h)
	}
	b.WriteString("\n")
	b.Write(p.Checkpoint)
	return []byte(b.String())
}

// ParseProof reads what Format writes, and no other spelling of it.
func ParseProof(text []byte) (*Proof, error) {
	head, checkpoint, ok := strings.Cut(string(text), "\n\n")
	lines := strings.Split(head, "\n")
	if !ok || lines[0] != proofHeader {
		return nil, fmt.Errorf("%w: does not start with %s", ErrProof, proofHeader)
	}
	p := &Proof{Checkpoint: []byte(checkpoint)}
	lines = lines[1:]
	if extra, ok := cutFirst(lines, "extra "); ok {
		b, err := base64.StdEncoding.Strict().DecodeString(extra)
		if err != nil {
			return nil, fmt.Errorf("%w: line 2 is no base64", ErrProof)
		}
		p.Extra, lines = append([]byte{}, b...), lines[1:]
	}
	index, ok := cutFirst(lines, "index ")
	if !ok {
		return nil, fmt.Errorf("%w: there is no index line", ErrProof)
	}
	var err error
	if p.Index, err = strconv.ParseInt(index, 10, 64); err != nil || p.Index < 0 {
		return nil, fmt.Errorf("%w: index %q", ErrProof, index)
	}
	for _, line := range lines[1:] {
		h, err := tlog.ParseHash(line)
		if err != nil {
			return nil, fmt.Errorf("%w: %q is no hash", ErrProof, line)
		}
		p.Hashes = append(p.Hashes, h)
	}
	if string(p.Format()) != string(text) {
		return nil, fmt.Errorf("%w: not in its one canonical spelling", ErrProof)
	}
	return p, nil
}

func cutFirst(lines []string, prefix string) (string, bool) {
	if len(lines) == 0 {
		return "", false
	}
	return strings.CutPrefix(lines[0], prefix)
}

// Verify checks that leaf is the entry at p.Index of a log that satisfies the
// policy. leaf is what evidence.Log.Leaf returns.
func (p *Proof) Verify(leaf []byte, policy *Policy) (Witnessed, error) {
	w, err := policy.Check(p.Checkpoint)
	if err != nil {
		return w, err
	}
	if p.Index >= w.Size {
		return w, fmt.Errorf("%w: entry %d of a log of %d", ErrProof, p.Index, w.Size)
	}
	if err := tlog.CheckRecord(p.Hashes, w.Size, w.Root, p.Index, tlog.RecordHash(leaf)); err != nil {
		return w, fmt.Errorf("%w: entry %d: %w", ErrProof, p.Index, err)
	}
	return w, nil
}
