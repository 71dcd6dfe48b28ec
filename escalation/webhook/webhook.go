// Package webhook sends the letters of cases as signed HTTP requests.
//
// The body is JSON, and either trueup's own form or the one that Prometheus'
// Alertmanager sends to its webhook receivers, so that whatever understands the
// latter understands a case. The signature is an HMAC-SHA256 over the time, the
// delivery's id and the body, joined by dots, in the header Trueup-Signature as
// "t=UNIX,v1=HEX"; the id is in Trueup-Delivery. A receiver computes the same,
// refuses what is older than it likes, and drops an id that it has had.
//
// Only HTTPS is used, save to a loopback address, and no redirect is followed:
// both would let a letter leave for somewhere that nobody configured.
package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/trueup-dev/trueup/escalation/notice"
	"github.com/trueup-dev/trueup/escalation/runner"
)

// Form is the form of the body.
type Form uint8

// The forms.
const (
	// Own has the letter's id, to, subject, text and html.
	Own Form = iota
	// Alertmanager is version 4 of Alertmanager's webhook.
	Alertmanager
)

// Options say where letters go.
type Options struct {
	URL string
	// Key signs the requests. It must have 16 bytes at least.
	Key  []byte
	Form Form
	// Client is used for requests; nil means one with a timeout of 30 seconds.
	// Redirects are never followed.
	Client *http.Client
}

// Hook sends letters to one URL. It is safe for concurrent use.
type Hook struct {
	url    string
	key    []byte
	form   Form
	client http.Client
}

const (
	timeout = 30 * time.Second
	minKey  = 16
)

// New checks the options and makes a hook.
func New(o Options) (*Hook, error) {
	u, err := url.Parse(o.URL)
	switch {
	case err != nil:
		return nil, errors.New("webhook: the URL cannot be read")
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		return nil, errors.New("webhook: the URL must be https, or http to a loopback address")
	case len(o.Key) < minKey:
		return nil, fmt.Errorf("webhook: the key has %d bytes, it must have %d at least", len(o.Key), minKey)
	}
	h := &Hook{url: o.URL, key: bytes.Clone(o.Key), form: o.Form, client: http.Client{Timeout: timeout}}
	if o.Client != nil {
		h.client = *o.Client
	}
	h.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return h, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// PerCase says whether the receiver takes each case for an alert of its own.
func (h *Hook) PerCase() bool { return h.form == Alertmanager }

// Send posts a letter, signed for the instant given. An error wraps
// runner.ErrPermanent when the receiver refused the letter for good: a status
// from 400 on, save 408, 425, 429 and those from 500 on, which are tried again.
// No error names the URL, which may hold a secret.
func (h *Hook) Send(ctx context.Context, l notice.Letter, now time.Time) error {
	body, err := h.body(l)
	if err != nil {
		return fmt.Errorf("webhook: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(body))
	if err != nil {
		return errors.New("webhook: the request cannot be made")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Trueup-Delivery", l.ID)
	req.Header.Set("Trueup-Signature", fmt.Sprintf("t=%d,v1=%s", now.Unix(), Sign(h.key, now, l.ID, body)))
	resp, err := h.client.Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err
		}
		return fmt.Errorf("webhook: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10) // so that the connection can be used again
	return status(resp.StatusCode)
}

func status(code int) error {
	switch {
	case code >= 200 && code < 300:
		return nil
	case code >= 500 || code == http.StatusRequestTimeout || code == http.StatusTooEarly || code == http.StatusTooManyRequests:
		return fmt.Errorf("webhook: the receiver answered %d", code)
	}
	return fmt.Errorf("webhook: the receiver answered %d: %w", code, runner.ErrPermanent)
}

// Sign is the signature of a body, in hexadecimal.
func Sign(key []byte, at time.Time, delivery string, body []byte) string {
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%d.%s.", at.Unix(), delivery)
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

func (h *Hook) body(l notice.Letter) ([]byte, error) {
	if h.form == Alertmanager {
		return json.Marshal(alertmanager(l))
	}
	return json.Marshal(struct {
		ID      string `json:"id"`
		To      string `json:"to"`
		Subject string `json:"subject"`
		Text    string `json:"text"`
		HTML    string `json:"html"`
	}{l.ID, l.To, l.Subject, l.Text, l.HTML})
}

// group is a message of Alertmanager's webhook.
type group struct {
	Version           string            `json:"version"`
	GroupKey          string            `json:"groupKey"`
	TruncatedAlerts   int               `json:"truncatedAlerts"`
	Status            string            `json:"status"`
	Receiver          string            `json:"receiver"`
	GroupLabels       map[string]string `json:"groupLabels"`
	CommonLabels      map[string]string `json:"commonLabels"`
	CommonAnnotations map[string]string `json:"commonAnnotations"`
	ExternalURL       string            `json:"externalURL"`
	Alerts            []alert           `json:"alerts"`
}

type alert struct {
	Status       string            `json:"status"`
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     time.Time         `json:"startsAt"`
	EndsAt       time.Time         `json:"endsAt"`
	GeneratorURL string            `json:"generatorURL"`
	Fingerprint  string            `json:"fingerprint"`
}

func alertmanager(l notice.Letter) group {
	labels := map[string]string{"alertname": "trueup", "case": l.Case, "severity": l.Severity}
	notes := map[string]string{"summary": l.Subject, "description": l.Text}
	state := "firing"
	a := alert{Status: state, Labels: labels, Annotations: notes, StartsAt: l.Opened, EndsAt: l.Closed, Fingerprint: l.Case}
	if !l.Closed.IsZero() {
		state = "resolved"
		a.Status = state
	}
	return group{
		Version: "4", GroupKey: l.Case, Status: state, Receiver: l.To,
		GroupLabels: map[string]string{"case": l.Case}, CommonLabels: labels, CommonAnnotations: notes,
		Alerts: []alert{a},
	}
}
