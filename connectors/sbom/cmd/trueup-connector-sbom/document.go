package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/trueup-dev/trueup/compliance/catalog"
)

// document is what one document says. Its fields are short in the cursor, which holds one
// for each document.
type document struct {
	Sum string `json:"s"`
	// Device is whose software it is; Name and Kind are what the document says of it.
	Device string          `json:"d"`
	Name   string          `json:"n,omitempty"`
	Kind   string          `json:"k,omitempty"`
	Titles []catalog.Title `json:"t,omitempty"`
	Bought []purchase      `json:"b,omitempty"`
	// Lacking is true when Titles and Bought were left out to keep the cursor small.
	Lacking bool `json:"l,omitempty"`

	// perFolder is true of a tag: its folder is the device.
	perFolder bool
	// passed are parts that are no installs, by what they are.
	passed map[string]int
	// faults are components that cannot be read.
	faults []fault
}

// purchase is what a document says of a purchase.
type purchase struct {
	ID         string        `json:"i"`
	Title      catalog.Title `json:"t"`
	Metric     string        `json:"m,omitempty"`
	Order      string        `json:"o,omitempty"`
	Expiration time.Time     `json:"e"`
}

// fault is a component that cannot be read.
type fault struct{ place, message string }

func (d *document) fault(place, format string, args ...any) {
	d.faults = append(d.faults, fault{place, fmt.Sprintf(format, args...)})
}

func (d *document) pass(what string) {
	if d.passed == nil {
		d.passed = map[string]int{}
	}
	d.passed[what]++
}

// errForeign is the error of a file that is no document of a kind that is read.
var errForeign = errors.New("it is neither a SWID tag nor a CycloneDX or SPDX 2 document")

// parse reads a document of whichever kind. Libraries that others keep read CycloneDX and
// SPDX; should one panic, the document is one that cannot be read.
func parse(data []byte) (d *document, err error) {
	defer func() {
		if p := recover(); p != nil {
			d, err = nil, errors.New("it is so malformed that its reader fails")
		}
	}()
	data = bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), " \t\r\n")
	switch {
	case bytes.HasPrefix(data, []byte("{")):
		return parseJSON(data)
	case bytes.HasPrefix(data, []byte("<")):
		return parseXML(data)
	case bytes.HasPrefix(data, []byte("SPDXVersion:")):
		return parseTagValue(data)
	}
	return nil, errForeign
}

func parseJSON(data []byte) (*document, error) {
	var head struct {
		Format string          `json:"bomFormat"`
		SPDX   string          `json:"spdxVersion"`
		Graph  json.RawMessage `json:"@graph"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, placed(data, err)
	}
	switch {
	case head.Format == "CycloneDX":
		return parseCycloneDX(data, true)
	case head.SPDX != "":
		return parseSPDX(data)
	case bytes.Contains(head.Graph, []byte("SpdxDocument")):
		return nil, errors.New("it is of SPDX 3, which is not read; write it as SPDX 2.3")
	}
	return nil, errForeign
}

// placed gives an error of JSON its line and column.
func placed(data []byte, err error) error {
	var syntax *json.SyntaxError
	var value *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		line, column := position(data, syntax.Offset)
		return fmt.Errorf("line %d, column %d: %w", line, column, err)
	case errors.As(err, &value):
		line, column := position(data, value.Offset)
		return fmt.Errorf("line %d, column %d: field %q has a %s", line, column, value.Field, value.Value)
	}
	return err
}

func position(data []byte, offset int64) (line, column int) {
	before := data[:min(max(0, offset), int64(len(data)))]
	return bytes.Count(before, []byte("\n")) + 1, max(1, len(before)-bytes.LastIndexByte(before, '\n')-1)
}

func parseXML(data []byte) (*document, error) {
	dec := xml.NewDecoder(bytes.NewReader(data))
	for {
		token, err := dec.Token()
		if err != nil {
			if errors.Is(err, io.EOF) {
				return nil, errForeign
			}
			return nil, err
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch start.Name.Local {
		case "bom":
			return parseCycloneDX(data, false)
		case "SoftwareIdentity":
			return parseSWID(dec, start)
		case "software_identification_tag":
			return nil, errors.New("it is a tag of ISO/IEC 19770-2:2009, which is not read; have it written as of 2015")
		}
		return nil, errForeign
	}
}
