package mail

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	netmail "net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/escalation/notice"
	"github.com/trueup-dev/trueup/escalation/runner"
)

var at = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

func letter(id string) notice.Letter {
	return notice.Letter{
		ID: id, To: "ann", Address: "Ann <ann@example.org>", Subject: "[high] case-17: stage – Prüfung", Text: "A case needs somebody.",
		HTML: "<h1>A case needs somebody.</h1>", Case: "case-17", Severity: "high", Opened: at, At: at,
	}
}

// server is a running mailpit that wants STARTTLS.
type server struct {
	smtp, http int
	roots      *x509.CertPool
}

func free(t *testing.T) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// start runs mailpit until the test ends.
func start(t *testing.T) server {
	path, err := exec.LookPath("mailpit")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("mailpit is missing: go install github.com/axllent/mailpit@v1.27.11")
		}
		t.Skip("mailpit is not installed")
	}
	s := server{smtp: free(t), http: free(t), roots: x509.NewCertPool()}
	cert, key := certificate(t, s.roots)
	cmd := exec.Command(path, "--smtp", fmt.Sprintf("127.0.0.1:%d", s.smtp), "--listen", fmt.Sprintf("127.0.0.1:%d", s.http),
		"--smtp-tls-cert", cert, "--smtp-tls-key", key, "--smtp-require-starttls", "--disable-version-check",
		"--smtp-allowed-recipients", `@example\.org$`)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(out.String())
		}
	})
	for _, port := range []int{s.smtp, s.http} {
		require.Eventually(t, func() bool {
			c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
			if err == nil {
				c.Close()
			}
			return err == nil
		}, 20*time.Second, 20*time.Millisecond)
	}
	return s
}

func certificate(t *testing.T, roots *x509.CertPool) (cert, key string) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "127.0.0.1"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &k.PublicKey, k)
	require.NoError(t, err)
	kder, err := x509.MarshalPKCS8PrivateKey(k)
	require.NoError(t, err)
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	data := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	require.True(t, roots.AppendCertsFromPEM(data))
	require.NoError(t, os.WriteFile(cert, data, 0o600))
	require.NoError(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: kder}), 0o600))
	return cert, key
}

func (s server) get(t *testing.T, path string) []byte {
	resp, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d%s", s.http, path))
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, 200, resp.StatusCode, string(body))
	return body
}

type listed struct{ ID, MessageID, Subject string }

func (s server) messages(t *testing.T) []listed {
	var list struct{ Messages []listed }
	require.NoError(t, json.Unmarshal(s.get(t, "/api/v1/messages"), &list))
	return list.Messages
}

func (s server) options() Options {
	return Options{
		Host: "127.0.0.1", Port: s.smtp, From: "trueup <noreply@sam.example.org>",
		TLS: &tls.Config{RootCAs: s.roots, ServerName: "127.0.0.1", MinVersion: tls.VersionTLS12},
	}
}

