package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"regexp"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
)

// placedError is an error at a line and column of a file, both from 1. Columns
// count bytes.
type placedError struct {
	line, column int
	err          error
}

func (e *placedError) Error() string { return fmt.Sprintf("%s: %v", e.place(), e.err) }

func (e *placedError) Unwrap() error { return e.err }

func (e *placedError) place() string { return fmt.Sprintf("line %d, column %d", e.line, e.column) }

// at is an error at an offset into data.
func at(data []byte, offset int, err error) *placedError {
	offset = min(max(offset, 0), len(data))
	before := data[:offset]
	return &placedError{bytes.Count(before, []byte{'\n'}) + 1, offset - bytes.LastIndexByte(before, '\n'), err}
}

// otherEncoding finds an XML declaration of an encoding that is not UTF-8.
var otherEncoding = regexp.MustCompile(`^\s*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._:-]+)["']`)

// decode gives the text as UTF-8. A byte that is not UTF-8 is an error unless
// the file declares another encoding: guessing one would alter names silently.
func decode(data []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(data, []byte{0xEF, 0xBB, 0xBF}):
		data = data[3:]
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}), bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		out, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(data)
		if err != nil {
			return nil, &placedError{1, 1, fmt.Errorf("the file is marked as UTF-16 and is not: %w", err)}
		}
		return out, nil
	}
	if m := otherEncoding.FindSubmatch(data); m != nil && !bytes.EqualFold(m[1], []byte("utf-8")) {
		return data, nil
	}
	if i := firstInvalid(data); i >= 0 {
		return nil, at(data, i, fmt.Errorf("byte 0x%02x is not UTF-8; if the file is in another encoding, it must be converted or, as XML, declare it", data[i]))
	}
	return data, nil
}

// firstInvalid is the offset of the first byte that is not UTF-8, -1 if none.
func firstInvalid(data []byte) int {
	for i := 0; i < len(data); {
		if data[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// jsonError places an error of encoding/json.
func jsonError(data []byte, err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		offset := int(syntax.Offset) - 1
		if offset >= len(data)-1 && !json.Valid(data) && syntax.Error() == "unexpected end of JSON input" {
			return at(data, len(data), errors.New("the file ends in the middle: it is truncated"))
		}
		return at(data, offset, err)
	}
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return at(data, int(kind.Offset), fmt.Errorf("field %s holds a %s", kind.Field, kind.Value))
	}
	return at(data, 0, err)
}

// xmlReason words an error of encoding/xml, whose own line is given apart.
func xmlReason(err error) error {
	var syntax *xml.SyntaxError
	switch {
	case !errors.As(err, &syntax):
		return err
	case syntax.Msg == "unexpected EOF":
		return errors.New("the file ends in the middle: it is truncated")
	}
	return errors.New(syntax.Msg)
}
