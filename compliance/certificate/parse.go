package certificate

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// MaxSize bounds the bytes that [Parse] reads.
const MaxSize = 256 << 20

// Parse reads a certificate. It refuses what two readers might understand
// differently: fields that are unknown or given twice, and text after the end.
func Parse(text []byte) (Certificate, error) {
	malformed := func(format string, args ...any) (Certificate, error) {
		return Certificate{}, &Failure{Malformed, "text", fmt.Sprintf(format, args...)}
	}
	if len(text) > MaxSize {
		return malformed("it has %d bytes, and %d are read at most", len(text), MaxSize)
	}
	if err := once(text); err != nil {
		return malformed("%v", err)
	}
	var c Certificate
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return malformed("%v", err)
	}
	k := &checker{}
	k.form(c)
	return c, errors.Join(k.failures...)
}

// once checks that the text is one value, that no object has a field twice, and
// that fields are written as they are named.
func once(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var open []map[string]bool // nil for an array
	key := false
	for first := true; first || len(open) > 0; first = false {
		token, err := d.Token()
		if err != nil {
			return err
		}
		inside := len(open) > 0 && open[len(open)-1] != nil
		if name, ok := token.(string); ok && inside && key {
			if open[len(open)-1][name] || strings.ToLower(name) != name {
				return fmt.Errorf("field %q before byte %d is repeated or unknown", name, d.InputOffset())
			}
			open[len(open)-1][name], key = true, false
			continue
		}
		switch token {
		case json.Delim('{'):
			open, key = append(open, map[string]bool{}), true
			continue
		case json.Delim('['):
			open = append(open, nil)
			continue
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		}
		key = len(open) > 0 && open[len(open)-1] != nil
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is text after the certificate")
	}
	return nil
}

// Encode writes a certificate in its one canonical form: fields in order, no
// spaces, numbers without needless zeros.
func (c Certificate) Encode() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(c)
	return b.Bytes(), err
}

// Seal sets the digest: it identifies the certificate, and shows when anything in
// it was changed afterwards. It says nothing about who wrote it.
func (c Certificate) Seal() Certificate {
	c.Digest = c.digest()
	return c
}

// digest is the SHA-256 of the canonical form without a digest.
func (c Certificate) digest() string {
	c.Digest = ""
	text, err := c.Encode()
	if err != nil {
		return "" // no certificate has an empty digest
	}
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:])
}
