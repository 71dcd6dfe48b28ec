package format

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// ErrCheckpoint is wrapped by every error about the bytes of a checkpoint.
var ErrCheckpoint = errors.New("malformed checkpoint")

// ErrSignature is wrapped when a note carries no valid signature of the keys that
// were asked for, or an invalid one.
var ErrSignature = errors.New("no valid signature")

// Checkpoint is the body of a signed checkpoint.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
}

// Text is the note text of c.
func (c Checkpoint) Text() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, c.Root)
}

// ParseCheckpointText reads the note text of a checkpoint. Extension lines are
// refused: nothing in this log writes them, and witnesses do not vouch for them.
func ParseCheckpointText(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return Checkpoint{}, fmt.Errorf("%w: want three lines, origin, size and root", ErrCheckpoint)
	}
	c := Checkpoint{Origin: lines[0]}
	var err error
	if c.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || c.Size < 0 {
		return Checkpoint{}, fmt.Errorf("%w: size %q is no count", ErrCheckpoint, lines[1])
	}
	if c.Root, err = tlog.ParseHash(lines[2]); err != nil {
		return Checkpoint{}, fmt.Errorf("%w: root %q is no hash", ErrCheckpoint, lines[2])
	}
	if c.Origin == "" || c.Text() != text {
		return Checkpoint{}, fmt.Errorf("%w: not in its one canonical spelling", ErrCheckpoint)
	}
	return c, nil
}

// OpenNote checks that msg is a note signed by at least one of the verifiers, by
// each of them that has a line in it, and spelled in the one way it can be.
func OpenNote(msg []byte, verifiers ...note.Verifier) (*note.Note, error) {
	n, err := note.Open(msg, note.VerifierList(verifiers...))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	return n, canonicalNote(msg, n)
}

// OpenCheckpoint checks that msg is a checkpoint signed by v, spelled in the one
// way the log spells it, and for v's origin.
func OpenCheckpoint(msg []byte, v note.Verifier) (Checkpoint, *note.Note, error) {
	n, err := OpenNote(msg, v)
	if err != nil {
		return Checkpoint{}, nil, fmt.Errorf("%w (%s+%08x)", err, v.Name(), v.KeyHash())
	}
	c, err := ParseCheckpointText(n.Text)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	if c.Origin != v.Name() {
		return Checkpoint{}, nil, fmt.Errorf("%w: origin is %q, the key is for %q", ErrCheckpoint, c.Origin, v.Name())
	}
	return c, n, nil
}

// canonicalNote refuses a second spelling of the same note. Base64 leaves spare
// bits in the last character, and a flipped spare bit would otherwise pass.
func canonicalNote(msg []byte, n *note.Note) error {
	lines := 0
	for _, s := range append(append([]note.Signature(nil), n.Sigs...), n.UnverifiedSigs...) {
		raw, err := base64.StdEncoding.Strict().DecodeString(s.Base64)
		if err != nil || len(raw) < 5 || binary.BigEndian.Uint32(raw) != s.Hash {
			return fmt.Errorf("%w: signature of %s is not strict base64", ErrCheckpoint, s.Name)
		}
		if !bytes.Contains(msg, []byte("\n— "+s.Name+" "+s.Base64+"\n")) {
			return fmt.Errorf("%w: signature of %s is spelled in another way", ErrCheckpoint, s.Name)
		}
		lines++
	}
	if bytes.Count(msg[len(n.Text):], []byte("\n")) != lines+1 {
		return fmt.Errorf("%w: a signature is repeated", ErrCheckpoint)
	}
	return nil
}
