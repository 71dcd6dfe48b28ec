package httpsource

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/trueup-dev/trueup/connectors"
)

// Auth signs requests.
type Auth interface {
	// Authorize signs a request. It may ask for a token first.
	Authorize(req *http.Request, via *http.Client) error
	// Renew forgets a token that was refused, and reports whether another can be had.
	Renew() bool
}

// Token is an [Auth] with a token that does not change: the scheme, a space, and the
// token, such as "Bearer abc".
type Token string

// Authorize sets the header.
func (t Token) Authorize(req *http.Request, _ *http.Client) error {
	req.Header.Set("Authorization", string(t))
	return nil
}

// Renew reports that there is no other.
func (Token) Renew() bool { return false }

// Basic is an [Auth] by name and password (RFC 7617).
type Basic struct{ User, Password string }

// Authorize sets the header.
func (b Basic) Authorize(req *http.Request, _ *http.Client) error {
	req.SetBasicAuth(b.User, b.Password)
	return nil
}

// Renew reports that there is no other.
func (Basic) Renew() bool { return false }

// ClientCredentials is an [Auth] by OAuth 2.0 client credentials (RFC 6749, 4.4).
// A token is kept until shortly before it runs out, or until it is refused.
type ClientCredentials struct {
	config clientcredentials.Config
	// lock guards token.
	lock  sync.Mutex
	token *oauth2.Token
}

// NewClientCredentials makes an [Auth] that asks for tokens at an address.
func NewClientCredentials(tokenURL, id, secret string, scopes ...string) (*ClientCredentials, error) {
	if _, err := address(tokenURL); err != nil {
		return nil, err
	}
	return &ClientCredentials{config: clientcredentials.Config{ClientID: id, ClientSecret: secret, TokenURL: tokenURL, Scopes: scopes, AuthStyle: oauth2.AuthStyleInParams}}, nil
}

// Authorize sets the header, with a token asked for when there is none.
func (c *ClientCredentials) Authorize(req *http.Request, via *http.Client) error {
	c.lock.Lock()
	defer c.lock.Unlock()
	if !c.token.Valid() {
		token, err := c.config.Token(context.WithValue(req.Context(), oauth2.HTTPClient, via))
		if err != nil {
			return c.refused(err)
		}
		c.token = token
	}
	c.token.SetAuthHeader(req)
	return nil
}

// Renew forgets the token.
func (c *ClientCredentials) Renew() bool {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.token = nil
	return true
}

// refused tells of an error only what holds no secret.
func (c *ClientCredentials) refused(err error) error {
	u, parseErr := url.Parse(c.config.TokenURL)
	if parseErr != nil {
		return badConfig(errors.New("the address for tokens is none"))
	}
	var e *oauth2.RetrieveError
	if !errors.As(err, &e) || e.Response == nil {
		return &brokenError{fmt.Errorf("%s gives no token: %w", shown(u), bare(err))}
	}
	status := &StatusError{Status: e.Response.StatusCode, Code: code(e.ErrorCode), Request: "POST " + shown(u)}
	switch {
	case status.Status >= 500 || status.Status == http.StatusTooManyRequests:
		return &brokenError{status}
	case status.Status == http.StatusNotFound:
		return badConfig(status)
	}
	return &connectors.Error{Kind: connectors.AuthFailed, Err: fmt.Errorf("the client credentials are refused: %w", status)}
}
