package timestamp

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Stamped is a checkpoint with the stamps of it.
type Stamped struct {
	Size       int64
	Checkpoint []byte // the note, for verify.Options.Remembered
	Stamps     []Stamp
}

// Read checks every stamp in a folder that an Anchor kept, by size. A checkpoint
// without a stamp, as a crash between the two leaves it, has none; whatever else is
// amiss is an error that names the file.
func Read(dir string, roots *x509.CertPool) ([]Stamped, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("timestamp: read: %w", err)
	}
	var out []Stamped
	for _, f := range files {
		name := f.Name()
		if strings.HasPrefix(name, ".new-") { // left by a crash
			continue
		}
		digits, rest, _ := strings.Cut(name, ".")
		size, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || size < 0 || !strings.HasPrefix(name, fmt.Sprintf("%016d.", size)) {
			return nil, fmt.Errorf("%w: %s is no file of a stamp", ErrInvalid, filepath.Join(dir, name))
		}
		if rest != "checkpoint" {
			if _, err := os.Stat(filepath.Join(dir, checkpointName(size))); err != nil {
				return nil, fmt.Errorf("%w: %s has no checkpoint beside it", ErrInvalid, filepath.Join(dir, name))
			}
			continue
		}
		note, responses, err := find(dir, size)
		if err != nil {
			return nil, err
		}
		s := Stamped{Size: size, Checkpoint: note}
		for _, r := range responses {
			stamp, err := r.verify(note, roots)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", filepath.Join(dir, r.name), err)
			}
			s.Stamps = append(s.Stamps, stamp)
		}
		out = append(out, s)
	}
	return out, nil
}

func checkpointName(size int64) string { return fmt.Sprintf("%016d.checkpoint", size) }

func responseName(size int64, sum []byte) string { return fmt.Sprintf("%016d.%x.tsr", size, sum) }

// response is a kept answer.
type response struct {
	name string
	der  []byte
}

// verify checks the answer against its own name too: a signature does not cover every
// byte of it.
func (r *response) verify(note []byte, roots *x509.CertPool) (Stamp, error) {
	sum := sha256.Sum256(r.der)
	if _, rest, _ := strings.Cut(r.name, "."); rest != hex.EncodeToString(sum[:])+".tsr" {
		return Stamp{}, fmt.Errorf("%w: it does not have the digest in its name", ErrInvalid)
	}
	return Verify(note, r.der, roots)
}

// find is the checkpoint of a size, nil if there is none, and the answers for it.
func find(dir string, size int64) (note []byte, responses []response, err error) {
	note, err = os.ReadFile(filepath.Join(dir, checkpointName(size)))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("timestamp: read: %w", err)
	}
	names, err := filepath.Glob(filepath.Join(dir, fmt.Sprintf("%016d.*.tsr", size)))
	if err != nil {
		return nil, nil, fmt.Errorf("timestamp: read: %w", err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, nil, fmt.Errorf("timestamp: read: %w", err)
		}
		responses = append(responses, response{filepath.Base(name), b})
	}
	return note, responses, nil
}

// body is the text of a note without its signatures.
func body(note []byte) []byte {
	text, _, _ := bytes.Cut(note, []byte("\n\n"))
	return text
}

// writeDurably makes a file that is there whole or not at all.
func writeDurably(dir, name string, content []byte) error {
	temp, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return fmt.Errorf("timestamp: keep: %w", err)
	}
	_, err = temp.Write(content)
	if err = errors.Join(err, temp.Sync(), temp.Close()); err == nil {
		err = os.Rename(temp.Name(), filepath.Join(dir, name))
	}
	if err != nil {
		return fmt.Errorf("timestamp: keep: %w", errors.Join(err, os.Remove(temp.Name())))
	}
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("timestamp: keep: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("timestamp: keep: %w", err)
	}
	return nil
}
