package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/trueup-dev/trueup/connectors"
)

// cursor is how far the tables were read.
type cursor struct {
	// Whole is true once all tables were read once.
	Whole  bool              `json:"whole,omitempty"`
	Tables map[string]*state `json:"tables"`
}

// state is how far one table was read.
type state struct {
	// Mark is the latest sys_updated_on when the reading began, empty of an empty
	// table. Count is how many records there were.
	Mark  string `json:"mark,omitempty"`
	Count int    `json:"count"`
	// After is the last sys_id read, Read how many records were, Done that it was all.
	After string `json:"after,omitempty"`
	Read  int    `json:"read,omitempty"`
	Done  bool   `json:"done,omitempty"`
	// Late has sys_id and sys_mod_count of the records changed in the last minute up
	// to the mark: they come again, and are known.
	Late map[string]string `json:"late,omitempty"`
}

func badCursor(format string, args ...any) error {
	return &connectors.Error{Kind: connectors.BadCursor, Err: fmt.Errorf(format, args...)}
}

// parseCursor reads a cursor. The zero cursor is that of a reading from the beginning.
func parseCursor(data []byte) (cursor, error) {
	c := cursor{Tables: map[string]*state{}}
	if len(data) == 0 {
		return c, nil
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	err := dec.Decode(&c)
	if err == nil && (dec.More() || len(c.Tables) == 0) {
		err = errors.New("it is incomplete")
	}
	for _, s := range c.Tables {
		if s == nil {
			err = errors.New("it is incomplete")
		} else if _, parseErr := parseTime(s.Mark); parseErr != nil {
			err = parseErr
		}
	}
	if err != nil {
		return cursor{}, badCursor("the cursor is not one of this connector")
	}
	return c, nil
}

func (c cursor) encode() ([]byte, error) { return json.Marshal(c) }
