package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/connectors"
)

// client speaks REST 2 to one Request Tracker.
type client struct {
	base           string
	user, password string
	token          string
	http           http.Client
}

const (
	timeout    = 30 * time.Second
	mostAnswer = 16 << 20
)

// open checks the address. Credentials travel only encrypted, save to this machine.
func open(s connectors.Settings) (*client, error) {
	u, err := url.Parse(s.Values["url"])
	switch {
	case err != nil || u.Host == "":
		return nil, badConfig(errors.New("setting url is no address such as https://desk.example.org/rt"))
	case u.User != nil:
		return nil, badConfig(errors.New("setting url holds a user; set user and password instead"))
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		return nil, badConfig(errors.New("setting url must begin with https, or with http to a loopback address"))
	}
	c := &client{base: strings.TrimRight(u.String(), "/") + "/REST/2.0/", user: s.Values["user"], password: s.Secrets["password"], token: s.Secrets["token"]}
	if (c.token == "") == (c.user == "") {
		return nil, badConfig(errors.New("set either user and password, or token"))
	}
	c.http = http.Client{Timeout: timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return c, nil
}

func badConfig(err error) error { return &connectors.Error{Kind: connectors.BadConfig, Err: err} }

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func escape(name string) string { return url.PathEscape(name) }

func (c *client) get(ctx context.Context, path string, query url.Values, into any) error {
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return c.do(ctx, http.MethodGet, path, nil, into)
}

// do asks and reads the answer. No error holds what was sent.
func (c *client) do(ctx context.Context, method, path string, body, into any) error {
	var sent io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return err
		}
		sent = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, sent)
	if err != nil {
		return badConfig(errors.New("setting url makes no address"))
	}
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "token "+c.token)
	} else {
		req.SetBasicAuth(c.user, c.password)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err
		}
		return &connectors.Error{Kind: connectors.Unavailable, Err: err}
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(resp.Body, mostAnswer+1))
	switch {
	case err != nil:
		return &connectors.Error{Kind: connectors.Unavailable, Err: err}
	case len(data) > mostAnswer:
		return &connectors.Error{Kind: connectors.BadData, Err: fmt.Errorf("an answer has more than %d bytes", mostAnswer)}
	case resp.StatusCode >= 300:
		return refusal(resp, data)
	case into == nil:
		return nil
	}
	if err := json.Unmarshal(data, into); err != nil {
		return &connectors.Error{Kind: connectors.BadData, Err: errors.New("the answer is not the JSON of REST 2; is url that of Request Tracker?")}
	}
	return nil
}

// refusal gives an answer other than success its kind.
func refusal(resp *http.Response, body []byte) error {
	said := struct {
		Message string `json:"message"`
	}{}
	_ = json.Unmarshal(body, &said) // an answer without a message has its status
	e := &connectors.Error{Kind: connectors.BadData, Err: fmt.Errorf("status %d: %s", resp.StatusCode, said.Message)}
	switch code := resp.StatusCode; {
	case code == http.StatusUnauthorized:
		e.Kind = connectors.AuthFailed
	case code == http.StatusForbidden:
		e.Kind = connectors.PermissionDenied
	case code == http.StatusNotFound || code < 400:
		e.Kind = connectors.BadConfig
	case code == http.StatusTooManyRequests:
		e.Kind = connectors.Throttled
		if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && seconds > 0 {
			e.Retry.After = time.Duration(seconds) * time.Second
		}
	case code >= 500:
		e.Kind = connectors.Unavailable
	}
	return e
}
