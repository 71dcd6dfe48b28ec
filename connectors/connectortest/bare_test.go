//go:build unix

package connectortest_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/trueup-dev/trueup/connectors/internal/wire"
)

// bare is a connector that is built on nothing but the protocol's page: neither the
// SDK nor go-plugin. It can break what those would never let through.
type bare struct {
	wire.UnimplementedConnectorServer
	mode string

	mu        sync.Mutex
	instances map[string]bool
	reading   sync.Mutex
}

// serveBare runs until standard input ends.
func serveBare(mode string) {
	if os.Getenv("TRUEUP_CONNECTOR") == "" {
		if mode == "bare greets" {
			fmt.Println("usage: …")
			os.Exit(0)
		}
		fmt.Fprintln(os.Stderr, "a host starts this")
		os.Exit(1)
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	config, certificate, err := bareTLS(mode)
	if err != nil {
		panic(err)
	}
	path := filepath.Join(os.Getenv("PLUGIN_UNIX_SOCKET_DIR"), "s")
	if os.Getenv("PLUGIN_UNIX_SOCKET_DIR") == "" {
		path = filepath.Join(os.TempDir(), fmt.Sprint("bare", os.Getpid()))
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		panic(err)
	}
	version := "1"
	offered := os.Getenv("PLUGIN_PROTOCOL_VERSIONS")
	switch {
	case mode == "bare overtakes" && offered == "99", mode == "bare takes the last" && strings.Contains(offered, ","):
		version = "99"
	}
	if mode == "bare is fragile" {
		listener = fragile{listener}
	}
	opts := []grpc.ServerOption{grpc.Creds(credentials.NewTLS(config))}
	if mode == "bare answers all" {
		opts = append(opts, grpc.UnknownServiceHandler(func(any, grpc.ServerStream) error { return status.Error(codes.Internal, "what?") }))
	}
	server := grpc.NewServer(opts...)
	wire.RegisterConnectorServer(server, &bare{mode: mode, instances: map[string]bool{}})
	if mode != "bare is unwell" {
		h := health.NewServer()
		h.SetServingStatus("plugin", grpc_health_v1.HealthCheckResponse_SERVING)
		grpc_health_v1.RegisterHealthServer(server, h)
	}
	fmt.Printf("1|%s|unix|%s|grpc|%s\n", version, path, certificate)
	panic(server.Serve(listener))
}

func bareTLS(mode string) (*tls.Config, string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, "", err
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, NotBefore: time.Now().Add(-time.Minute), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, &x509.Certificate{SerialNumber: big.NewInt(1)}, key.Public(), key)
	clients := x509.NewCertPool()
	clients.AppendCertsFromPEM([]byte(os.Getenv("PLUGIN_CLIENT_CERT")))
	config := &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12,
		ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients, NextProtos: []string{"h2"},
	}
	if mode == "bare serves anyone" {
		config.ClientAuth = tls.NoClientCert
	}
	return config, base64.RawStdEncoding.EncodeToString(der), err
}

// fragile ends the process at the first byte that is no TLS.
type fragile struct{ net.Listener }

// Accept takes one connection.
func (f fragile) Accept() (net.Conn, error) {
	conn, err := f.Listener.Accept()
	return &fragileConn{Conn: conn}, err
}

type fragileConn struct {
	net.Conn
	seen bool
}

// Read looks at the first byte.
func (c *fragileConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 && !c.seen && p[0] != 0x16 {
		os.Exit(5)
	}
	c.seen = c.seen || n > 0
	return n, err
}

// Describe says what it is.
func (*bare) Describe(context.Context, *wire.DescribeRequest) (*wire.DescribeResponse, error) {
	return &wire.DescribeResponse{
		Name: "bare", Version: "1", Summary: "breaks one rule", Kinds: []wire.Kind{wire.Kind_KIND_DEVICE, wire.Kind_KIND_USER},
		Capabilities: []wire.Capability{wire.Capability_CAPABILITY_COLLECT, wire.Capability_CAPABILITY_INCREMENTAL},
		Settings: []*wire.Setting{
			{Name: "source", Doc: "anything", Required: true}, {Name: "state", Doc: "anything"},
			{Name: "mode", Doc: "anything", Values: []string{"a", "b"}}, {Name: "token", Doc: "anything", Secret: true},
		},
	}, nil
}

// Configure refuses what it does not know.
func (b *bare) Configure(_ context.Context, req *wire.ConfigureRequest) (*wire.ConfigureResponse, error) {
	out := &wire.ConfigureResponse{}
	refuse := func(mode, message string) {
		if b.mode != mode {
			out.Failures = append(out.Failures, &wire.Failure{Kind: wire.FailureKind_FAILURE_KIND_CONFIG, Message: message})
		}
	}
	for name, value := range req.GetSettings() {
		switch {
		case !slices.Contains([]string{"source", "state", "mode", "token"}, name):
			refuse("bare takes any setting", "no setting "+name)
		case name == "token":
			refuse("bare shows secrets", "token is a secret")
		case name == "mode" && value != "a" && value != "b":
			refuse("bare takes any value", "mode is a or b")
		}
	}
	if _, ok := req.GetSettings()["source"]; !ok {
		refuse("bare asks for nothing", "source is required")
	}
	if len(out.Failures) == 0 {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.instances[req.GetInstanceId()] = true
	}
	return out, nil
}

// Check finds every instance good.
func (*bare) Check(context.Context, *wire.CheckRequest) (*wire.CheckResponse, error) {
	return &wire.CheckResponse{}, nil
}

// Release forgets an instance.
func (b *bare) Release(_ context.Context, req *wire.ReleaseRequest) (*wire.ReleaseResponse, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.mode != "bare remembers" {
		delete(b.instances, req.GetInstanceId())
	}
	return &wire.ReleaseResponse{}, nil
}

// Act can do nothing.
func (b *bare) Act(context.Context, *wire.ActRequest) (*wire.ActResponse, error) {
	if b.mode == "bare does anything" {
		return &wire.ActResponse{Outcome: wire.Outcome_OUTCOME_DONE}, nil
	}
	return nil, status.Error(codes.Unimplemented, "no actions")
}

func (b *bare) configured(id string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.instances[id] || b.mode == "bare reads for anyone"
}
