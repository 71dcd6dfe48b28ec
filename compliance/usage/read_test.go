package usage

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

func read(t *testing.T, text string, o Options) *Report {
	t.Helper()
	r, err := Read(t.Context(), strings.NewReader(text), o)
	require.NoError(t, err)
	return r
}

const accented = " 9:00:00 (acad) TIMESTAMP 3/2/2026\r\n" +
	" 9:01:00 (acad) OUT: \"draw\" Fírst Läst@pc-1  \r\n" +
	" 9:02:00 (acad) IN: \"draw\" fírst läst@PC-1  \r\n"

func TestReadEncodings(t *testing.T) {
	encode := func(e encoding.Encoding) string {
		s, err := e.NewEncoder().String(accented)
		require.NoError(t, err)
		return s
	}
	for name, text := range map[string]string{
		"UTF-8":                     accented,
		"UTF-8 with mark":           "\ufeff" + accented,
		"UTF-16 little endian":      encode(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)),
		"UTF-16 big endian":         encode(unicode.UTF16(unicode.BigEndian, unicode.UseBOM)),
		"Windows-1252":              encode(charmap.Windows1252),
		"old Mac ends and no end":   strings.TrimRight(accented, "\r\n"),
		"a mark in the middle":      strings.Replace(accented, "\n 9:01", "\n\ufeff 9:01", 1),
		"decomposed accents at IN":  strings.Replace(accented, "fírst läst", "fi\u0301rst la\u0308st", 1),
		"one byte at a time, UTF-8": accented,
	} {
		t.Run(name, func(t *testing.T) {
			r, err := Read(t.Context(), iotest.OneByteReader(strings.NewReader(text)), Options{})
			require.NoError(t, err)
			require.Len(t, r.Features, 1)
			assert.Zero(t, r.UnparsedLines)
			require.Len(t, r.Features[0].Checkouts, 1, "the check-in is of the same user")
			assert.Equal(t, User("Fírst Läst"), r.Features[0].Checkouts[0].User)
			assert.True(t, r.Features[0].Checkouts[0].Exact())
			assert.Equal(t, name == "Windows-1252", len(r.Notes) > 0, "only the guess of an encoding is noted")
		})
	}
}

func TestReadLongLines(t *testing.T) {
	long := " 9:01:30 (acad) " + strings.Repeat("x", 1<<20)
	text := strings.Replace(accented, "\r\n 9:02", "\r\n"+long+"\r\n 9:02", 1)
	r := read(t, text, Options{})
	assert.Equal(t, 4, r.Lines)
	assert.Equal(t, 1, r.UnparsedLines)
	assert.Equal(t, 3, r.Unparsed[0].Line)
	assert.Contains(t, r.Unparsed[0].Problem, "longer than 65536 bytes")
	assert.Less(t, len(r.Unparsed[0].Text), 200)
	assert.Len(t, r.Features[0].Checkouts, 1)

	r = read(t, text, Options{MaxLine: 50})
	assert.Equal(t, 1, r.UnparsedLines, "a limit above the other lines")
}

