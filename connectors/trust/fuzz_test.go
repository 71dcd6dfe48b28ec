package trust_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/trueup-dev/trueup/connectors/trust"
)

// Whatever a signed text holds, what is read of it can be written, and reads back.
func FuzzOpenCertificate(f *testing.F) {
	private, public := keys(f)
	f.Add("trueup connector certificate v1\nconnector glpi 1.0.0\nsha256 " + sum + "\nlevel reading\nacts true\nchecks 47\nskip ticket: none\n")
	f.Fuzz(func(t *testing.T, text string) {
		signer, err := note.NewSigner(private)
		require.NoError(t, err)
		signed, err := note.Sign(&note.Note{Text: text}, signer)
		if err != nil {
			return
		}
		c, err := trust.OpenCertificate(signed, public)
		if err != nil {
			return
		}
		again, err := c.Sign(private)
		if err != nil {
			t.Fatalf("%q was read and cannot be written: %v", text, err)
		}
		back, err := trust.OpenCertificate(again, public)
		require.NoError(t, err)
		require.Equal(t, c, back)
	})
}

// What is not signed is never read, however it begins.
func FuzzUnsigned(f *testing.F) {
	private, public := keys(f)
	lock, err := trust.Lock{"x": sum}.Sign(private)
	require.NoError(f, err)
	certificate, err := trust.Certificate{Name: "x", Version: "1", SHA256: sum}.Sign(private)
	require.NoError(f, err)
	f.Add(lock)
	f.Add(certificate)
	f.Add([]byte("trueup connector lock v1\n\n— acme-itam AAAA\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if l, err := trust.OpenLock(data, public); err == nil {
			require.Equal(t, trust.Lock{"x": sum}, l)
		}
		if c, err := trust.OpenCertificate(data, public); err == nil {
			require.Equal(t, trust.Certificate{Name: "x", Version: "1", SHA256: sum}, c)
		}
	})
}
