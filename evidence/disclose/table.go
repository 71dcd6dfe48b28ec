package disclose

import (
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"
)

// Errors to tell apart with errors.Is.
var (
	// ErrTable: the table cannot be committed to. The error names row and column.
	ErrTable = errors.New("disclose: table is not well-formed")

	// ErrRequest: the bundle that was asked for cannot be made.
	ErrRequest = errors.New("disclose: request is not well-formed")

	// ErrBundle: the bundle is malformed, or does not hold. The error says where.
	ErrBundle = errors.New("disclose: bundle does not hold")

	// ErrExpired: the bundle is past its expiry.
	ErrExpired = errors.New("disclose: bundle has expired")

	// ErrAudience: the bundle was made for someone else.
	ErrAudience = errors.New("disclose: bundle is for another audience")
)

// Column is a column of a table. One marked Sum holds decimals that are not
// negative and have at most Scale digits after the point (0 to 18).
type Column struct {
	Name  string
	Sum   bool
	Scale int
}

// Table is what is committed to: the population of a list. A value that a row has
// not is committed to as missing. Put facts of one audience into one table: its
// name, its columns and the number of its rows are shown with any bundle of it.
type Table struct {
	Name    string
	Columns []Column
	Rows    []map[string]string
}

const (
	maxColumns = 256
	maxName    = 255
)

// check reports every fault of the table's head.
func checkHead(name string, columns []Column) error {
	var errs []error
	if name == "" || len(name) > maxName || !utf8.ValidString(name) {
		errs = append(errs, fmt.Errorf("%w: its name is not 1 to %d bytes of text", ErrTable, maxName))
	}
	if len(columns) == 0 || len(columns) > maxColumns {
		errs = append(errs, fmt.Errorf("%w: %d columns, want 1 to %d", ErrTable, len(columns), maxColumns))
	}
	for i, c := range columns {
		switch {
		case c.Name == "" || len(c.Name) > maxName || !utf8.ValidString(c.Name):
			errs = append(errs, fmt.Errorf("%w: the name of column %d is not 1 to %d bytes of text", ErrTable, i, maxName))
		case slices.ContainsFunc(columns[:i], func(o Column) bool { return o.Name == c.Name }):
			errs = append(errs, fmt.Errorf("%w: there are two columns %s", ErrTable, c.Name))
		case c.Scale < 0 || c.Scale > maxScale || !c.Sum && c.Scale != 0:
			errs = append(errs, fmt.Errorf("%w: column %s has scale %d", ErrTable, c.Name, c.Scale))
		}
	}
	return errors.Join(errs...)
}

// values are the values of a row in the order of the columns.
func values(columns []Column, row map[string]string) ([]*string, error) {
	out := make([]*string, len(columns))
	found := 0
	for i, c := range columns {
		if v, ok := row[c.Name]; ok {
			if !utf8.ValidString(v) {
				return nil, fmt.Errorf("%w: column %s is not UTF-8", ErrTable, c.Name)
			}
			out[i] = &v
			found++
		}
	}
	if found < len(row) {
		for name := range row {
			if !slices.ContainsFunc(columns, func(c Column) bool { return c.Name == name }) {
				return nil, fmt.Errorf("%w: there is no column %s", ErrTable, name)
			}
		}
	}
	return out, nil
}

// quantity is the value of a sum column; a missing one counts nothing.
func quantity(c Column, value *string) (sum, error) {
	if value == nil {
		return sum{}, nil
	}
	q, err := parseSum(*value, c.Scale)
	if err != nil {
		return sum{}, fmt.Errorf("column %s: %w", c.Name, err)
	}
	return q, nil
}
