package disclose

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
)

const saltSize = 16

// digest is the SHA-256 of a disclosure.
type digest [sha256.Size]byte

func (d digest) String() string { return base64.RawURLEncoding.EncodeToString(d[:]) }

func parseDigest(s string) (d digest, err error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != len(d) {
		return d, fmt.Errorf("%w: %.60q is no digest", ErrBundle, s)
	}
	return digest(b), nil
}

// saltOf is the salt of one field. Whoever knows some salts and not the secret
// learns nothing of the others: HMAC-SHA256 is a pseudo-random function.
func saltOf(secret []byte, row, column int) []byte {
	var at [12]byte
	binary.BigEndian.PutUint64(at[:], uint64(row))
	binary.BigEndian.PutUint32(at[8:], uint32(column))
	h := hmac.New(sha256.New, secret)
	h.Write(at[:])
	return h.Sum(nil)[:saltSize]
}

// encodeField is a field as a disclosure of RFC 9901, section 4.2.1: base64url of
// the JSON array of salt, name and value. A value that is not there is null.
func encodeField(salt []byte, name string, value *string) (string, error) {
	b, err := json.Marshal([]any{base64.RawURLEncoding.EncodeToString(salt), name, value})
	if err != nil {
		return "", fmt.Errorf("disclose: encode field %s: %w", name, err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

func digestOf(disclosure string) digest { return sha256.Sum256([]byte(disclosure)) }

// decodeField is the inverse of encodeField.
func decodeField(disclosure string) (name string, value *string, err error) {
	bad := func(what string) (string, *string, error) {
		return "", nil, fmt.Errorf("%w: a disclosure %s", ErrBundle, what)
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(disclosure)
	if err != nil {
		return bad("is no base64url")
	}
	var parts []*string
	d := json.NewDecoder(bytes.NewReader(b))
	if err := d.Decode(&parts); err != nil || d.More() || len(parts) != 3 || parts[0] == nil || parts[1] == nil {
		return bad("is no array of salt, name and value")
	}
	salt, err := base64.RawURLEncoding.Strict().DecodeString(*parts[0])
	if err != nil || len(salt) != saltSize {
		return bad("has no salt of 128 bits")
	}
	return *parts[1], parts[2], nil
}

// rowDigest commits to a row by the digests of its fields, in ascending order.
func rowDigest(fields []digest) digest {
	b := make([]byte, 0, 5+len(fields)*sha256.Size)
	b = append(b, 3)
	b = binary.BigEndian.AppendUint32(b, uint32(len(fields)))
	for _, f := range fields {
		b = append(b, f[:]...)
	}
	return sha256.Sum256(b)
}
