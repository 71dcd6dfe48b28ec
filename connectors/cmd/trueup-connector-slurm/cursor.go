package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"time"

	"github.com/trueup-dev/trueup/connectors"
)

// mark is the cursor: how far the accounts were read.
type mark struct {
	// At is the instant of the outputs that were read: those of no later one say
	// nothing new.
	At time.Time `json:"at"`
	// Through is the beginning of the day that was not over.
	Through time.Time `json:"through"`
	// Seen are the titles that were in use before, sorted: of others an unused day is
	// not known to be one on which they were counted.
	Seen []string `json:"seen"`
}

func parseCursor(data []byte) (mark, error) {
	var m mark
	if len(data) == 0 {
		return m, nil
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&m); err != nil || dec.More() {
		return mark{}, &connectors.Error{Kind: connectors.BadCursor, Err: errors.New("the cursor is not one of this connector")}
	}
	return m, nil
}

func (m mark) encode() ([]byte, error) { return json.Marshal(m) }
