// Package alerts tells cases to Prometheus' Alertmanager through its API, so that
// it groups, silences and passes them on like any other alert.
//
// A case is one alert, with the labels alertname, case and severity and those that
// the options add. It fires while the case is open and is resolved when the case is
// closed. Alertmanager takes an alert for resolved that it has not heard of for
// some minutes; a case may rest for weeks, so the alert is sent with an end far
// ahead, and the case's closing brings it to the present.
//
// Sending the same letter again changes nothing over there: an alert is known by
// its labels. Where an opening had to be tried again it may arrive after the
// closing; the alert then fires until the next letter of the case or the horizon,
// so choose a horizon that you would notice.
package alerts

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/trueup-dev/trueup/escalation/notice"
	"github.com/trueup-dev/trueup/escalation/runner"
)

// Options say which Alertmanager is told.
type Options struct {
	// URL is that of the server, such as https://alertmanager.example.org. It must be
	// https, or http to a loopback address.
	URL string
	// Labels are added to those of every case; they cannot replace them.
	Labels map[string]string
	// Horizon is how far ahead an open case's end is set; 0 means a year.
	Horizon time.Duration
	// Client is used for requests; nil means one with a timeout of 30 seconds.
	// Redirects are never followed.
	Client *http.Client
}

// Sink tells cases to one Alertmanager. It is safe for concurrent use.
type Sink struct {
	url     string
	labels  map[string]string
	horizon time.Duration
	client  http.Client
}

const (
	timeout = 30 * time.Second
	year    = 365 * 24 * time.Hour
)

// New checks the options and makes a sink.
func New(o Options) (*Sink, error) {
	u, err := url.Parse(o.URL)
	switch {
	case err != nil || u.Host == "":
		return nil, errors.New("alerts: the URL cannot be read")
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		return nil, errors.New("alerts: the URL must be https, or http to a loopback address")
	}
	s := &Sink{url: u.JoinPath("api/v2/alerts").String(), labels: maps.Clone(o.Labels), horizon: o.Horizon, client: http.Client{Timeout: timeout}}
	if s.horizon <= 0 {
		s.horizon = year
	}
	if o.Client != nil {
		s.client = *o.Client
	}
	s.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return s, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// PerCase says that a case is an alert of its own.
func (s *Sink) PerCase() bool { return true }

// alert is one of the API's, version 2.
type alert struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	StartsAt    time.Time         `json:"startsAt"`
	EndsAt      time.Time         `json:"endsAt"`
}

// Send tells the case of a letter. The instant is not used: an alert carries the
// letter's own.
func (s *Sink) Send(ctx context.Context, l notice.Letter, _ time.Time) error {
	body, err := json.Marshal([]alert{s.alert(l)})
	if err != nil {
		return fmt.Errorf("alerts: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		return errors.New("alerts: the URL cannot be used")
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := s.client.Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err // without the URL, which may hold a password
		}
		return fmt.Errorf("alerts: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10)
	switch code := resp.StatusCode; {
	case code >= 200 && code < 300:
		return nil
	case code == http.StatusBadRequest:
		return fmt.Errorf("alerts: the server answered %d: %w", code, runner.ErrPermanent)
	default:
		return fmt.Errorf("alerts: the server answered %d", code)
	}
}

func (s *Sink) alert(l notice.Letter) alert {
	labels := map[string]string{}
	maps.Copy(labels, s.labels)
	maps.Copy(labels, map[string]string{"alertname": "trueup", "case": l.Case, "severity": l.Severity})
	a := alert{
		Labels:      labels,
		Annotations: map[string]string{"summary": l.Subject, "description": l.Text, "delivery": l.ID},
		StartsAt:    l.Opened, EndsAt: l.At.Add(s.horizon),
	}
	if !l.Closed.IsZero() {
		a.EndsAt = l.Closed
	}
	return a
}
