package grid

import (
	"errors"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"

	"github.com/trueup-dev/trueup/connectors/mapping"
)

// sheet reads one sheet of a workbook, row by row.
type sheet struct {
	path, name string
	book       *excelize.File
	rows       *excelize.Rows
	line       int
	failed     bool
}

// limits keep a small file from unfolding into more than a machine holds.
var limits = excelize.Options{RawCellValue: true, UnzipSizeLimit: 4 << 30, UnzipXMLSizeLimit: 16 << 20}

func openBook(path string) (*excelize.File, error) {
	f, err := excelize.OpenFile(path, limits)
	if err != nil {
		return nil, &Error{File: path, Err: fmt.Errorf("%w: %w", ErrFormat, err)}
	}
	return f, nil
}

// sheetsOf lists the sheets of a workbook.
func sheetsOf(path string) ([]string, error) {
	f, err := openBook(path)
	if err != nil {
		return nil, err
	}
	return f.GetSheetList(), f.Close()
}

func openSheet(path, name string) (reader, mapping.DateNumbers, error) {
	f, err := openBook(path)
	if err != nil {
		return nil, 0, err
	}
	rows, err := f.Rows(name)
	if err != nil {
		return nil, 0, errors.Join(&Error{path, "sheet " + name, err}, f.Close())
	}
	dates := mapping.Since1900
	if props, err := f.GetWorkbookProps(); err == nil && props.Date1904 != nil && *props.Date1904 {
		dates = mapping.Since1904
	}
	return &sheet{path: path, name: name, book: f, rows: rows}, dates, nil
}

func (s *sheet) next() ([]string, int, error) {
	if s.failed {
		return nil, s.line, io.EOF
	}
	if !s.rows.Next() {
		s.failed = true
		if err := s.rows.Error(); err != nil {
			return nil, s.line, &Error{s.path, fmt.Sprintf("sheet %s, line %d", s.name, s.line+1), err}
		}
		return nil, s.line, io.EOF
	}
	s.line++
	cells, err := s.rows.Columns(limits)
	if err != nil {
		s.failed = true
		return nil, s.line, &Error{s.path, fmt.Sprintf("sheet %s, line %d", s.name, s.line), err}
	}
	return cells, s.line, nil
}

func (s *sheet) close() error { return errors.Join(s.rows.Close(), s.book.Close()) }
