package usage

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// defaultMaxLine is far above any line that a licence tool writes.
const defaultMaxLine = 64 << 10

// peekSize is how far into a text the format is looked for.
const peekSize = 64 << 10

// lineReader yields the lines of a text in whatever encoding a licence tool or a
// shell's redirection left it: UTF-8 with or without a byte order mark, UTF-16
// with one (PowerShell's >), or Windows-1252. It holds one line at a time and
// keeps no more of a line than max bytes.
type lineReader struct {
	ctx context.Context
	r   *bufio.Reader
	max int

	number int
	text   string
	cut    bool // the line was longer than max
	ansi   int  // lines read as Windows-1252
	err    error
	buf    []byte
}

func newLineReader(ctx context.Context, r io.Reader, max int) *lineReader {
	if max <= 0 {
		max = defaultMaxLine
	}
	decoded := transform.NewReader(r, unicode.BOMOverride(transform.Nop))
	return &lineReader{ctx: ctx, r: bufio.NewReaderSize(decoded, peekSize), max: max}
}

// peek is the beginning of the text, without consuming it.
func (l *lineReader) peek() ([]byte, error) {
	b, err := l.r.Peek(peekSize)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, err
	}
	return b, nil
}

// next reads a line, without its end. It is false at the end of the text and when
// the reader failed or the context ended; err tells which.
func (l *lineReader) next() bool {
	if l.number%1024 == 0 {
		if l.err = l.ctx.Err(); l.err != nil {
			return false
		}
	}
	l.buf, l.cut = l.buf[:0], false
	for {
		part, err := l.r.ReadSlice('\n')
		if room := l.max - len(l.buf); len(part) > room+1 {
			l.cut = true
			part = part[:max(room, 0)]
		}
		l.buf = append(l.buf, part...)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil && !errors.Is(err, io.EOF) {
			l.err = err
			return false
		}
		if err != nil && len(l.buf) == 0 {
			return false
		}
		break
	}
	l.number++
	l.text = l.decode(bytes.TrimRight(l.buf, "\r\n"))
	return true
}

func (l *lineReader) decode(b []byte) string {
	b = bytes.TrimPrefix(b, []byte("\ufeff")) // logs joined by cat carry one inside
	if bytes.IndexByte(b, 0) >= 0 {
		b = bytes.ReplaceAll(b, []byte{0}, nil)
	}
	switch {
	case utf8.Valid(b):
		return string(b)
	case l.cut:
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	l.ansi++
	text, err := charmap.Windows1252.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return string(text)
}
