package httpsource

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/trueup-dev/trueup/connectors"
)

// attempts is how often a request that brings no answer, or an error of the server,
// is made in all.
const attempts = 4

// do makes a request until it is answered.
func (c *Client) do(ctx context.Context, method string, u *url.URL, body []byte) (*Page, error) {
	backoff, renewed := c.config.Backoff, false
	var waited time.Duration
	for try := 1; ; try++ {
		p, err := c.once(ctx, method, u, body)
		var broken *brokenError
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case errors.As(err, &broken):
			err = unreached(u, method, broken)
		case err != nil:
			return nil, err
		default:
			err = c.judge(p)
		}
		if err == nil {
			return p, nil
		}
		wait, again := time.Duration(0), false
		if p != nil {
			wait, again = asked(p, time.Now())
		}
		switch {
		case again: // The source says that it did nothing.
			wait = max(wait, backoff)
		case p != nil && p.Status == http.StatusUnauthorized && !renewed && c.config.Auth != nil && c.config.Auth.Renew():
			renewed = true
			continue
		case method == http.MethodGet && try < attempts && (p == nil || p.Status >= 500):
			wait = backoff
		default:
			return nil, err
		}
		if waited += wait; waited > c.config.Patience {
			return nil, impatient(err, wait)
		}
		if err := c.wait(ctx, wait, u.Path); err != nil {
			return nil, err
		}
		backoff = min(2*backoff, time.Minute)
	}
}

// unreached is the error of a request that brought no answer. Of a change nobody can
// tell whether it was carried out.
func unreached(u *url.URL, method string, broken *brokenError) error {
	err := fmt.Errorf("%s: %w", shown(u), broken)
	if method != http.MethodGet {
		err = fmt.Errorf("%w: %w", ErrUncertain, err)
	}
	return &connectors.Error{Kind: connectors.Unavailable, Err: err}
}

// ErrUncertain marks the error of a change of which nobody can tell whether it was
// carried out.
var ErrUncertain = errors.New("it is not known whether the change was made")

// impatient turns a wait that is too long into an error that says when to come back.
func impatient(err error, wait time.Duration) error {
	var e *connectors.Error
	if !errors.As(err, &e) {
		return err
	}
	return &connectors.Error{Kind: connectors.Throttled, Err: e.Err, Retry: connectors.Retry{After: wait}}
}

// asked reports whether an answer asks to come again later, and how long to wait, 0
// when it does not say. The wait is that of Retry-After (RFC 9110, 10.2.3), else until
// the instant at which a spent allowance is renewed, in the headers of GitHub and Okta.
func asked(p *Page, now time.Time) (time.Duration, bool) {
	spent := p.Header.Get("X-Ratelimit-Remaining") == "0"
	switch p.Status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
	case http.StatusForbidden: // GitHub says so of a spent allowance.
		if !spent && p.Header.Get("Retry-After") == "" {
			return 0, false
		}
	default:
		return 0, false
	}
	if wait, ok := retryAfter(p.Header.Get("Retry-After"), now); ok {
		return wait, true
	}
	for _, name := range []string{"X-Ratelimit-Reset", "X-Rate-Limit-Reset"} {
		if at, err := strconv.ParseInt(p.Header.Get(name), 10, 64); err == nil && at > 0 && at < 1<<40 {
			// The second named has to be over.
			return max(0, time.Unix(at+1, 0).Sub(now)), true
		}
	}
	return 0, true
}

// retryAfter reads the header of that name: seconds, or a date.
func retryAfter(text string, now time.Time) (time.Duration, bool) {
	if n, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(n) * time.Second, true
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	return max(0, at.Sub(now)), true
}
