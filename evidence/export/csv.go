package export

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/evidence/ipe"
)

// ErrExport is wrapped where the rows do not fit their header.
var ErrExport = errors.New("export: list is not well-formed")

// CSV writes a list: the lines of the header, each a name and a value, the number of
// rows that are shown, an empty line, the columns and the rows. A header that lacks a
// part, more rows than its population, or a row of another width is refused.
//
// A cell that a spreadsheet would take for a formula gets an apostrophe before it:
// one that begins, after white space, with = + - or @, unless it is a number.
func CSV(w io.Writer, header *ipe.Header, columns []string, rows [][]string) error {
	if err := header.Validate(); err != nil {
		return fmt.Errorf("%w: %w", ErrExport, err)
	}
	if int64(len(rows)) > header.Population {
		return fmt.Errorf("%w: %d rows of a population of %d", ErrExport, len(rows), header.Population)
	}
	out := csv.NewWriter(w)
	for _, line := range header.Lines() {
		if err := out.Write([]string{safe(line[0]), safe(line[1])}); err != nil {
			return fmt.Errorf("export: %w", err)
		}
	}
	for _, line := range [][]string{{"Rows shown", strconv.Itoa(len(rows))}, {""}, safeAll(columns)} {
		if err := out.Write(line); err != nil {
			return fmt.Errorf("export: %w", err)
		}
	}
	for i, row := range rows {
		if len(row) != len(columns) {
			return fmt.Errorf("%w: row %d has %d cells, want %d", ErrExport, i, len(row), len(columns))
		}
		if err := out.Write(safeAll(row)); err != nil {
			return fmt.Errorf("export: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}

func safeAll(cells []string) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = safe(c)
	}
	return out
}

// safe is a cell that no spreadsheet computes. The full-width signs are formulas in
// some of them too.
func safe(cell string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(cell, " \t\r\n\u00a0\ufeff"))
	if !strings.ContainsRune("=+-@=+-@", first) || first == utf8.RuneError {
		return cell
	}
	if _, err := decimal.NewFromString(cell); err == nil {
		return cell
	}
	return "'" + cell
}
