package topology

import (
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/shopspring/decimal"
)

// The kinds of failure; an *Error wraps one of them.
var (
	// ErrFormat says that the text is not a dump of the kind named. Check which
	// command wrote it, and that it ran with LC_ALL=C.
	ErrFormat = errors.New("not a dump of this kind")
	// ErrMalformed says that a line cannot be read as its field promises. Take
	// the dump again, or mend the line.
	ErrMalformed = errors.New("malformed")
)

// Error says where a dump cannot be read.
type Error struct {
	Kind   Kind
	Line   int // from 1; 0 when the failure has no line
	Column int // from 1, in bytes; 0 when the whole line is meant
	Err    error
}

// Error names kind, line, column and reason.
func (e *Error) Error() string {
	at := e.Kind.String()
	if e.Line > 0 {
		at += fmt.Sprintf(": line %d", e.Line)
	}
	if e.Column > 0 {
		at += fmt.Sprintf(", column %d", e.Column)
	}
	return "topology: " + at + ": " + e.Err.Error()
}

// Unwrap gives the reason, which wraps ErrFormat or ErrMalformed.
func (e *Error) Unwrap() error { return e.Err }

// maxCount bounds every number read as a count: no machine has more logical
// processors, and sums of counts stay far from overflow.
const maxCount = 1 << 20

// line is one line of a dump, without its end.
type line struct {
	n    int
	text string
}

func (l line) errorf(format string, args ...any) *Error {
	return &Error{Line: l.n, Err: fmt.Errorf("%w: "+format, append([]any{ErrMalformed}, args...)...)}
}

// lines splits a dump, whatever its line ends and its encoding: Windows tools
// write UTF-16 with a byte order mark.
func lines(data []byte) []line {
	text := decode(data)
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	var out []line
	for s := range strings.SplitSeq(text, "\n") {
		out = append(out, line{len(out) + 1, strings.TrimRight(s, " \t\x00")})
	}
	return out
}

func decode(data []byte) string {
	var order binary.ByteOrder
	switch {
	case len(data) >= 2 && data[0] == 0xFF && data[1] == 0xFE:
		order = binary.LittleEndian
	case len(data) >= 2 && data[0] == 0xFE && data[1] == 0xFF:
		order = binary.BigEndian
	}
	if order != nil {
		units := make([]uint16, 0, len(data)/2)
		for i := 2; i+1 < len(data); i += 2 {
			units = append(units, order.Uint16(data[i:]))
		}
		return string(utf16.Decode(units))
	}
	text := strings.TrimPrefix(string(data), "\ufeff")
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\ufffd")
	}
	return text
}

// pair cuts "key : value" at the first separator; both are trimmed and runs of
// blanks in them made one.
func (l line) pair(sep string) (key, value string, ok bool) {
	key, value, ok = strings.Cut(l.text, sep)
	return squeeze(key), squeeze(value), ok
}

// squeeze trims and makes every run of blanks one. Most text is in order
// already and is not copied.
func squeeze(s string) string {
	s = strings.TrimSpace(s)
	for i := range len(s) {
		if c := s[i]; c > '~' || c < ' ' || c == ' ' && s[i+1] == ' ' {
			return strings.Join(strings.Fields(s), " ")
		}
	}
	return s
}

// count reads a number of processors, naming the line when it is none.
func (l line) count(field, value string) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 || n > maxCount {
		e := l.errorf("%s is %q, want a whole number up to %d", field, value, maxCount)
		e.Column = strings.Index(l.text, value) + 1
		return 0, e
	}
	return n, nil
}

// capacity reads a decimal with a point or, from a localised tool, a comma. A
// dash says that the field does not apply.
func (l line) capacity(field, value string) (decimal.NullDecimal, error) {
	value = strings.TrimSuffix(value, "%")
	if value == "-" || value == "" {
		return decimal.NullDecimal{}, nil
	}
	if !numeral.MatchString(value) {
		return decimal.NullDecimal{}, l.errorf("%s is %q, want a decimal number", field, value)
	}
	d, err := decimal.NewFromString(strings.Replace(value, ",", ".", 1))
	if err != nil {
		return decimal.NullDecimal{}, l.errorf("%s is %q, want a decimal number", field, value)
	}
	return decimal.NewNullDecimal(d), nil
}

// numeral keeps out exponents, which could ask for a number of any length.
var numeral = regexp.MustCompile(`^[0-9]{1,12}([.,][0-9]{1,9})?$`)

var speedText = regexp.MustCompile(`(?i)([0-9]{1,6})(?:[.,]([0-9]{1,9}))?\s*(GHz|MHz)\b`)

// speedMHz finds the first clock in a text, "2.60GHz" or "1350 MHz", in MHz; 0
// when there is none.
func speedMHz(text string) int {
	m := speedText.FindStringSubmatch(text)
	if m == nil {
		return 0
	}
	whole, _ := strconv.Atoi(m[1])
	if strings.EqualFold(m[3], "MHz") {
		return whole
	}
	thousandths, _ := strconv.Atoi((m[2] + "000")[:3])
	return whole*1000 + thousandths
}
