package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/escalation/notice"
	"github.com/trueup-dev/trueup/escalation/runner"
)

var (
	key = []byte("0123456789abcdef")
	now = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
)

func letter() notice.Letter {
	return notice.Letter{
		ID: "d1", To: "ann", Subject: "[high] case-17: stage", Text: "A case needs somebody.", HTML: "<h1>x</h1>",
		Case: "case-17", Severity: "high", Opened: now,
	}
}

type request struct {
	body                []byte
	delivery, signature string
}

// receiver answers with a status and keeps what it got.
func receiver(t testing.TB, code int) (*httptest.Server, *[]request) {
	var got []request
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = append(got, request{body, r.Header.Get("Trueup-Delivery"), r.Header.Get("Trueup-Signature")})
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(code)
	}))
	t.Cleanup(srv.Close)
	return srv, &got
}

func ExampleHook_Send() {
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		fmt.Println(r.Header.Get("Trueup-Delivery"), len(r.Header.Get("Trueup-Signature")))
	}))
	defer srv.Close()
	h, err := New(Options{URL: srv.URL, Key: key})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(h.Send(context.Background(), letter(), now))
	// Output:
	// d1 80
	// <nil>
}

// TestSignatureByAnotherProgram has the signature computed by Python.
func TestSignatureByAnotherProgram(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("python3 is missing: install the package python3")
		}
		t.Skip("python3 is not installed")
	}
	srv, got := receiver(t, 204)
	h, err := New(Options{URL: srv.URL, Key: key})
	require.NoError(t, err)
	require.NoError(t, h.Send(t.Context(), letter(), now))
	require.Len(t, *got, 1)
	r := (*got)[0]
	at, mac, ok := strings.Cut(strings.TrimPrefix(r.signature, "t="), ",v1=")
	require.True(t, ok)
	assert.Equal(t, strconv.FormatInt(now.Unix(), 10), at)
	cmd := exec.Command(python, "-c", `import sys, hmac, hashlib
at, delivery = sys.argv[1], sys.argv[2]
body = sys.stdin.buffer.read()
print(hmac.new(b"0123456789abcdef", at.encode() + b"." + delivery.encode() + b"." + body, hashlib.sha256).hexdigest())`, at, r.delivery)
	cmd.Stdin = strings.NewReader(string(r.body))
	out, err := cmd.Output()
	require.NoError(t, err)
	assert.Equal(t, strings.TrimSpace(string(out)), mac)
}

func TestStatuses(t *testing.T) {
	tests := []struct {
		code           int
		fails, forever bool
	}{
		{200, false, false}, {204, false, false}, {301, true, true}, {307, true, true}, {400, true, true}, {401, true, true},
		{404, true, true}, {408, true, false}, {410, true, true}, {425, true, false}, {429, true, false}, {500, true, false}, {503, true, false},
	}
	for _, tt := range tests {
		srv, got := receiver(t, tt.code)
		h, err := New(Options{URL: srv.URL, Key: key})
		require.NoError(t, err)
		err = h.Send(t.Context(), letter(), now)
		assert.Equal(t, tt.fails, err != nil, tt.code)
		assert.Equal(t, tt.forever, errors.Is(err, runner.ErrPermanent), tt.code)
		assert.Len(t, *got, 1, "a redirect is not followed")
	}
}

func TestAlertmanagerForm(t *testing.T) {
	srv, got := receiver(t, 200)
	h, err := New(Options{URL: srv.URL, Key: key, Form: Alertmanager})
	require.NoError(t, err)
	l := letter()
	require.NoError(t, h.Send(t.Context(), l, now))
	l.Closed = now.Add(time.Hour)
	require.NoError(t, h.Send(t.Context(), l, now))
	for i, want := range []string{"firing", "resolved"} {
		var g group
		require.NoError(t, json.Unmarshal((*got)[i].body, &g))
		assert.Equal(t, "4", g.Version)
		assert.Equal(t, want, g.Status)
		assert.Equal(t, want, g.Alerts[0].Status)
		assert.Equal(t, "case-17", g.Alerts[0].Labels["case"])
		assert.Equal(t, "high", g.CommonLabels["severity"])
	}
}

func TestErrorsHideTheURL(t *testing.T) {
	h, err := New(Options{URL: "http://127.0.0.1:1/hook?token=CANARY", Key: key})
	require.NoError(t, err)
	err = h.Send(t.Context(), letter(), now)
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "CANARY")
	assert.NotErrorIs(t, err, runner.ErrPermanent)
	for _, bad := range []Options{
		{URL: "http://example.com/CANARY", Key: key}, {URL: "ftp://example.com/CANARY", Key: key},
		{URL: "https://exa mple.com/CANARY%zz", Key: key}, {URL: "https://example.com/CANARY", Key: []byte("short")},
	} {
		_, err := New(bad)
		require.Error(t, err)
		assert.NotContains(t, err.Error(), "CANARY")
	}
}
