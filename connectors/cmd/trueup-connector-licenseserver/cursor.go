package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"github.com/trueup-dev/trueup/connectors"
)

// mark is how far a file was read.
type mark struct {
	Size int64  `json:"size"`
	Sum  string `json:"sum"`
	// Through is the instant up to which use was given.
	Through time.Time `json:"through"`
}

// marks are the cursor: a mark for each file.
type marks map[string]mark

func parseCursor(data []byte) (marks, error) {
	if len(data) == 0 {
		return marks{}, nil
	}
	var m marks
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&m); err != nil {
		return nil, &connectors.Error{Kind: connectors.BadCursor, Err: errors.New("the cursor is not one of this connector")}
	}
	return m, nil
}

func (m marks) encode() ([]byte, error) { return json.Marshal(m) }

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// since is the instant after which use is new: that of the mark when the file still
// begins with what was read. unchanged is true when nothing was added.
func (k mark) since(data []byte) (through time.Time, unchanged bool) {
	if k.Size < 0 || k.Size > int64(len(data)) || k.Sum == "" || sumOf(data[:k.Size]) != k.Sum {
		return time.Time{}, false
	}
	return k.Through, k.Size == int64(len(data))
}
