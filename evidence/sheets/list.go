package sheets

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"

	"github.com/trueup-dev/trueup/evidence/ipe"
)

// ErrList is wrapped where the rows do not fit their header, or the form.
var ErrList = errors.New("sheets: list is not well-formed")

// Limits of the form.
const (
	maxRows    = 1 << 20
	maxColumns = 1 << 14
	maxCell    = 32767 // characters, in UTF-16
	digits     = 15    // that a number keeps
)

// Column is a column of a list. Number says that its cells are decimals, to be summed
// and sorted as such. A cell that is none, or has more digits than a spreadsheet
// keeps, stays a text.
type Column struct {
	Name   string
	Number bool
}

// The sheets of a workbook, in their order.
const (
	HeaderSheet = "Header"
	ListSheet   = "List"
)

// Write writes a list as a workbook. A header that lacks a part, more rows than its
// population, a row of another width, or a cell that is too long is refused.
func Write(w io.Writer, header *ipe.Header, columns []Column, rows [][]string) (err error) {
	if err := check(header, columns, rows); err != nil {
		return err
	}
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	at := header.Produced.UTC().Format(time.RFC3339)
	if err := f.SetDocProps(&excelize.DocProperties{Creator: header.Preparer, LastModifiedBy: header.Preparer, Title: header.Title, Created: at, Modified: at}); err != nil {
		return fmt.Errorf("sheets: %w", err)
	}
	if err := f.SetSheetName("Sheet1", HeaderSheet); err != nil {
		return fmt.Errorf("sheets: %w", err)
	}
	if _, err := f.NewSheet(ListSheet); err != nil {
		return fmt.Errorf("sheets: %w", err)
	}
	digest := digestOf(columns, rows)
	if err := writeHeader(f, header, len(rows), digest); err != nil {
		return err
	}
	if err := writeList(f, columns, rows, digest); err != nil {
		return err
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		return fmt.Errorf("sheets: %w", err)
	}
	if err := repack(w, b.Bytes()); err != nil {
		return fmt.Errorf("sheets: %w", err)
	}
	return nil
}

// repack writes the parts of a workbook in the order of their names: the library
// writes them in any.
func repack(w io.Writer, workbook []byte) error {
	in, err := zip.NewReader(bytes.NewReader(workbook), int64(len(workbook)))
	if err != nil {
		return err
	}
	slices.SortFunc(in.File, func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) })
	out := zip.NewWriter(w)
	for _, part := range in.File {
		if err := out.Copy(part); err != nil {
			return err
		}
	}
	return out.Close()
}

func check(header *ipe.Header, columns []Column, rows [][]string) error {
	if err := header.Validate(); err != nil {
		return fmt.Errorf("%w: %w", ErrList, err)
	}
	if int64(len(rows)) > header.Population {
		return fmt.Errorf("%w: %d rows of a population of %d", ErrList, len(rows), header.Population)
	}
	if len(columns) == 0 || len(columns) > maxColumns || len(rows) > maxRows-listTop {
		return fmt.Errorf("%w: %d columns and %d rows, a sheet holds 1 to %d and %d", ErrList, len(columns), len(rows), maxColumns, maxRows-listTop)
	}
	for i, row := range rows {
		if len(row) != len(columns) {
			return fmt.Errorf("%w: row %d has %d cells, want %d", ErrList, i, len(row), len(columns))
		}
		for k, cell := range row {
			if err := checkCell(cell); err != nil {
				return fmt.Errorf("%w: row %d, column %s: %w", ErrList, i, columns[k].Name, err)
			}
		}
	}
	for _, l := range header.Lines() {
		if err := checkCell(l[1]); err != nil {
			return fmt.Errorf("%w: header, %s: %w", ErrList, l[0], err)
		}
	}
	return nil
}

// checkCell refuses what the form would cut off or change.
func checkCell(s string) error {
	if !utf8.ValidString(s) {
		return errors.New("the text is not UTF-8")
	}
	units := 0
	for _, r := range s {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff {
			return fmt.Errorf("the text has the character %U, which no workbook holds", r)
		}
		units += utf16.RuneLen(r)
	}
	if units > maxCell {
		return fmt.Errorf("the text is %d characters long, a cell holds %d", units, maxCell)
	}
	return nil
}

// digestOf is the SHA-256 of the columns and rows, each cell after its length.
func digestOf(columns []Column, rows [][]string) string {
	h := sha256.New()
	put := func(s string) { fmt.Fprintf(h, "%d:%s", len(s), s) }
	for _, c := range columns {
		put(c.Name)
	}
	for _, row := range rows {
		for _, cell := range row {
			put(cell)
		}
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

func writeHeader(f *excelize.File, header *ipe.Header, rows int, digest string) error {
	s, err := f.NewStreamWriter(HeaderSheet)
	if err != nil {
		return fmt.Errorf("sheets: %w", err)
	}
	if err := errors.Join(s.SetColWidth(1, 1, 32), s.SetColWidth(2, 2, 96)); err != nil {
		return fmt.Errorf("sheets: %w", err)
	}
	lines := append(header.Lines(), [2]string{"Rows shown", strconv.Itoa(rows)}, [2]string{"Digest list", digest})
	for i, l := range lines {
		if err := s.SetRow("A"+strconv.Itoa(i+1), []any{l[0], l[1]}); err != nil {
			return fmt.Errorf("sheets: %w", err)
		}
	}
	return flush(s)
}

// listTop is the number of rows above the first of a list.
const listTop = 3

func writeList(f *excelize.File, columns []Column, rows [][]string, digest string) error {
	s, err := f.NewStreamWriter(ListSheet)
	if err != nil {
		return fmt.Errorf("sheets: %w", err)
	}
	names := make([]any, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	if err := s.SetPanes(&excelize.Panes{Freeze: true, YSplit: listTop, TopLeftCell: "A4", ActivePane: "bottomLeft"}); err != nil {
		return fmt.Errorf("sheets: %w", err)
	}
	top := [][]any{{fmt.Sprintf("%d rows, %s; how they came about is in the sheet %s", len(rows), digest, HeaderSheet)}, {}, names}
	for i, row := range top {
		if err := s.SetRow("A"+strconv.Itoa(i+1), row); err != nil {
			return fmt.Errorf("sheets: %w", err)
		}
	}
	for i, row := range rows {
		cells := make([]any, len(row))
		for k, cell := range row {
			cells[k] = value(columns[k], cell)
		}
		if err := s.SetRow("A"+strconv.Itoa(i+listTop+1), cells); err != nil {
			return fmt.Errorf("sheets: %w", err)
		}
	}
	return flush(s)
}

func flush(s *excelize.StreamWriter) error {
	if err := s.Flush(); err != nil {
		return fmt.Errorf("sheets: %w", err)
	}
	return nil
}

// value is a cell as the form has it.
func value(c Column, cell string) any {
	if !c.Number {
		return cell
	}
	d, err := decimal.NewFromString(cell)
	if err != nil || strings.ContainsAny(cell, "eE") || d.NumDigits() > digits || d.Exponent() < -digits {
		return cell
	}
	number, _ := d.Float64()
	if again := decimal.NewFromFloat(number); !again.Equal(d) {
		return cell
	}
	return number
}
