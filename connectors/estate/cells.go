package estate

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unsafe"
)

// cells reads rows of CSV (RFC 4180, in UTF-8) much faster than encoding/csv: its
// fields are parts of a page of text, so that neither a row nor a field is an object
// of its own. A page stays in memory as long as any field of it is kept.
type cells struct {
	from io.Reader
	// memory, if set, gives room for a page of so many bytes. Whoever sets it answers
	// for it that no field of a page is looked at once its room is given again.
	memory func(size int) []byte
	page   string
	quote  int  // where the next quote of the page is, its end if there is none
	last   bool // nothing is left to read
	line   int  // of the row last given
	next   int  // line of the next
	row    []string
}

const (
	pageSize = 256 << 10
	// rowLimit is the longest row, in bytes: one longer means a quote that never ends.
	rowLimit = 1 << 20
)

var (
	errOpen  = errors.New("a quoted field does not end; close it with \"")
	errQuote = errors.New("a quote stands within a field that is not quoted; put the field in quotes and double the quote")
	errAfter = errors.New("something stands between a closing quote and the comma; double a quote within a quoted field")
	errShort = errors.New("the row is not whole") // never seen outside
)

func newCells(from io.Reader) *cells { return &cells{from: from, next: 1} }

// read gives the fields of the next row that is not empty. They stay as they are; the
// slice is used again. The error is io.EOF at the end.
func (c *cells) read() ([]string, error) {
	for {
		c.line = c.next
		if c.page == "" {
			if err := c.turn(); err != nil {
				return nil, err
			}
		}
		used, err := c.split()
		if errors.Is(err, errShort) {
			if err := c.turn(); err != nil {
				return nil, err
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		blank := used <= 2 && strings.Trim(c.page[:used], "\r\n") == ""
		c.skip(used)
		if !blank {
			return c.row, nil
		}
	}
}

// turn adds what is read next behind what is left of the page.
func (c *cells) turn() error {
	if c.last {
		if c.page == "" {
			return io.EOF
		}
		return errOpen
	}
	if len(c.page) > rowLimit {
		return fmt.Errorf("the row is longer than %d bytes; is a quote not closed?", rowLimit)
	}
	page := c.room(len(c.page) + pageSize)
	at := copy(page, c.page)
	n, err := io.ReadFull(c.from, page[at:])
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		c.last = true
	case err != nil:
		return fmt.Errorf("cannot be read further: %w", err)
	}
	page = page[:at+n]
	if c.next == 1 && at == 0 {
		page = bytes.TrimPrefix(page, []byte("\ufeff"))
	}
	c.page = unsafe.String(unsafe.SliceData(page), len(page)) // which nobody writes any more
	c.quote = 0
	c.skip(0)
	if c.page == "" {
		return io.EOF
	}
	return nil
}

func (c *cells) room(size int) []byte {
	if c.memory == nil {
		return make([]byte, size)
	}
	return c.memory(size)
}

// skip goes on in the page, and finds the next quote if that was passed.
func (c *cells) skip(used int) {
	c.page = c.page[used:]
	if c.quote -= used; c.quote > 0 {
		return
	}
	if c.quote = strings.IndexByte(c.page, '"'); c.quote < 0 {
		c.quote = len(c.page)
	}
}

// split takes the first row of the page apart, and says how long it is.
func (c *cells) split() (used int, err error) {
	c.row = c.row[:0]
	end := strings.IndexByte(c.page, '\n')
	if end < 0 {
		if !c.last {
			return 0, errShort
		}
		end = len(c.page)
	}
	if c.quote < end {
		return c.quoted()
	}
	row := c.page[:end]
	c.next = c.line + 1
	if n := len(row); n > 0 && row[n-1] == '\r' {
		row = row[:n-1]
	}
	for {
		comma := strings.IndexByte(row, ',')
		if comma < 0 {
			break
		}
		c.row = append(c.row, row[:comma])
		row = row[comma+1:]
	}
	c.row = append(c.row, row)
	return min(end+1, len(c.page)), nil
}

// quoted takes a row with quotes apart, byte by byte.
func (c *cells) quoted() (used int, err error) {
	lines, rest := 0, c.page
	for {
		var field string
		if strings.HasPrefix(rest, `"`) {
			if field, rest, err = c.quotedField(rest[1:]); err != nil {
				return 0, err
			}
			lines += strings.Count(field, "\n")
		} else {
			end := strings.IndexAny(rest, ",\n\"")
			if end < 0 {
				if !c.last {
					return 0, errShort
				}
				end = len(rest)
			} else if rest[end] == '"' {
				return 0, errQuote
			}
			field, rest = rest[:end], rest[end:]
			if strings.HasPrefix(rest, "\n") || rest == "" {
				field = strings.TrimSuffix(field, "\r")
			}
		}
		c.row = append(c.row, field)
		switch {
		case strings.HasPrefix(rest, ","):
			rest = rest[1:]
		case strings.HasPrefix(rest, "\r\n"):
			rest = rest[2:]
			c.next = c.line + lines + 1
			return len(c.page) - len(rest), nil
		case strings.HasPrefix(rest, "\n"):
			rest = rest[1:]
			c.next = c.line + lines + 1
			return len(c.page) - len(rest), nil
		case rest == "" && c.last:
			return len(c.page), nil
		case rest == "" || rest == "\r" && !c.last:
			return 0, errShort
		default:
			return 0, errAfter
		}
	}
}

// quotedField is what stands up to the closing quote.
func (c *cells) quotedField(text string) (field, rest string, err error) {
	for from := 0; ; {
		end := strings.IndexByte(text[from:], '"')
		if end < 0 {
			if c.last {
				return "", "", errOpen
			}
			return "", "", errShort
		}
		end += from
		switch {
		case end+1 < len(text) && text[end+1] == '"':
			from = end + 2
			continue
		case end+1 == len(text) && !c.last: // the next byte may be another quote
			return "", "", errShort
		}
		field = text[:end]
		if from > 0 {
			field = strings.ReplaceAll(field, `""`, `"`)
		}
		return field, text[end+1:], nil
	}
}
