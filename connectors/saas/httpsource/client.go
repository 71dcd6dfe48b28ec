package httpsource

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/trueup-dev/trueup/connectors"
)

// Config says how a source is reached. Base is required.
type Config struct {
	// Base is the address that requests are below.
	Base string
	// Auth signs requests; nil asks without credentials.
	Auth Auth
	// Header is sent with every request.
	Header http.Header
	// Code finds the vendor's code of an error in the body of an answer. Nothing
	// else of the body is told. It may be nil.
	Code func(body []byte) string
	// CAFile holds certificates to trust in place of the system's, in PEM.
	CAFile string
	// Largest bounds the bytes of an answer (64 MiB), Timeout the time for one
	// (45 s), Patience the wait for one request in all (10 min). Backoff is the first
	// wait after a failure that names none (1 s); it doubles.
	Largest                    int64
	Timeout, Patience, Backoff time.Duration
}

// Wait pauses because the source asks for it, as [sdk.Writer.Wait] does, which also
// tells the host.
type Wait func(ctx context.Context, pause time.Duration, scope string) error

// Client asks one source.
type Client struct {
	config Config
	base   *url.URL
	http   *http.Client
	wait   Wait
}

// New makes a client. It asks nothing yet. wait may be nil: then it only pauses.
func New(c Config, wait Wait) (*Client, error) {
	base, err := address(c.Base)
	if err != nil {
		return nil, err
	}
	transport, err := trusting(c.CAFile)
	if err != nil {
		return nil, err
	}
	c.Largest = cmp.Or(c.Largest, 64<<20)
	c.Timeout = cmp.Or(c.Timeout, 45*time.Second)
	c.Patience = cmp.Or(c.Patience, 10*time.Minute)
	c.Backoff = cmp.Or(c.Backoff, time.Second)
	if wait == nil {
		wait = pause
	}
	direct := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{config: c, base: base, wait: wait, http: &http.Client{Transport: transport, Timeout: c.Timeout, CheckRedirect: direct}}, nil
}

// Close lets connections go.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// address checks an address that credentials are sent to.
func address(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, badConfig(errors.New("the address is none; give one such as https://api.example.org, without a name, a query or a fragment"))
	case u.Scheme == "https", u.Scheme == "http" && loopback(u.Hostname()):
		return u, nil
	}
	return nil, badConfig(fmt.Errorf("the address of %s does not begin with https, and credentials would travel in the open", u.Host))
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func badConfig(err error) error { return &connectors.Error{Kind: connectors.BadConfig, Err: err} }

// trusting is a transport that trusts the certificates of a file.
func trusting(file string) (*http.Transport, error) {
	t := &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, MaxIdleConns: 4, IdleConnTimeout: time.Minute,
		TLSHandshakeTimeout: 15 * time.Second, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}}
	if file == "" {
		return t, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, badConfig(fmt.Errorf("setting ca-file: %w", err))
	}
	t.TLSClientConfig.RootCAs = x509.NewCertPool()
	if !t.TLSClientConfig.RootCAs.AppendCertsFromPEM(pem) {
		return nil, badConfig(fmt.Errorf("setting ca-file: %s holds no certificate in PEM", file))
	}
	return t, nil
}

func pause(ctx context.Context, d time.Duration, _ string) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Get asks for a path below the base.
func (c *Client) Get(ctx context.Context, path string, query url.Values) (*Page, error) {
	u := c.base.JoinPath(path)
	u.RawQuery = query.Encode()
	return c.do(ctx, http.MethodGet, u, nil)
}

// Follow asks for a link that an earlier answer gave.
func (c *Client) Follow(ctx context.Context, link string) (*Page, error) {
	u, err := url.Parse(link)
	if err != nil {
		return nil, badData(errors.New("the link to the next page is no address"))
	}
	u = c.base.ResolveReference(u)
	if u.Scheme != c.base.Scheme || u.Host != c.base.Host || u.User != nil {
		return nil, badData(fmt.Errorf("%s: a link leads to the server %s, which is not asked: the credentials are not its", c.base.Host, u.Host))
	}
	return c.do(ctx, http.MethodGet, u, nil)
}

// Each asks for a page and for those that follow it. take gives the link to the next
// page, empty after the last.
func (c *Client) Each(ctx context.Context, path string, query url.Values, take func(*Page) (string, error)) error {
	p, err := c.Get(ctx, path, query)
	return c.each(ctx, p, err, take)
}

// EachFrom is like Each from a link on.
func (c *Client) EachFrom(ctx context.Context, link string, take func(*Page) (string, error)) error {
	p, err := c.Follow(ctx, link)
	return c.each(ctx, p, err, take)
}

func (c *Client) each(ctx context.Context, p *Page, err error, take func(*Page) (string, error)) error {
	followed := map[string]bool{}
	for err == nil {
		followed[p.url.String()] = true
		link, takeErr := take(p)
		if takeErr != nil || link == "" {
			return takeErr
		}
		p, err = c.follow(ctx, link, followed)
	}
	return err
}

// follow asks for a page unless it was there before: then it would never end.
func (c *Client) follow(ctx context.Context, link string, followed map[string]bool) (*Page, error) {
	if u, err := url.Parse(link); err == nil {
		if u = c.base.ResolveReference(u); followed[u.String()] {
			return nil, badData(fmt.Errorf("%s: the link to the next page leads back to one that was read", shown(u)))
		}
	}
	return c.Follow(ctx, link)
}

// Send changes something. The body is sent as JSON; nil sends none. It is not
// repeated unless the source says that it was not carried out.
func (c *Client) Send(ctx context.Context, method, path string, body any) (*Page, error) {
	var data []byte
	if body != nil {
		var err error
		if data, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	return c.do(ctx, method, c.base.JoinPath(path), data)
}

// once makes one request and reads all of its answer.
func (c *Client) once(ctx context.Context, method string, u *url.URL, body []byte) (*Page, error) {
	req, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, badConfig(fmt.Errorf("%s: %w", shown(u), err))
	}
	for name, values := range c.config.Header {
		req.Header[name] = values
	}
	if req.Header.Get("Accept") == "" {
		req.Header.Set("Accept", "application/json")
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.config.Auth != nil {
		if err := c.config.Auth.Authorize(req, c.http); err != nil {
			return nil, err
		}
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, &brokenError{bare(err)}
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, c.config.Largest+1))
	err = errors.Join(err, resp.Body.Close())
	switch {
	case err != nil:
		return nil, &brokenError{fmt.Errorf("the answer broke off: %w", bare(err))}
	case int64(len(data)) > c.config.Largest:
		return nil, badData(fmt.Errorf("%s: the answer has more than %d bytes; ask for smaller pages", shown(u), c.config.Largest))
	}
	return &Page{Body: data, Header: resp.Header, Status: resp.StatusCode, url: u, method: method}, nil
}

// brokenError is the error of a request that brought no answer.
type brokenError struct{ err error }

func (b *brokenError) Error() string { return b.err.Error() }
func (b *brokenError) Unwrap() error { return b.err }

// bare takes the address, whose query may tell too much, off an error.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// shown is an address without its query.
func shown(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
