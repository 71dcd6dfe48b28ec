package connectortest

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"github.com/trueup-dev/trueup/connectors/internal/wire"
)

// session is a connector process that is spoken to as the protocol's page says,
// without the machinery of a host. Checks use it for what a host would never do,
// and to hold the page itself to the test.
type session struct {
	wire.ConnectorClient
	conn   *grpc.ClientConn
	cmd    *exec.Cmd
	stdin  *os.File
	server *x509.Certificate
	socket string
	client tls.Certificate
	dir    string
	exited chan struct{}

	mu     sync.Mutex
	stdout bytes.Buffer // after the handshake
	stderr bytes.Buffer
}

// talk starts the binary and connects to it.
func (s *suite) talk(ctx context.Context) (*session, error) {
	own, certPEM, err := selfSigned()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "tc")
	if err != nil {
		return nil, err
	}
	c := &session{client: own, dir: dir, exited: make(chan struct{})}
	line, err := c.start(ctx, s, certPEM)
	if err == nil {
		err = c.connect(line)
	}
	if err != nil {
		c.end()
		return nil, err
	}
	return c, nil
}

func (c *session) start(ctx context.Context, s *suite, certPEM string) (string, error) {
	c.cmd = s.bare(context.WithoutCancel(ctx), cookie(), fmt.Sprint("PLUGIN_PROTOCOL_VERSIONS=", wire.Version),
		"TMPDIR="+c.dir, "PLUGIN_UNIX_SOCKET_DIR="+c.dir, "PLUGIN_CLIENT_CERT="+certPEM)
	in, out, err := os.Pipe()
	if err != nil {
		return "", err
	}
	defer func() { _ = in.Close() }()
	c.stdin = out
	c.cmd.Stdin = in
	c.cmd.Stderr = &locked{mu: &c.mu, to: &c.stderr}
	lines := make(chan string, 1)
	c.cmd.Stdout = &handshakeSplitter{mu: &c.mu, rest: &c.stdout, lines: lines}
	if err := c.cmd.Start(); err != nil {
		return "", err
	}
	go func() {
		_ = c.cmd.Wait() // how it ended is no matter here
		close(c.exited)
	}()
	select {
	case line := <-lines:
		return line, nil
	case <-c.exited:
		return "", errors.New("it ended before the handshake")
	case <-time.After(s.opts.Start):
		return "", fmt.Errorf("it printed no handshake within %v", s.opts.Start)
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// connect reads the handshake and sets up the connection that it offers.
func (c *session) connect(line string) error {
	parts := strings.Split(line, "|")
	if len(parts) < 6 || parts[2] != "unix" {
		return fmt.Errorf("the handshake %q offers no Unix socket with a certificate", line)
	}
	raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(parts[5], "="))
	if err != nil {
		return fmt.Errorf("the certificate in the handshake: %w", err)
	}
	if c.server, err = x509.ParseCertificate(raw); err != nil {
		return fmt.Errorf("the certificate in the handshake: %w", err)
	}
	c.socket = parts[3]
	c.conn, err = grpc.NewClient("passthrough:///"+c.socket,
		grpc.WithTransportCredentials(credentials.NewTLS(c.tls(c.client))),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return c.dial(ctx) }))
	c.ConnectorClient = wire.NewConnectorClient(c.conn)
	return err
}

func (c *session) tls(own ...tls.Certificate) *tls.Config {
	roots := x509.NewCertPool()
	roots.AddCert(c.server)
	return &tls.Config{Certificates: own, RootCAs: roots, ServerName: "localhost", MinVersion: tls.VersionTLS12, NextProtos: []string{"h2"}}
}

func (c *session) dial(ctx context.Context) (net.Conn, error) {
	return (&net.Dialer{}).DialContext(ctx, "unix", c.socket)
}

// printed is what the process wrote to standard output after its handshake, and
// to standard error.
func (c *session) printed() (stdout, stderr string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stdout.String(), c.stderr.String()
}

// kill ends the process at once, as a crash would.
func (c *session) kill() {
	_ = c.cmd.Process.Signal(syscall.SIGKILL)
	<-c.exited
}

// end ends the process and removes what it left.
func (c *session) end() {
	if c.conn != nil {
		_ = c.conn.Close()
	}
	if c.stdin != nil {
		_ = c.stdin.Close()
	}
	if c.cmd != nil && c.cmd.Process != nil {
		select {
		case <-c.exited:
		case <-time.After(2 * time.Second):
			c.kill()
		}
	}
	_ = os.RemoveAll(c.dir)
}

// selfSigned makes a certificate for one run.
func selfSigned() (tls.Certificate, string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, "", err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: now.Add(-time.Minute), NotAfter: now.Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageKeyAgreement | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, "", err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, string(text), nil
}

// locked is a buffer that may be read while it is written.
type locked struct {
	mu *sync.Mutex
	to *bytes.Buffer
}

// mostPrinted bounds what is kept of what a process prints.
const mostPrinted = 1 << 20

// Write keeps what fits.
func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.to.Write(p[:min(len(p), max(0, mostPrinted-l.to.Len()))])
	return len(p), nil
}

// handshakeSplitter takes the first line apart from what follows.
type handshakeSplitter struct {
	mu    *sync.Mutex
	line  []byte
	done  bool
	lines chan<- string
	rest  *bytes.Buffer
}

// Write takes standard output in pieces.
func (h *handshakeSplitter) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := len(p)
	if !h.done {
		line, after, whole := bytes.Cut(p, []byte{'\n'})
		h.line = append(h.line, line...)
		if !whole && len(h.line) < mostPrinted {
			return n, nil
		}
		h.done = true
		h.lines <- string(h.line)
		p = after
	}
	h.rest.Write(p[:min(len(p), max(0, mostPrinted-h.rest.Len()))])
	return n, nil
}