func TestReadErrors(t *testing.T) {
	broken := errors.New("disk on fire")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tc := range []struct {
		name string
		ctx  context.Context
		in   io.Reader
		o    Options
		kind error
		text string
	}{
		{name: "unknown", in: strings.NewReader("hello\nworld\n"), o: Options{Name: "a.txt"}, kind: ErrUnknownFormat,
			text: "usage: a.txt: the format is not known; what can be read is: flexnet-debug-log, lmstat, rlm, lm-x, ls-dyna, olicense, dsls"},
		{name: "empty", in: strings.NewReader(""), kind: ErrUnknownFormat, text: "the format is not known"},
		{name: "binary", in: strings.NewReader("\x00\x01\xff\xfe\x00"), kind: ErrUnknownFormat, text: "the format is not known"},
		{name: "no such format", in: strings.NewReader(""), o: Options{Format: 99}, kind: ErrUnknownFormat, text: "there is no format 99"},
		{name: "no features", in: strings.NewReader("lmutil - Copyright (c) 1989\n"), o: Options{Name: "b.txt"}, kind: ErrNoFeatures,
			text: "usage: b.txt: the lmstat names no feature; take the output of lmutil lmstat -a"},
		{name: "server down", in: strings.NewReader("lmutil - Copyright\n\nError getting status: Cannot connect to license server (-15,570)\n"),
			o: Options{Name: "c.txt"}, kind: ErrNoAnswer,
			text: "usage: c.txt: line 3: the licence server did not answer: Error getting status"},
		{name: "reader fails at once", in: iotest.ErrReader(broken), kind: broken, text: "disk on fire"},
		{name: "reader fails later", in: io.MultiReader(strings.NewReader(accented), iotest.ErrReader(broken)),
			o: Options{Format: FormatDebugLog, Name: "d.log"}, kind: ErrUnreadable, text: "usage: d.log: line 3: disk on fire"},
		{name: "cancelled", ctx: cancelled, in: strings.NewReader(accented), kind: context.Canceled, text: "canceled"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.ctx == nil {
				tc.ctx = t.Context()
			}
			_, err := Read(tc.ctx, tc.in, tc.o)
			require.ErrorIs(t, err, tc.kind)
			assert.ErrorContains(t, err, tc.text)
			var e *Error
			assert.ErrorAs(t, err, &e)
		})
	}
}

func TestFormatsAreNamed(t *testing.T) {
	for _, f := range Formats() {
		assert.Equal(t, f, ParseFormat(f.String()))
		assert.NotNil(t, f.parser())
		assert.NotEmpty(t, f.command())
	}
	assert.Equal(t, FormatUnknown, ParseFormat("unknown"))
}

// The head of an output is often cut off; its body tells the format too.
func TestDetectParts(t *testing.T) {
	for text, want := range map[string]Format{
		"Users of draw:  (Total of 1 license issued;  Total of 0 licenses in use)\n": FormatLmstat,
		"Feature   Version   #licenses   Expires   Vendor\n":                         FormatLmstat,
		"\tacme license pool status on lic1 (port 49679)\n":                          FormatRLM,
		"Feature: draw Version: 1.0 Vendor: ACME\n":                                  FormatLMX,
		"PROGRAM   EXPIRATION CPUS USED FREE MAX | QUEUE\n":                          FormatLSDyna,
		"\n\n 8:42:20 (lmgrd) pid 5408\n":                                            FormatDebugLog,
		"Users of this program: everybody\n":                                         FormatUnknown,
		"8:42 (lmgrd) pid 5408\n":                                                    FormatUnknown,
	} {
		assert.Equal(t, want, detect(text), text)
	}
}

// A zone changes the instants, not the wall clock.
func TestReadZone(t *testing.T) {
	madrid, err := time.LoadLocation("Europe/Madrid")
	require.NoError(t, err)
	r := read(t, accented, Options{Zone: madrid})
	assert.Equal(t, time.Date(2026, 3, 2, 8, 1, 0, 0, time.UTC), r.Features[0].Checkouts[0].Held.From.UTC())
	assert.Equal(t, madrid, r.Zone)
}

// A status that does not say when it was taken is dated by the caller.
func TestReadAt(t *testing.T) {
	text := "lmutil - Copyright\nUsers of draw:  (Total of 5 licenses issued;  Total of 1 license in use)\n" +
		"  \"draw\" v1, vendor: acad, expiry: 31-dec-2025\n" +
		"    ann pc-1 pc-1 (v1) (lic1/27000 1), start Tue 12/30 9:00\n"
	f := read(t, text, Options{}).Features[0]
	assert.True(t, f.Checkouts[0].Held.From.IsZero())
	assert.EqualValues(t, 5, *f.Owned)
	_, err := f.Timeline()
	require.ErrorIs(t, err, ErrCheckout)

	f = read(t, text, Options{At: time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)}).Features[0]
	assert.Equal(t, time.Date(2025, 12, 30, 9, 0, 0, 0, time.UTC), f.Checkouts[0].Held.From)
	assert.Equal(t, Expired, f.Status)
	assert.EqualValues(t, 0, *f.Owned)
	tl, err := f.Timeline()
	require.NoError(t, err)
	assert.EqualValues(t, 1, tl.At(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)).AtLeast)
}
