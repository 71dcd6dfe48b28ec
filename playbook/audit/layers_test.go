package audit_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"io"
	"regexp"
	"testing"

	"filippo.io/age/armor"
	"github.com/stretchr/testify/require"
)

// words are what may be in an encoding of its own.
var words = regexp.MustCompile(`[A-Za-z0-9+/_-]{8,}={0,2}`)

// layers are b and all that can be unpacked from it without a key, at any depth: base64
// in both alphabets, hexadecimal, gzip, zlib, the members of zip archives and with them
// of workbooks, and the armor of age.
func layers(b []byte) [][]byte {
	var out [][]byte
	seen := map[string]bool{}
	var open func(b []byte, depth int)
	open = func(b []byte, depth int) {
		if depth > 7 || len(b) == 0 || seen[string(b)] {
			return
		}
		seen[string(b)] = true
		out = append(out, b)
		for _, inner := range unpacked(b) {
			open(inner, depth+1)
		}
	}
	open(b, 0)
	return out
}

func unpacked(b []byte) (out [][]byte) {
	add := func(r io.Reader, err error) {
		if err != nil {
			return
		}
		if inner, err := io.ReadAll(io.LimitReader(r, 10<<20)); len(inner) > 0 || err == nil {
			out = append(out, inner)
		}
	}
	for _, word := range words.FindAll(b, -1) {
		bare := bytes.TrimRight(word, "=")
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			if d, err := enc.DecodeString(string(bare)); err == nil {
				out = append(out, d)
			}
		}
		if d, err := hex.DecodeString(string(bare)); err == nil {
			out = append(out, d)
		}
	}
	for _, at := range places(b, []byte{0x1f, 0x8b}) {
		add(gzip.NewReader(bytes.NewReader(b[at:])))
	}
	for _, at := range places(b, []byte{0x78}) {
		add(zlib.NewReader(bytes.NewReader(b[at:])))
	}
	if at := bytes.Index(b, []byte("PK\x03\x04")); at >= 0 {
		if z, err := zip.NewReader(bytes.NewReader(b[at:]), int64(len(b)-at)); err == nil {
			for _, f := range z.File {
				out = append(out, []byte(f.Name+"\n"+f.Comment))
				add(f.Open())
			}
		}
	}
	for _, at := range places(b, []byte(armor.Header)) {
		add(armor.NewReader(bytes.NewReader(b[at:])), nil)
	}
	return out
}

func places(b, what []byte) (out []int) {
	for at := 0; ; at++ {
		i := bytes.Index(b[at:], what)
		if i < 0 {
			return out
		}
		at += i
		out = append(out, at)
	}
}

// The search finds what is packed in any of these ways, and in one another.
func TestLayers(t *testing.T) {
	pack := map[string]func(b []byte) []byte{
		"base64":    func(b []byte) []byte { return []byte("{\"x\":\"" + base64.StdEncoding.EncodeToString(b) + "\"}") },
		"base64url": func(b []byte) []byte { return []byte("~" + base64.RawURLEncoding.EncodeToString(b) + "~") },
		"hex":       func(b []byte) []byte { return []byte("sha256:" + hex.EncodeToString(b) + "\n") },
		"gzip": func(b []byte) []byte {
			var out bytes.Buffer
			w := gzip.NewWriter(&out)
			_, err := w.Write(b)
			require.NoError(t, err)
			require.NoError(t, w.Close())
			return append([]byte("before"), out.Bytes()...)
		},
		"zlib": func(b []byte) []byte {
			var out bytes.Buffer
			w := zlib.NewWriter(&out)
			_, err := w.Write(b)
			require.NoError(t, err)
			require.NoError(t, w.Close())
			return out.Bytes()
		},
		"xlsx": func(b []byte) []byte {
			var out bytes.Buffer
			w := zip.NewWriter(&out)
			f, err := w.Create("xl/sharedStrings.xml")
			require.NoError(t, err)
			_, err = f.Write(b)
			require.NoError(t, err)
			require.NoError(t, w.Close())
			return out.Bytes()
		},
		"armor": func(b []byte) []byte {
			var out bytes.Buffer
			w := armor.NewWriter(&out)
			_, err := w.Write(b)
			require.NoError(t, err)
			require.NoError(t, w.Close())
			return out.Bytes()
		},
	}
	for outer, wrap := range pack {
		for inner, first := range pack {
			packed := wrap(first([]byte("a canary, and more of it")))
			require.True(t, shows(layers(packed), "canary"), "%s in %s", inner, outer)
			require.False(t, shows(layers(packed), "finch"))
		}
	}
}

func shows(layers [][]byte, word string) bool {
	for _, l := range layers {
		if bytes.Contains(l, []byte(word)) {
			return true
		}
	}
	return false
}
