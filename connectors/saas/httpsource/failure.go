package httpsource

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/trueup-dev/trueup/connectors"
)

// StatusError is an answer that is none: the status, and the vendor's code of it.
type StatusError struct {
	Status int
	// Code is the vendor's own name of the error, empty when it gave none.
	Code string
	// Request is the method and the address without its query.
	Request string
}

// Error says what was asked, what was answered, and what to do.
func (e *StatusError) Error() string {
	text := fmt.Sprintf("%s: answered %d %s", e.Request, e.Status, http.StatusText(e.Status))
	if e.Code != "" {
		text += " (" + e.Code + ")"
	}
	if do := advice(e.Status); do != "" {
		text += "; " + do
	}
	return text
}

func badData(err error) error { return &connectors.Error{Kind: connectors.BadData, Err: err} }

// judge is nil for an answer that says that all went well.
func (c *Client) judge(p *Page) error {
	if p.Status >= 200 && p.Status < 300 {
		return nil
	}
	e := &StatusError{Status: p.Status, Request: p.method + " " + shown(p.url)}
	if c.config.Code != nil {
		e.Code = code(c.config.Code(p.Body))
	}
	return &connectors.Error{Kind: kind(p.Status), Err: e}
}

// code keeps of a vendor's code what can be one: it must not carry a body along.
func code(text string) string {
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-' && r != '.'
	}
	if len(text) > 80 || strings.ContainsFunc(text, odd) {
		return ""
	}
	return text
}

func kind(status int) connectors.ErrorKind {
	switch {
	case status == http.StatusUnauthorized:
		return connectors.AuthFailed
	case status == http.StatusForbidden:
		return connectors.PermissionDenied
	case status == http.StatusTooManyRequests:
		return connectors.Throttled
	case status >= 500, status == http.StatusRequestTimeout:
		return connectors.Unavailable
	case status >= 300 && status < 400, status == http.StatusNotFound:
		return connectors.BadConfig
	}
	return connectors.BadData
}

func advice(status int) string {
	switch {
	case status == http.StatusUnauthorized:
		return "see whether the credentials are right and not run out"
	case status == http.StatusForbidden:
		return "the credentials lack a right; the connector's page lists those that it needs"
	case status == http.StatusNotFound:
		return "see whether the address and the names in the settings are right, and whether the credentials may see it"
	case status >= 300 && status < 400:
		return "the source is elsewhere; set its address to where it is"
	case status >= 500 || status == http.StatusTooManyRequests:
		return "try again later"
	}
	return ""
}
