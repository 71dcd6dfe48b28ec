package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"

	"github.com/trueup-dev/trueup/connectors"
)

// cursor is what each document said, by its path.
type cursor map[string]*document

const (
	// mostCursor bounds a cursor. One that is larger leaves out what the documents
	// said, and is good only as long as none is gone or changed.
	mostCursor = 1 << 20
	// mostUnpacked bounds what a cursor may unpack to.
	mostUnpacked = 256 << 20
)

func parseCursor(data []byte) (cursor, error) {
	c := cursor{}
	if len(data) == 0 {
		return c, nil
	}
	bad := &connectors.Error{Kind: connectors.BadCursor, Err: errors.New("the cursor is not one of this connector")}
	unpacked, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, bad
	}
	dec := json.NewDecoder(io.LimitReader(unpacked, mostUnpacked))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil || dec.More() || c == nil {
		return nil, bad
	}
	for _, d := range c {
		if d == nil || d.Sum == "" || d.Device == "" {
			return nil, bad
		}
	}
	return c, nil
}

func (c cursor) encode() ([]byte, error) {
	data, err := c.pack()
	if err != nil || len(data) <= mostCursor {
		return data, err
	}
	small := cursor{}
	for path, d := range c {
		small[path] = &document{Sum: d.Sum, Device: d.Device, Name: d.Name, Kind: d.Kind, Lacking: true}
	}
	return small.pack()
}

// pack gives the same bytes for the same cursor: JSON puts keys in order.
func (c cursor) pack() ([]byte, error) {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	err := json.NewEncoder(w).Encode(c)
	err = errors.Join(err, w.Close())
	return out.Bytes(), err
}
