package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/connectors"
)

// cursor is how far a tenant was read.
type cursor struct {
	// SKUs are the licences that were told, by identifier.
	SKUs map[string]sku `json:"skus"`
	// Days has a checksum of the sign-ins told for each day.
	Days map[string]string `json:"days,omitempty"`
	// Link leads to the users that were not told yet, or that change from here on.
	Link string `json:"link"`
	// First is true until all users were told once.
	First bool `json:"first,omitempty"`
}

// sku is what was told of a licence: its name, and a checksum of the rest.
type sku struct {
	Name string `json:"name"`
	Sum  string `json:"sum,omitempty"`
}

func badCursor(format string, args ...any) error {
	return &connectors.Error{Kind: connectors.BadCursor, Err: fmt.Errorf(format, args...)}
}

// parseCursor reads a cursor. The zero cursor is that of a reading from the beginning.
func parseCursor(data []byte) (cursor, error) {
	c := cursor{SKUs: map[string]sku{}}
	if len(data) == 0 {
		return c, nil
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	err := dec.Decode(&c)
	if err == nil && (dec.More() || c.Link == "" || c.SKUs == nil) {
		err = errors.New("it is incomplete")
	}
	if err != nil {
		return cursor{}, badCursor("the cursor is not one of this connector")
	}
	return c, nil
}

func (c cursor) encode() ([]byte, error) { return json.Marshal(c) }

func sumOf(v any) (string, error) {
	data, err := json.Marshal(v)
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8]), err
}

// dayOf is the day of an instant, empty of none.
func dayOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// daysOf has a checksum of the sign-ins of each day.
func daysOf(signIns map[string]signIn) (map[string]string, error) {
	lists := map[string][]string{}
	for id, s := range signIns {
		if day := dayOf(s.last); day != "" {
			lists[day] = append(lists[day], id+" "+s.last.UTC().Format(time.RFC3339))
		}
	}
	out := map[string]string{}
	for _, day := range slices.Sorted(maps.Keys(lists)) {
		slices.Sort(lists[day])
		sum, err := sumOf(lists[day])
		if err != nil {
			return nil, err
		}
		out[day] = sum
	}
	return out, nil
}
