package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// signature is an httpsource.Auth that signs what is sent as Standard Webhooks has it
// (github.com/standard-webhooks/standard-webhooks): HMAC-SHA256 over the identifier,
// the time and the body.
type signature struct {
	id  string // of the delivery
	key []byte
	now func() time.Time
}

// shortestKey is the least that the specification recommends, in bytes.
const shortestKey = 24

func signingKey(given string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(given, "whsec_"))
	if err != nil || len(key) < shortestKey {
		return nil, fmt.Errorf("setting key is not whsec_ and the base64 of %d bytes or more", shortestKey)
	}
	return key, nil
}

// Authorize sets the three headers.
func (s signature) Authorize(req *http.Request, _ *http.Client) error {
	if req.GetBody == nil {
		return errors.New("a request without a body is not signed")
	}
	r, err := req.GetBody()
	if err != nil {
		return err
	}
	body, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	at := strconv.FormatInt(s.now().Unix(), 10)
	mac := hmac.New(sha256.New, s.key)
	fmt.Fprintf(mac, "%s.%s.%s", s.id, at, body)
	req.Header.Set("webhook-id", s.id)
	req.Header.Set("webhook-timestamp", at)
	req.Header.Set("webhook-signature", "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	return nil
}

// Renew reports that there is no other key.
func (signature) Renew() bool { return false }
