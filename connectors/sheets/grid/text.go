package grid

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// text reads a file of separated values.
type text struct {
	path string
	file *os.File
	csv  *csv.Reader
}

// peekSize is how much of a file decides about its separator.
const peekSize = 64 << 10

func openText(path string, o Options) (reader, error) {
	if strings.HasSuffix(strings.ToLower(path), ".xls") {
		return nil, &Error{File: path, Err: fmt.Errorf("%w: workbooks of before 2007 are not read; save it as .xlsx", ErrFormat)}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("grid: %w", err)
	}
	raw := bufio.NewReaderSize(f, peekSize)
	decoder, err := decoderOf(raw, o.Encoding)
	if err != nil {
		return nil, errors.Join(&Error{File: path, Err: err}, f.Close())
	}
	in := bufio.NewReaderSize(transform.NewReader(raw, decoder), peekSize)
	head, err := in.Peek(peekSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, errors.Join(&Error{File: path, Err: err}, f.Close())
	}
	r := csv.NewReader(in)
	r.Comma = o.Separator
	if r.Comma == 0 {
		r.Comma = separatorOf(head, o.Header)
	}
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	return &text{path: path, file: f, csv: r}, nil
}

// decoderOf is the decoder of the encoding named, or of the byte order mark.
func decoderOf(raw *bufio.Reader, name string) (transform.Transformer, error) {
	if name != "" {
		e, err := htmlindex.Get(name)
		if err != nil {
			return nil, fmt.Errorf("the encoding %q is not known: write one such as windows-1252", name)
		}
		return e.NewDecoder(), nil
	}
	head, err := raw.Peek(2)
	if err == nil && (bytes.Equal(head, []byte{0xFF, 0xFE}) || bytes.Equal(head, []byte{0xFE, 0xFF})) {
		return unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder(), nil
	}
	return unicode.BOMOverride(encoding.Nop.NewDecoder()), nil
}

// separatorOf is the separator that the line of the headings has most of, outside
// of quotes.
func separatorOf(head []byte, header int) rune {
	lines := bytes.Split(head, []byte("\n"))
	for len(lines) > 1 && (header > 1 || len(bytes.TrimSpace(lines[0])) == 0) {
		lines, header = lines[1:], header-1
	}
	best, most := ',', 0
	for _, c := range []rune{',', ';', '\t', '|'} {
		n, quoted := 0, false
		for _, r := range string(lines[0]) {
			switch {
			case r == '"':
				quoted = !quoted
			case r == c && !quoted:
				n++
			}
		}
		if n > most {
			best, most = c, n
		}
	}
	return best
}

func (t *text) next() ([]string, int, error) {
	cells, err := t.csv.Read()
	var parse *csv.ParseError
	switch {
	case errors.As(err, &parse):
		return nil, parse.Line, &Error{t.path, fmt.Sprintf("line %d, column %d", parse.Line, parse.Column), parse.Err}
	case err != nil:
		return nil, 0, err
	}
	line, _ := t.csv.FieldPos(0)
	for i, c := range cells {
		if !utf8.ValidString(c) {
			at, column := t.csv.FieldPos(i)
			return nil, at, &Error{t.path, fmt.Sprintf("line %d, column %d", at, column),
				fmt.Errorf("%w: a byte is not UTF-8; name the file's encoding, such as windows-1252", ErrFormat)}
		}
	}
	return cells, line, nil
}

func (t *text) close() error { return t.file.Close() }
