package grid

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
)

// walk reads a table to its end. It must end, name a place of every fault, and
// give nothing but text.
func walk(t *testing.T, e Entry, o Options, most int) {
	g, err := e.Open(o)
	if err != nil {
		return
	}
	last := 0
	for range most {
		cells, line, err := g.Next()
		var fault *Error
		switch {
		case errors.Is(err, io.EOF):
			require.NoError(t, g.Close())
			return
		case errors.As(err, &fault):
			require.NotEmpty(t, fault.Place)
			continue
		case err != nil:
			t.Fatalf("an error without a place: %v", err)
		}
		if line < last || line < 1 {
			t.Fatalf("line %d after line %d", line, last)
		}
		last = line
		for i, c := range cells {
			if !utf8.ValidString(c) {
				t.Fatalf("%s holds %q", g.Place(line, i), c)
			}
		}
	}
	t.Fatalf("no end after %d rows", most)
}

func FuzzText(f *testing.F) {
	f.Add([]byte("a;b\n1;2\n\n\"x\ny\";3\n"), "", 0, int32(0))
	f.Add([]byte("\xff\xfea\x00,\x00b\x00\n\x00"), "", 0, int32(','))
	f.Add([]byte("title\na\tb\nB\xfcro\t1\n\"open"), "windows-1252", 2, int32(0))
	f.Fuzz(func(t *testing.T, data []byte, encoding string, header int, separator int32) {
		path := filepath.Join(t.TempDir(), "t.csv")
		require.NoError(t, os.WriteFile(path, data, 0o600))
		walk(t, Entry{File: path}, Options{Separator: separator, Encoding: encoding, Header: header}, len(data)+2)
	})
}

// parts are the files of a workbook with one sheet.
func parts(t testing.TB) map[string][]byte {
	t.Helper()
	var plain bytes.Buffer
	require.NoError(t, excelize.NewFile().Write(&plain))
	from, err := zip.NewReader(bytes.NewReader(plain.Bytes()), int64(plain.Len()))
	require.NoError(t, err)
	all := map[string][]byte{}
	for _, part := range from.File {
		r, err := part.Open()
		require.NoError(t, err)
		all[part.Name], err = io.ReadAll(r)
		require.NoError(t, err)
	}
	return all
}

// book is a workbook whose one sheet is the XML given.
func book(t testing.TB, parts map[string][]byte, sheet []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	to := zip.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		content := parts[name]
		if name == "xl/worksheets/sheet1.xml" {
			content = sheet
		}
		w, err := to.CreateHeader(&zip.FileHeader{Name: name}) // not compressed, which would cost most of the time
		require.NoError(t, err)
		_, err = w.Write(content)
		require.NoError(t, err)
	}
	require.NoError(t, to.Close())
	return out.Bytes()
}

func FuzzSheet(f *testing.F) {
	f.Add([]byte(`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c><c r="B1"><v>3</v></c></row><row r="4"><c r="B4"><v>45000.5</v></c></row></sheetData></worksheet>`))
	f.Add([]byte(`<worksheet><sheetData><row r="2"><c r="XFD2" t="s"><v>7</v></c><c r="A1"><v>x</v></c></row><row r="1"/></sheetData>`))
	around := parts(f)
	f.Fuzz(func(t *testing.T, sheet []byte) {
		path := filepath.Join(t.TempDir(), "t.xlsx")
		require.NoError(t, os.WriteFile(path, book(t, around, sheet), 0o600))
		entries, err := List(path)
		if err != nil {
			return
		}
		for _, e := range entries {
			walk(t, e, Options{}, 1<<21) // a sheet has at most 1,048,576 rows
		}
	})
}
