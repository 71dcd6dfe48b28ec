package estate

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

// ours are all rows, up to the first error.
func ours(from io.Reader) (out [][]string, err error) {
	c := newCells(from)
	for {
		row, err := c.read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		out = append(out, slices.Clone(row))
	}
}

// theirs are the rows by encoding/csv, which differs in this: it takes \r\n within
// quotes for \n, and a lone \r before the end for a part of the field.
func theirs(text string) ([][]string, error) {
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	r.FieldsPerRecord = -1
	return r.ReadAll()
}

func FuzzCells(f *testing.F) {
	for _, seed := range []string{
		"a,b\n1,2\n", "a,b\r\n1,2\r\n", "\ufeffa\n\n\nb", "\"a,b\",c\n", "\"a\"\"b\",\"\"\n", "\"a\nb\",c\nd,e", "a\"b\n", "\"a\"b\n", "\"a", "\"\"", ",\n,,\n", "\"a\"\r\nb",
	} {
		f.Add(seed, uint8(3))
	}
	f.Fuzz(func(t *testing.T, text string, piece uint8) {
		got, err := ours(&pieces{text: text, size: 1 + int(piece)})
		want, wrong := theirs(text)
		if strings.Contains(text, "\r") && strings.Contains(text, "\"") || strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\r") {
			return // where the two differ by design
		}
		if (err != nil) != (wrong != nil) {
			t.Fatalf("%q: %v, by encoding/csv %v", text, err, wrong)
		}
		if err == nil && !slices.EqualFunc(got, want, slices.Equal[[]string]) {
			t.Fatalf("%q: %q, by encoding/csv %q", text, got, want)
		}
	})
}

// pieces gives a text a few bytes at a time.
type pieces struct {
	text string
	size int
}

func (p *pieces) Read(into []byte) (int, error) {
	if p.text == "" {
		return 0, io.EOF
	}
	n := copy(into[:min(p.size, len(into))], p.text)
	p.text = p.text[n:]
	return n, nil
}

// Rows stay whole where pages end within them, at every byte.
func TestCellsAcrossPages(t *testing.T) {
	row := "device-1,\"AutoCAD, \"\"LT\"\"\nfor Mac\",2025\r\n"
	for before := range len(row) + 2 {
		fill := strings.Repeat("x", pageSize-before)
		got, err := ours(strings.NewReader(fill + "\n" + row + row))
		require.NoError(t, err)
		require.Len(t, got, 3)
		require.Equal(t, []string{"device-1", "AutoCAD, \"LT\"\nfor Mac", "2025"}, got[1], before)
		require.Equal(t, got[1], got[2], before)
	}
}

func TestCellsFail(t *testing.T) {
	for text, says := range map[string]string{
		"a,b\"c\n":                             "a quote stands within a field",
		"\"a\"b,c\n":                           "between a closing quote and the comma",
		"a,\"b":                                "does not end",
		"\"" + strings.Repeat("x\n", rowLimit): "longer than",
	} {
		_, err := ours(strings.NewReader(text))
		require.ErrorContains(t, err, says)
	}
	broken := errors.New("disk")
	_, err := ours(io.MultiReader(strings.NewReader("a,b\n"), iotest.ErrReader(broken)))
	require.ErrorIs(t, err, broken)
}
