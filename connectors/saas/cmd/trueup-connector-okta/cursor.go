package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/trueup-dev/trueup/connectors"
)

// cursor is how far an organisation was read.
type cursor struct {
	// Late has when the users of the overlap were last changed and signed in.
	Late map[string]change `json:"late,omitempty"`
	// Log is up to when the log was read, Events are those of the overlap.
	Log    time.Time       `json:"log"`
	Events map[string]bool `json:"events,omitempty"`
	// Apps are the names of the applications, by identifier.
	Apps map[string]app `json:"apps"`
}

// change is when a user was last changed and last signed in.
type change struct {
	Updated time.Time `json:"u"`
	Login   time.Time `json:"l"`
}

// app is an application as it was told.
type app struct {
	Name  string `json:"name"`
	Label string `json:"label"`
}

func badCursor(format string, args ...any) error {
	return &connectors.Error{Kind: connectors.BadCursor, Err: fmt.Errorf(format, args...)}
}

// parseCursor reads a cursor. The zero cursor is that of a reading from the beginning.
func parseCursor(data []byte) (cursor, error) {
	if len(data) == 0 {
		return cursor{}, nil
	}
	var c cursor
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	err := dec.Decode(&c)
	if err == nil && (dec.More() || c.Apps == nil || c.Log.IsZero()) {
		err = errors.New("it is incomplete")
	}
	if err != nil {
		return cursor{}, badCursor("the cursor is not one of this connector")
	}
	return c, nil
}

func (c cursor) encode() ([]byte, error) { return json.Marshal(c) }
