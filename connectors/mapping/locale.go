package mapping

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/shopspring/decimal"
)

// locale is how the source writes numbers and dates.
type locale struct {
	decimal rune
	zone    *time.Location
	layouts []string
	empty   map[string]bool
	// list parts the entries of a list.
	list string
}

// mostCount bounds a count: more cores than this are a mistake.
const mostCount = 1<<31 - 1

// count reads a whole number that is not negative.
func (l locale) count(text string) (int, error) {
	plain, err := l.plain(text)
	if err != nil {
		return 0, err
	}
	d, err := decimal.NewFromString(plain)
	if err != nil {
		return 0, fmt.Errorf("%s is not a number", quote(text))
	}
	switch {
	case d.Exponent() > 10 || d.GreaterThan(decimal.NewFromInt(mostCount)):
		return 0, fmt.Errorf("%s is too large", quote(text))
	case d.IsNegative():
		return 0, fmt.Errorf("%s is negative", quote(text))
	case !d.IsInteger():
		return 0, fmt.Errorf("%s is not a whole number", quote(text))
	}
	return int(d.IntPart()), nil
}

// exactForm is an exact number as the protocol carries it.
var exactForm = regexp.MustCompile(`^[0-9]{1,30}(\.[0-9]{1,30})?$`)

// exact reads a number of any fraction that is not negative.
func (l locale) exact(text string) (decimal.Decimal, error) {
	plain, err := l.plain(text)
	if err != nil {
		return decimal.Decimal{}, err
	}
	if strings.HasPrefix(plain, "-") && exactForm.MatchString(plain[1:]) {
		return decimal.Decimal{}, fmt.Errorf("%s is negative", quote(text))
	}
	if !exactForm.MatchString(plain) {
		return decimal.Decimal{}, fmt.Errorf("%s is not a number", quote(text))
	}
	return decimal.NewFromString(plain)
}

// plain takes the thousands separators out. They must part groups of three.
func (l locale) plain(text string) (string, error) {
	whole, fraction, _ := strings.Cut(text, string(l.decimal))
	group := ','
	if l.decimal == ',' {
		group = '.'
	}
	parts := strings.FieldsFunc(whole, func(r rune) bool {
		return r == group || r == '\'' || r == '’' || unicode.IsSpace(r)
	})
	for i, p := range parts {
		if i > 0 && len(p) != 3 {
			return "", fmt.Errorf("%s is not a number with %c before its fraction", quote(text), l.decimal)
		}
	}
	if len(parts) == 0 {
		return "", fmt.Errorf("%s is not a number", quote(text))
	}
	plain := strings.Join(parts, "")
	if fraction != "" {
		plain += "." + fraction
	}
	return plain, nil
}

// standard are the layouts that mean the same everywhere.
var standard = []string{
	time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999-07", "2006-01-02T15:04:05.999999999",
	"2006-01-02 15:04:05.999999999", "2006-01-02 15:04", "2006-01-02", "20060102",
}

// instant reads a date or an instant, in the zone of the document unless it
// names one.
func (l locale) instant(text string, dates DateNumbers) (time.Time, error) {
	if t, ok := dates.instant(text, l.zone); ok {
		return t.UTC(), nil
	}
	for _, layouts := range [][]string{l.layouts, standard} {
		for _, layout := range layouts {
			if t, err := time.ParseInLocation(layout, text, l.zone); err == nil {
				return inRange(t, text)
			}
		}
	}
	if len(l.layouts) == 0 {
		return time.Time{}, fmt.Errorf("%s is not a date such as 2026-01-31; name the pattern under dates", quote(text))
	}
	return time.Time{}, fmt.Errorf("%s is not a date of any pattern under dates", quote(text))
}

// inRange refuses years that an estate cannot hold.
func inRange(t time.Time, text string) (time.Time, error) {
	if t.Year() < 1971 || t.Year() > 2105 {
		return time.Time{}, fmt.Errorf("%s is not a date between 1971 and 2105", quote(text))
	}
	return t.UTC(), nil
}

// DateNumbers says whether numbers in columns of dates are days since an epoch,
// as spreadsheets keep them.
type DateNumbers uint8

// The ways. NoDateNumbers is that of everything but spreadsheets; Since1900 and
// Since1904 are the two of workbooks.
const (
	NoDateNumbers DateNumbers = iota
	Since1900
	Since1904
)

func (n DateNumbers) instant(text string, zone *time.Location) (time.Time, bool) {
	d, err := decimal.NewFromString(text)
	if err != nil || n == NoDateNumbers {
		return time.Time{}, false
	}
	// Day 60 of the epoch of 1900 is a 29 February that never was, so from then
	// on days count from one day earlier.
	epoch := time.Date(1899, 12, 30, 0, 0, 0, 0, zone)
	if n == Since1904 {
		epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, zone)
	}
	days := d.Truncate(0)
	if days.LessThan(decimal.NewFromInt(24000)) || days.GreaterThan(decimal.NewFromInt(75000)) {
		return time.Time{}, false
	}
	second := d.Sub(days).Mul(decimal.NewFromInt(86400)).Round(0)
	return epoch.AddDate(0, 0, int(days.IntPart())).Add(time.Duration(second.IntPart()) * time.Second), true
}

var errPattern = errors.New("want a pattern of yyyy, yy, MM, M, MMM, dd, d, HH, H, hh, h, mm, ss, a and separators, such as dd.MM.yyyy")

// layoutOf translates a pattern such as dd.MM.yyyy HH:mm.
func layoutOf(pattern string) (string, error) {
	tokens := map[string]string{
		"yyyy": "2006", "yy": "06", "MMM": "Jan", "MM": "01", "M": "1", "dd": "02", "d": "2",
		"HH": "15", "H": "15", "hh": "03", "h": "3", "mm": "04", "m": "4", "ss": "05", "s": "5", "a": "PM",
	}
	var out strings.Builder
	runes := []rune(pattern)
	for i := 0; i < len(runes); {
		j := i
		for j < len(runes) && runes[j] == runes[i] {
			j++
		}
		token := string(runes[i:j])
		switch to, ok := tokens[token]; {
		case ok:
			out.WriteString(to)
		case unicode.IsLetter(runes[i]) && token != "T" || unicode.IsDigit(runes[i]):
			return "", fmt.Errorf("%q in the date pattern %q: %w", token, pattern, errPattern)
		default:
			out.WriteString(token)
		}
		i = j
	}
	if !strings.Contains(pattern, "y") || !strings.Contains(pattern, "d") || !strings.Contains(pattern, "M") {
		return "", fmt.Errorf("the date pattern %q lacks year, month or day: %w", pattern, errPattern)
	}
	return out.String(), nil
}

// flag reads yes or no.
func flag(text string) (*bool, error) {
	var yes bool
	switch strings.ToLower(text) {
	case "true", "yes", "y", "t", "1":
		yes = true
	case "false", "no", "n", "f", "0":
	default:
		return nil, fmt.Errorf("%s is neither true nor false; say under values what it means", quote(text))
	}
	return &yes, nil
}

// quote shows a cell's text, shortened.
func quote(text string) string {
	if r := []rune(text); len(r) > 40 {
		text = string(r[:40]) + "…"
	}
	return fmt.Sprintf("%q", text)
}
