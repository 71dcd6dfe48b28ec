// Package trust says which connectors may run: a lock file pins the checksum of
// each binary, a certificate says which rules of the protocol a binary was seen
// to keep. Both are signed notes (golang.org/x/mod/sumdb/note), text that a
// person can read and compare, so that neither can be changed by whoever can
// write to the folder that they lie in.
//
// What is left out: revocation. A lock file is replaced as a whole, and a binary
// that is not in it does not run.
package trust

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// ErrForged is wrapped when a text is not signed by the key that is trusted.
var ErrForged = errors.New("trust: not signed by the trusted key")

// open checks the signature of a note and gives its lines after the heading.
func open(signed []byte, key, heading string) ([]string, error) {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return nil, fmt.Errorf("trust: key: %w", err)
	}
	n, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrForged, err)
	}
	lines := strings.Split(strings.TrimSuffix(n.Text, "\n"), "\n")
	if lines[0] != heading {
		return nil, fmt.Errorf("trust: begins with %q, want %q", lines[0], heading)
	}
	return lines[1:], nil
}

// sign signs a text with a private key in the form of package note.
func sign(text, key string) ([]byte, error) {
	signer, err := note.NewSigner(key)
	if err != nil {
		return nil, fmt.Errorf("trust: key: %w", err)
	}
	return note.Sign(&note.Note{Text: text}, signer)
}

// word checks that a text can stand as one word of a line.
func word(s string) error {
	if s == "" || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return fmt.Errorf("trust: %q is not one word", s)
	}
	return nil
}

func checksum(s string) error {
	if raw, err := hex.DecodeString(s); err != nil || len(raw) != 32 {
		return fmt.Errorf("trust: %q is not a SHA-256 in hexadecimal", s)
	}
	return nil
}
