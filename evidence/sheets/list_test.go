package sheets_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/trueup-dev/trueup/evidence/ipe"
	"github.com/trueup-dev/trueup/evidence/sheets"
)

var at = time.Date(2026, 9, 30, 0, 0, 0, 0, time.UTC)

func header(population int64) *ipe.Header {
	return &ipe.Header{
		Title: "Positions", Query: "entries of kind trueup.position/1", AsOf: at, Produced: at.Add(time.Hour), Preparer: "trueup",
		Population: population, ControlTotals: map[string]string{"short": "3"}, Digests: map[string]string{"playbook": "sha256:00"},
	}
}

var columns = []sheets.Column{{Name: "product"}, {Name: "short", Number: true}}

func ExampleWrite() {
	var b bytes.Buffer
	if err := sheets.Write(&b, header(2), columns, [][]string{{"oracle/database", "3"}, {"=cmd()", "-1.5"}}); err != nil {
		fmt.Println(err)
		return
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	for _, name := range f.GetSheetList() {
		rows, err := f.GetRows(name)
		fmt.Println(name, len(rows), err)
	}
	sum, err := f.GetRows(sheets.ListSheet)
	fmt.Println(sum[3:], err)
	// Output:
	// Header 10 <nil>
	// List 5 <nil>
	// [[oracle/database 3] [=cmd() -1.5]] <nil>
}

// Every text reads back as it was and is computed by nobody; numbers are numbers where
// no digit is lost.
func TestCellsReadBack(t *testing.T) {
	cells := []string{"=1+1", "+1+1", "-1", "@SUM(A1)", " =1", "\ufeff=1", "'=1", "plain", "", "007", "1e3", "äöü 漢字 🙂", "a\nb", "<x>&\"y\"", "  spaces  "}
	numbers := []string{"3", "-1.5", "0", "123456789012345", "1234567890123456", "0.1", "1e3", "n/a", "", "0.30", "12.345678901234567", "1", "2", "3", "4"}
	var rows [][]string
	for i, c := range cells {
		rows = append(rows, []string{c, numbers[i]})
	}
	var b, again bytes.Buffer
	require.NoError(t, sheets.Write(&b, header(int64(len(rows))), columns, rows))
	require.NoError(t, sheets.Write(&again, header(int64(len(rows))), columns, rows))
	require.True(t, bytes.Equal(b.Bytes(), again.Bytes()), "equal inputs give equal bytes")
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	isText := map[string]bool{"1234567890123456": true, "1e3": true, "n/a": true, "": true, "12.345678901234567": true}
	for i, row := range rows {
		for k, want := range row {
			cell := string(rune('A'+k)) + fmt.Sprint(i+4)
			got, err := f.GetCellValue(sheets.ListSheet, cell, excelize.Options{RawCellValue: true})
			require.NoError(t, err)
			kind, err := f.GetCellType(sheets.ListSheet, cell)
			require.NoError(t, err)
			formula, err := f.GetCellFormula(sheets.ListSheet, cell)
			require.NoError(t, err)
			require.Empty(t, formula, cell)
			if k == 1 && !isText[want] {
				require.NotContains(t, []excelize.CellType{excelize.CellTypeInlineString, excelize.CellTypeSharedString}, kind, want)
				require.Equal(t, strings.TrimSuffix(want, "0")+map[bool]string{true: "0"}[want == "0"], got)
				continue
			}
			require.Equal(t, want, got, cell)
		}
	}
	lines, err := f.GetRows(sheets.HeaderSheet)
	require.NoError(t, err)
	for i, l := range header(int64(len(rows))).Lines() {
		require.Equal(t, l[:], lines[i])
	}
	require.Equal(t, []string{"Rows shown", fmt.Sprint(len(rows))}, lines[len(lines)-2])
	require.Regexp(t, "^sha256:[0-9a-f]{64}$", lines[len(lines)-1][1])
}

// No part of the file is a link, a macro or a formula.
func TestNothingIsActive(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, sheets.Write(&b, header(1), columns, [][]string{{"=HYPERLINK(\"http://x\")", "=1"}}))
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	require.NoError(t, err)
	for _, part := range z.File {
		require.NotContains(t, part.Name, "vba")
		require.NotContains(t, part.Name, "externalLinks")
		r, err := part.Open()
		require.NoError(t, err)
		text, err := io.ReadAll(r)
		require.NoError(t, err)
		require.NotContains(t, string(text), "<f>", part.Name)
		require.NotContains(t, string(text), "<hyperlink", part.Name)
	}
}

func TestListsThatAreRefused(t *testing.T) {
	row := [][]string{{"a", "1"}}
	for what, write := range map[string]func() error{
		"header is incomplete": func() error { return sheets.Write(io.Discard, &ipe.Header{}, columns, nil) },
		"of a population":      func() error { return sheets.Write(io.Discard, header(0), columns, row) },
		"has 2 cells, want 1":  func() error { return sheets.Write(io.Discard, header(1), columns[:1], row) },
		"0 columns":            func() error { return sheets.Write(io.Discard, header(1), nil, nil) },
		"a cell holds 32767": func() error {
			return sheets.Write(io.Discard, header(1), columns, [][]string{{strings.Repeat("🙂", 16384), ""}})
		},
		"the character U+0001": func() error { return sheets.Write(io.Discard, header(1), columns, [][]string{{"\x01", ""}}) },
		"not UTF-8":            func() error { return sheets.Write(io.Discard, header(1), columns, [][]string{{"\xff", ""}}) },
	} {
		require.ErrorContains(t, write(), what)
		require.ErrorIs(t, write(), sheets.ErrList)
	}
}
