package estate

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/trueup-dev/trueup/compliance/document"
)

// table is a CSV file of records: its first row names the columns, as the fields of
// the same record in a line of JSON are named.
type table[T any] struct {
	file    string
	cells   *cells
	closer  io.Closer
	columns []column[T]
	names   []string
	broken  bool // where rows begin is not known any more
}

// openTable starts reading a table; a file that is not there is nil.
func openTable[T any](fsys fs.FS, file string, known map[string]column[T]) (*table[T], error) {
	f, err := fsys.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	t := &table[T]{file: file, cells: newCells(f), closer: f}
	if err := t.head(known); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return t, nil
}

func (t *table[T]) head(known map[string]column[T]) error {
	head, err := t.cells.read()
	if errors.Is(err, io.EOF) {
		return t.problem(0, errors.New("the file is empty; its first row names the columns"))
	}
	if err != nil {
		return t.problem(0, err)
	}
	for i, name := range head {
		set, ok := known[name]
		switch {
		case !ok:
			return t.problem(i, fmt.Errorf("column %q is none of %s", name, strings.Join(sortedNames(known), ", ")))
		case slices.Contains(t.names, name):
			return t.problem(i, fmt.Errorf("column %q stands twice", name))
		}
		t.columns, t.names = append(t.columns, set), append(t.names, name)
	}
	return nil
}

func sortedNames[T any](known map[string]column[T]) []string {
	var out []string
	for name := range known {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// next puts the next row into a record, which is empty. The error is io.EOF at the
// end; any other is a problem with its place.
func (t *table[T]) next(into *T) error {
	if t.broken {
		return io.EOF
	}
	row, err := t.cells.read()
	if errors.Is(err, io.EOF) {
		return err
	}
	if err != nil {
		t.broken = true
		return t.problem(0, err)
	}
	if len(row) != len(t.columns) {
		return t.problem(0, fmt.Errorf("the row has %d cells and the first row names %d columns", len(row), len(t.columns)))
	}
	for i, cell := range row {
		if cell == "" {
			continue
		}
		if err := t.columns[i](into, cell); err != nil {
			return t.problem(i, fmt.Errorf("%s: %w", t.names[i], err))
		}
	}
	return nil
}

// problem is one in the row that was read last. Its column is that of the cell, if no
// cell before it is quoted.
func (t *table[T]) problem(cell int, err error) error {
	at := document.Position{File: t.file, Line: t.cells.line, Column: 1}
	for _, before := range t.cells.row[:min(cell, len(t.cells.row))] {
		at.Column += len(before) + 1
	}
	return &document.Problem{At: at, Message: err.Error()}
}
