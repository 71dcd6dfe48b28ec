package calendar

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
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
// localName, counties and types. Errors name the record, counted from 1.
func ReadJSON(name string, data []byte, o JSONOptions) ([]Holiday, error) {
	types := o.Types
	if types == nil {
		types = []string{"Public"}
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	var records []json.RawMessage
	if err := dec.Decode(&records); err != nil {
		return nil, fmt.Errorf("%s: not a JSON array of holidays: %w", name, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: something follows the array of holidays", name)
	}
	var out []Holiday
	var errs []error
	for i, raw := range records {
		h, ok, err := readRecord(raw, o.Region, types)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: record %d: %w", name, i+1, err))
		}
		if ok {
			out = append(out, h)
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return out, nil
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
