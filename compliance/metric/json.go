package metric

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// value is a JSON value with numbers as they are written and members in order,
// so that no digit is lost and a member given twice is seen.
type jsonValue struct {
	kind    jsonKind
	text    string
	yes     bool
	items   []jsonValue
	members []jsonMember
}

type jsonMember struct {
	name  string
	value jsonValue
}

type jsonKind uint8

const (
	jsonNull jsonKind = iota
	jsonBool
	jsonNumber
	jsonString
	jsonArray
	jsonObject
)

func (k jsonKind) String() string {
	return [...]string{"null", "true or false", "a number", "a text", "a list", "an object"}[k]
}

// maxNesting bounds nesting, so that hostile input cannot exhaust the stack.
const maxNesting = 32

// parseJSON reads one JSON value.
func parseJSON(data []byte) (jsonValue, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	v, err := nextJSON(d, 0)
	if err != nil {
		return v, fmt.Errorf("at byte %d: %w", d.InputOffset(), plainJSON(err))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return v, fmt.Errorf("at byte %d: more than one value", d.InputOffset())
	}
	return v, nil
}

func plainJSON(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the JSON value ends too early")
	}
	return err
}

func nextJSON(d *json.Decoder, depth int) (jsonValue, error) {
	if depth > maxNesting {
		return jsonValue{}, fmt.Errorf("nested deeper than %d levels", maxNesting)
	}
	t, err := d.Token()
	if err != nil {
		return jsonValue{}, err
	}
	switch t := t.(type) {
	case bool:
		return jsonValue{kind: jsonBool, yes: t}, nil
	case json.Number:
		return jsonValue{kind: jsonNumber, text: t.String()}, nil
	case string:
		return jsonValue{kind: jsonString, text: t}, nil
	case json.Delim:
		if t == '[' {
			return arrayJSON(d, depth)
		}
		return objectJSON(d, depth)
	}
	return jsonValue{}, nil
}

func arrayJSON(d *json.Decoder, depth int) (jsonValue, error) {
	v := jsonValue{kind: jsonArray}
	for d.More() {
		e, err := nextJSON(d, depth+1)
		if err != nil {
			return v, err
		}
		v.items = append(v.items, e)
	}
	_, err := d.Token()
	return v, err
}

func objectJSON(d *json.Decoder, depth int) (jsonValue, error) {
	v := jsonValue{kind: jsonObject}
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return v, err
		}
		name, _ := t.(string)
		if seen[name] {
			return v, fmt.Errorf("%q is given twice", name)
		}
		seen[name] = true
		e, err := nextJSON(d, depth+1)
		if err != nil {
			return v, err
		}
		v.members = append(v.members, jsonMember{name, e})
	}
	_, err := d.Token()
	return v, err
}

// member finds a member of an object.
func (v jsonValue) member(name string) (jsonValue, bool) {
	for _, m := range v.members {
		if m.name == name {
			return m.value, true
		}
	}
	return jsonValue{}, false
}
