// Package grid reads tables cell by cell from files of separated values and from
// workbooks, and can say where each cell stands.
//
// It knows nothing of what the cells mean; package mapping does. What it settles
// is what makes such files differ from one another: the separator, the encoding,
// lines above the headings, and how a workbook keeps numbers and dates. Cells of a
// workbook are read as they are stored, not as they are shown, so that no format
// rounds a number or turns day and month around; dates are numbers of days then,
// see [Grid.Dates].
//
// What is left out: formulas are not computed (the value that the spreadsheet
// stored last is read), and .xls of before 2007 is refused by name.
package grid

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/trueup-dev/trueup/connectors/mapping"
)

// Options say how files are read. The zero value finds out.
type Options struct {
	// Separator parts cells, one character; 0 takes that of comma, semicolon, tab
	// and bar which the first line has most of.
	Separator rune
	// Encoding is a name such as windows-1252; empty is UTF-8, or UTF-16 where the
	// file says so.
	Encoding string
	// Header is the line of the headings, from 1; 0 takes the first line that is
	// not empty.
	Header int
}

// Grid is one table: a file of separated values, or a sheet of a workbook.
type Grid struct {
	// File is its path, Sheet the name of the sheet, empty for a file that has
	// none.
	File, Sheet string
	// Dates says how cells hold dates.
	Dates mapping.DateNumbers
	// Header are the headings.
	Header []string

	rows reader
	line int
}

// reader gives the rows of a table; io.EOF after the last. line is where the row
// just given begins.
type reader interface {
	next() (cells []string, line int, err error)
	close() error
}

// ErrFormat is wrapped when a file is none that can be read.
var ErrFormat = errors.New("grid: not a table")

// Error is a fault of a file with its place.
type Error struct {
	File string
	// Place is a line, a line and column, or a cell; empty for the whole file.
	Place string
	Err   error
}

// Error is file, place and fault.
func (e *Error) Error() string {
	if e.Place == "" {
		return fmt.Sprintf("%s: %v", e.File, e.Err)
	}
	return fmt.Sprintf("%s: %s: %v", e.File, e.Place, e.Err)
}

// Unwrap is the fault.
func (e *Error) Unwrap() error { return e.Err }

// Name is the table in words: the file, and the sheet where there is one.
func (g *Grid) Name() string {
	if g.Sheet == "" {
		return g.File
	}
	return g.File + ", sheet " + g.Sheet
}

// Next gives the next row that is not empty; io.EOF after the last. The cells are
// good until the next call. Cells that are missing at the end of a row are left
// out. After an [*Error] the rows that can still be read follow.
func (g *Grid) Next() (cells []string, line int, err error) {
	for {
		cells, line, err = g.rows.next()
		if err != nil {
			return nil, line, err
		}
		g.line = line
		if slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" }) {
			return cells, line, nil
		}
	}
}

// Place names a cell by the line of its row and the index of its column; column -1
// is the row.
func (g *Grid) Place(line, column int) string {
	switch {
	case column < 0:
		return fmt.Sprintf("line %d", line)
	case g.Sheet == "":
		return fmt.Sprintf("line %d, column %d", line, column+1)
	}
	return fmt.Sprintf("cell %s%d", letters(column), line)
}

// letters name a column as spreadsheets do.
func letters(column int) string {
	name := ""
	for column >= 0 {
		name = string(rune('A'+column%26)) + name
		column = column/26 - 1
	}
	return name
}

// Close ends the reading.
func (g *Grid) Close() error { return g.rows.close() }

// workbook reports whether a path names a workbook.
func workbook(path string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".xlsx", ".xlsm":
		return true
	}
	return false
}

// table reports whether a path names a file of separated values.
func table(path string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".csv", ".tsv", ".txt":
		return true
	}
	return false
}

// Entry is a table that a folder or file holds, not opened yet.
type Entry struct{ File, Sheet string }

// List lists the tables of a file or of a folder, in order: of each workbook every
// sheet. Files of other kinds in a folder are left out.
func List(path string) ([]Entry, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("grid: %w", err)
	}
	files := []string{path}
	if info.IsDir() {
		entries, err := os.ReadDir(path)
		if err != nil {
			return nil, fmt.Errorf("grid: %w", err)
		}
		files = nil
		for _, e := range entries {
			if name := filepath.Join(path, e.Name()); e.Type()&fs.ModeDir == 0 && (workbook(name) || table(name)) && !strings.HasPrefix(e.Name(), "~$") {
				files = append(files, name)
			}
		}
	}
	var out []Entry
	for _, file := range files {
		if !workbook(file) {
			out = append(out, Entry{File: file})
			continue
		}
		sheets, err := sheetsOf(file)
		if err != nil {
			return nil, err
		}
		for _, s := range sheets {
			out = append(out, Entry{file, s})
		}
	}
	return out, nil
}

// Open opens a table and reads its headings.
func (e Entry) Open(o Options) (*Grid, error) {
	g := &Grid{File: e.File, Sheet: e.Sheet}
	var err error
	if workbook(e.File) {
		g.rows, g.Dates, err = openSheet(e.File, e.Sheet)
	} else {
		g.rows, err = openText(e.File, o)
	}
	if err != nil {
		return nil, err
	}
	for {
		cells, line, err := g.Next()
		if err != nil {
			return nil, errors.Join(&Error{File: e.File, Err: fmt.Errorf("%w: %s has no headings: %w", ErrFormat, g.Name(), err)}, g.Close())
		}
		if line >= o.Header {
			g.Header = slices.Clone(cells)
			return g, nil
		}
	}
}