func TestRealServer(t *testing.T) {
	s := start(t)
	m, err := New(s.options())
	require.NoError(t, err)

	t.Run("seen", func(t *testing.T) {
		require.NoError(t, m.Send(t.Context(), letter("d1"), at))
		require.NoError(t, m.Send(t.Context(), letter("d1"), at.Add(time.Hour)), "a retry")
		got := s.messages(t)
		require.Len(t, got, 2)
		assert.Equal(t, "d1@sam.example.org", got[0].MessageID)
		assert.Equal(t, got[0].MessageID, got[1].MessageID, "a retry is recognisable")
		assert.Equal(t, "[high] case-17: stage – Prüfung", got[0].Subject)

		var full struct{ Text, HTML string }
		require.NoError(t, json.Unmarshal(s.get(t, "/api/v1/message/"+got[0].ID), &full))
		assert.Contains(t, full.Text, "A case needs somebody.")
		assert.Contains(t, full.HTML, "<h1>A case needs somebody.</h1>")
		first, second := s.raw(t, got[0].ID), s.raw(t, got[1].ID)
		assert.Equal(t, first, second, "a retry has the same headers and the same body")
	})

	t.Run("refused for good", func(t *testing.T) {
		l := letter("d2")
		l.Address = "ann@elsewhere.example"
		err := m.Send(t.Context(), l, at)
		assert.ErrorIs(t, err, runner.ErrPermanent)
		assert.NotContains(t, err.Error(), "elsewhere")
	})

	t.Run("certificate of nobody", func(t *testing.T) {
		o := s.options()
		o.TLS = nil
		strict, err := New(o)
		require.NoError(t, err)
		err = strict.Send(t.Context(), letter("d3"), at)
		require.Error(t, err)
		assert.NotErrorIs(t, err, runner.ErrPermanent)
	})

	t.Run("no STARTTLS", func(t *testing.T) {
		o := s.options()
		o.Plain = true
		plain, err := New(o)
		require.NoError(t, err)
		require.Error(t, plain.Send(t.Context(), letter("d4"), at), "the server wants STARTTLS")
	})
	assert.Len(t, s.messages(t), 2)
}

// raw is a message as the server has it, without what the server added: the lines
// of Received and Return-Path.
func (s server) raw(t *testing.T, id string) string {
	m, err := netmail.ReadMessage(bytes.NewReader(s.get(t, "/api/v1/message/"+id+"/raw")))
	require.NoError(t, err)
	delete(m.Header, "Received")
	delete(m.Header, "Return-Path")
	head, err := json.MarshalIndent(m.Header, "", " ")
	require.NoError(t, err)
	body, err := io.ReadAll(m.Body)
	require.NoError(t, err)
	return string(head) + "\n" + string(body)
}

// TestNoInjection: nothing of a letter becomes a header or a recipient.
func TestNoInjection(t *testing.T) {
	m, err := New(Options{Host: "127.0.0.1", From: "a@example.org", Plain: true})
	require.NoError(t, err)
	for name, change := range map[string]func(*notice.Letter){
		"subject":      func(l *notice.Letter) { l.Subject = "x\r\nBcc: CANARY@example.org" },
		"address":      func(l *notice.Letter) { l.Address = "ann@example.org\r\nBcc: CANARY@example.org" },
		"two":          func(l *notice.Letter) { l.Address = "ann@example.org, CANARY@example.org" },
		"no address":   func(l *notice.Letter) { l.Address = "CANARY" },
		"id":           func(l *notice.Letter) { l.ID = "x\r\nBcc: CANARY@example.org" },
		"id of others": func(l *notice.Letter) { l.ID = "CANARY@x" },
	} {
		l := letter("d1")
		change(&l)
		err := m.Send(t.Context(), l, at)
		assert.ErrorIs(t, err, runner.ErrPermanent, name)
		assert.NotContains(t, err.Error(), "CANARY", name)
	}
}

// TestSilentServer: a server that never speaks does not hold a letter for longer
// than the context lasts.
func TestSilentServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	m, err := New(Options{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, From: "a@example.org", Plain: true})
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	begin := time.Now()
	err = m.Send(ctx, letter("d1"), at)
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	assert.Less(t, time.Since(begin), 10*time.Second)
}

func TestOptions(t *testing.T) {
	for _, bad := range []Options{
		{}, {Host: "h", From: "nobody"}, {Host: "h", From: "a@b\r\nX: y"}, {From: "a@example.org"},
		{Host: "mail.example.org", From: "a@example.org", Plain: true}, {Host: "h", From: "a@example.org", Port: 1 << 20},
	} {
		_, err := New(bad)
		assert.Error(t, err)
	}
}

func ExampleNew() {
	m, err := New(Options{Host: "smtp.example.org", From: "trueup <noreply@example.org>", User: "trueup", Password: "from the vault"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.MessageID("4f0c"))
	// Output:
	// 4f0c@example.org
}
