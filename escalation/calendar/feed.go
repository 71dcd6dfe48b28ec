package calendar

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/trueup-dev/trueup/compliance/document"
)

// JSONOptions say which records of a feed are holidays at the place of work.
type JSONOptions struct {
	// Region is the code of the region, such as CH-ZH. Records that are limited
	// to other regions are left out.
	Region string
	// Types are the kinds of days that count; empty means Public only. Feeds
	// carry days that nobody is off on, too.
	Types []string
}

// ReadJSON reads holidays from a JSON array in the form of the public service
// Nager.Date (https://date.nager.at): objects with date and name, and optionally
// localName, counties and types. The error is of type [document.Problems] and names
// each record that is wrong, counted from 1, at the place where it begins.
func ReadJSON(name string, data []byte, o JSONOptions) ([]Holiday, error) {
	types := o.Types
	if types == nil {
		types = []string{"Public"}
	}
	r := jsonReader{name: name, data: data}
	var records []json.RawMessage
	if err := json.Unmarshal(data, &records); err != nil {
		r.fail(syntax(err), "not a JSON array of holidays: %v", err)
		return nil, r.problems
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	_, _ = dec.Token() // the bracket; what follows has been read once
	var out []Holiday
	for i := range records {
		at := int(dec.InputOffset())
		at += len(data[at:]) - len(bytes.TrimLeft(data[at:], ", \t\r\n"))
		if err := dec.Decode(&records[i]); err != nil {
			r.fail(at, "record %d: %v", i+1, err)
			break
		}
		h, ok, err := readRecord(records[i], o.Region, types)
		if err != nil {
			r.fail(at, "record %d: %v", i+1, err)
		}
		if ok {
			out = append(out, h)
		}
	}
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	return out, nil
}

type jsonReader struct {
	name     string
	data     []byte
	problems document.Problems
}

// syntax is the offset that an error of the decoder names.
func syntax(err error) int {
	var s *json.SyntaxError
	if errors.As(err, &s) {
		return max(0, int(s.Offset)-1)
	}
	return 0
}

func (r *jsonReader) fail(offset int, format string, args ...any) {
	before := r.data[:min(offset, len(r.data))]
	line := before[bytes.LastIndexByte(before, '\n')+1:]
	r.problems = append(r.problems, &document.Problem{
		At:      document.Position{File: r.name, Line: 1 + bytes.Count(before, []byte{'\n'}), Column: 1 + utf8.RuneCount(line)},
		Message: fmt.Sprintf(format, args...),
	})
}

func readRecord(raw json.RawMessage, region string, types []string) (Holiday, bool, error) {
	var r struct {
		Date            *Date
		Name, LocalName string
		Counties        []string
		Types           []string
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		return Holiday{}, false, err
	}
	if r.Date == nil {
		return Holiday{}, false, errors.New(`there is no "date"`)
	}
	if len(r.Counties) > 0 && !slices.Contains(r.Counties, region) {
		return Holiday{}, false, nil
	}
	if len(r.Types) > 0 && !slices.ContainsFunc(r.Types, func(t string) bool { return slices.Contains(types, t) }) {
		return Holiday{}, false, nil
	}
	name := r.LocalName
	if name == "" {
		name = r.Name
	}
	return Holiday{*r.Date, name}, true, nil
}
