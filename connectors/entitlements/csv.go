package entitlements

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/compliance/ledger"
)

// sheet reads one CSV file.
type sheet struct {
	name     string
	r        *csv.Reader
	header   []string
	problems document.Problems
}

func (s *sheet) fail(line, column int, format string, args ...any) {
	s.problems = append(s.problems, &document.Problem{At: document.Position{File: s.name, Line: line, Column: column}, Message: fmt.Sprintf(format, args...)})
}

func readCSV(l *ledger.Ledger, name string, data []byte) error {
	s := &sheet{name: name, r: csv.NewReader(bytes.NewReader(data))}
	if i := bytes.IndexFunc(data, func(r rune) bool { return r == utf8.RuneError }); i >= 0 && !utf8.Valid(data) {
		before := data[:i]
		line := bytes.Count(before, []byte("\n")) + 1
		s.fail(line, i-bytes.LastIndexByte(before, '\n'), "text is not UTF-8; save the file as CSV UTF-8")
		return s.problems
	}
	first, _, _ := bytes.Cut(data, []byte("\n"))
	if bytes.Count(first, []byte(";")) > bytes.Count(first, []byte(",")) {
		s.r.Comma = ';'
	}
	s.r.FieldsPerRecord = -1
	var err error
	if s.header, err = s.r.Read(); err != nil {
		s.broken(err)
		return s.problems.Err()
	}
	for i, h := range s.header {
		s.header[i] = strings.ToLower(strings.TrimSpace(h))
	}
	switch {
	case slices.Contains(s.header, "product"):
		es := rows(s, "entitlement", entitlementFields(), func() entitlement { return entitlement{} }, checkEntitlement)
		s.problems = append(s.problems, enterAll(l, es, nil, nil)...)
	case slices.Contains(s.header, "publisher"):
		cs := rows(s, "contract", contractFields(), newContract, checkContract)
		s.problems = append(s.problems, enterAll(l, nil, cs, nil)...)
	default:
		s.fail(1, 1, "the header is neither one of entitlements, which has a column product, nor one of contracts, which has a column publisher")
	}
	return s.problems.Err()
}

// broken reports what the CSV reader could not read.
func (s *sheet) broken(err error) {
	var parse *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
		s.fail(1, 1, "file is empty; its first line names the columns")
	case errors.As(err, &parse):
		s.fail(parse.Line, parse.Column, "not CSV: %v", parse.Err)
	default:
		s.fail(1, 1, "%v", err)
	}
}

// rows reads the records below the header. A row with a problem is left out.
func rows[T any](s *sheet, what string, plain []field[T], fresh func() T, check func(T) error) []stated[T] {
	fields := withDates(plain)
	columns := columnsOf(s, fields)
	var out []stated[T]
	for {
		record, err := s.r.Read()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			s.broken(err)
			return out
		}
		line, _ := s.r.FieldPos(0)
		before := len(s.problems)
		t := stated[T]{fact: fresh(), at: document.Position{File: s.name, Line: line, Column: 1}}
		fill(s, &t, record, columns, fields)
		if err := check(t.fact); err != nil {
			s.fail(line, 1, "%s: %v", what, err)
		}
		if len(s.problems) == before {
			out = append(out, t)
		}
	}
}

// columnsOf finds for each column its field, -1 for what nobody knows.
func columnsOf[T any](s *sheet, fields []field[T]) []int {
	known := make([]string, len(fields))
	for i, f := range fields {
		known[i] = f.name
		if f.required && !slices.Contains(s.header, f.name) {
			s.fail(1, 1, "column %s is missing", f.name)
		}
	}
	columns := make([]int, len(s.header))
	for i, h := range s.header {
		columns[i] = slices.Index(known, h)
		line, column := s.r.FieldPos(i)
		switch {
		case columns[i] < 0:
			s.fail(line, column, "nobody knows the column %q; known are %s", h, strings.Join(known, ", "))
		case slices.Index(s.header, h) < i:
			s.fail(line, column, "column %s is given twice", h)
		}
	}
	return columns
}

func fill[T any](s *sheet, t *T, record []string, columns []int, fields []field[T]) {
	line, _ := s.r.FieldPos(0)
	if len(record) != len(columns) {
		s.fail(line, 1, "row has %d cells, the header %d", len(record), len(columns))
		return
	}
	for i, cell := range record {
		if columns[i] < 0 {
			continue
		}
		f := fields[columns[i]]
		at, column := s.r.FieldPos(i)
		cell = strings.TrimSpace(cell)
		switch {
		case cell == "" && f.required:
			s.fail(at, column, "%s is empty", f.name)
		case cell == "":
		default:
			if err := f.set(t, cell); err != nil {
				s.fail(at, column, "%s: %v", f.name, err)
			}
		}
	}
}
