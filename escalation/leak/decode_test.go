package leak

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// depth is how many layers of encoding are taken off.
const depth = 4

// readings are a text as it is and as it reads with layer after layer of encoding
// taken off: quoted-printable, base64, hexadecimal, percent-encoding, entities of HTML,
// escapes of JSON, encoded words of mail headers.
func readings(text string) []string {
	seen := map[string]bool{text: true}
	out := []string{text}
	layer := out
	for range depth {
		var next []string
		for _, t := range layer {
			for _, decoded := range decodings(t) {
				if decoded != "" && !seen[decoded] {
					seen[decoded] = true
					next = append(next, decoded)
				}
			}
		}
		out = append(out, next...)
		layer = next
	}
	return out
}

var (
	base64Run = regexp.MustCompile(`[A-Za-z0-9+/_-]{8,}={0,2}`)
	hexRun    = regexp.MustCompile(`(?:[0-9a-fA-F]{2}){6,}`)
	escape    = regexp.MustCompile(`\\u[0-9a-fA-F]{4}|\\[nrt"\\/]`)
)

func decodings(text string) []string {
	var out []string
	if strings.Contains(text, "=") {
		if q, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(text))); err == nil {
			out = append(out, string(q))
		}
	}
	if strings.Contains(text, "=?") {
		if w, err := new(mime.WordDecoder).DecodeHeader(unfolded.Replace(text)); err == nil {
			out = append(out, w)
		}
	}
	if strings.Contains(text, "&") {
		out = append(out, html.UnescapeString(text))
	}
	if strings.Contains(text, "%") {
		// By hand: one sign that encodes nothing must not keep the others encoded.
		out = append(out, percent.ReplaceAllStringFunc(text, func(s string) string {
			u, err := url.PathUnescape(s)
			if err != nil {
				return s
			}
			return u
		}))
	}
	if strings.Contains(text, `\`) {
		out = append(out, escape.ReplaceAllStringFunc(text, unescape))
	}
	runs := base64Run.FindAllString(text, -1)
	if strings.Contains(text, "\n") {
		runs = append(runs, base64Run.FindAllString(oneLine.Replace(text), -1)...)
	}
	for _, run := range runs {
		out = append(out, fromBase64(run)...)
	}
	for _, run := range hexRun.FindAllString(text, -1) {
		if d, err := hex.DecodeString(run); err == nil {
			out = append(out, printable(d))
		}
	}
	return out
}

var (
	oneLine  = strings.NewReplacer("\r", "", "\n", "")
	unfolded = strings.NewReplacer("\r\n ", " ", "\n ", " ")
	standard = strings.NewReplacer("-", "+", "_", "/")
)

var percent = regexp.MustCompile(`(?:%[0-9a-fA-F]{2})+`)

func unescape(s string) string {
	if u, err := strconv.Unquote(`"` + strings.ReplaceAll(s, `\/`, "/") + `"`); err == nil {
		return u
	}
	return s
}

// fromBase64 decodes a run at each of the places where a block may begin: what
// stands before it need not be of the encoding.
func fromBase64(run string) []string {
	run = standard.Replace(strings.TrimRight(run, "="))
	var out []string
	for off := range 4 {
		if len(run)-off < 8 {
			break
		}
		r := run[off:]
		if d, err := base64.RawStdEncoding.DecodeString(r[:len(r)-(len(r)%4)%4]); err == nil {
			out = append(out, printable(d))
		}
		if d, err := base64.RawStdEncoding.DecodeString(r); err == nil {
			out = append(out, printable(d))
		}
	}
	return out
}

// printable is a decoded text, empty where it looks like chance.
func printable(d []byte) string {
	odd := 0
	for _, b := range d {
		if b < 9 || b > 13 && b < 32 {
			odd++
		}
	}
	if odd*4 > len(d) {
		return ""
	}
	return string(d)
}

// finds says whether a text has a canary in any reading.
func finds(text, canary string) bool {
	for _, r := range readings(text) {
		if strings.Contains(r, canary) {
			return true
		}
	}
	return false
}

// TestReadings: a canary is found behind every encoding, and behind two.
func TestReadings(t *testing.T) {
	const canary = "Zoë KEY+9/ä=<1>&7"
	qp := func(s string) string {
		var b strings.Builder
		w := quotedprintable.NewWriter(&b)
		_, _ = io.WriteString(w, s)
		_ = w.Close()
		return b.String()
	}
	b64 := base64.StdEncoding.EncodeToString
	long := strings.Repeat("a long line before it, ", 4)
	for name, text := range map[string]string{
		"plain":                      "x " + canary + " y",
		"quoted-printable":           qp(long + canary),
		"base64":                     b64([]byte("one " + canary)),
		"base64 in lines":            b64([]byte(long))[:40] + "\r\n" + b64([]byte(long + canary))[40:],
		"base64 in a path":           "/hook" + base64.URLEncoding.EncodeToString([]byte("x"+canary)),
		"hexadecimal":                hex.EncodeToString([]byte(canary)),
		"percent":                    "https://x/?q=" + url.PathEscape(canary) + "&rate=5%",
		"entities":                   "<dd>" + html.EscapeString(canary) + "</dd>",
		"JSON":                       `{"text":"Zo\u00eb KEY+9\/\u00e4=\u003c1\u003e\u00267"}`,
		"encoded word":               "Subject: " + mime.QEncoding.Encode("utf-8", "re: "+canary),
		"encoded word, base64":       "Subject: " + mime.BEncoding.Encode("utf-8", "re: "+canary),
		"entities, quoted-printable": qp(html.EscapeString(long + canary)),
		"JSON in base64":             b64([]byte(fmt.Sprintf("{\"t\":%q}", canary))),
	} {
		assert.True(t, finds(text, canary), name)
	}
	assert.False(t, finds(qp("nothing of the kind"), canary))
}
