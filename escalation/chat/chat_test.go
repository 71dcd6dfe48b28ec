package chat

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/escalation/notice"
)

func letter() notice.Letter {
	return notice.Letter{ID: "d1", To: "sam", Subject: "[high] case-17: stage", Text: "A case needs somebody.\n"}
}

// service is a chat service on a loopback address, spoken to in shoutrrr's generic
// form, which posts the message as it is.
func service(t *testing.T, h http.HandlerFunc) string {
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return "generic://" + strings.TrimPrefix(srv.URL, "http://") + "/hook/CANARY?disabletls=yes"
}

func TestSend(t *testing.T) {
	var got []string
	url := service(t, func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = append(got, string(body))
	})
	r, err := New(Options{URL: url})
	require.NoError(t, err)
	for range 2 {
		require.NoError(t, r.Send(t.Context(), letter(), time.Time{}))
	}
	require.Len(t, got, 2)
	assert.Equal(t, got[0], got[1], "a repeated letter is the same")
	assert.Contains(t, got[0], "A case needs somebody.")
	assert.Contains(t, got[0], "message d1")
}

func TestFailuresHideTheURL(t *testing.T) {
	url := service(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "CANARY", http.StatusInternalServerError) })
	r, err := New(Options{URL: url})
	require.NoError(t, err)
	err = r.Send(t.Context(), letter(), time.Time{})
	assert.ErrorIs(t, err, ErrNotTaken)
	assert.NotContains(t, err.Error(), "CANARY")
	_, err = New(Options{URL: "carrier-pigeon://CANARY"})
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "CANARY")
}

func TestContext(t *testing.T) {
	release := make(chan struct{})
	url := service(t, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	r, err := New(Options{URL: url, Timeout: time.Minute})
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	begin := time.Now()
	require.ErrorIs(t, r.Send(ctx, letter(), time.Time{}), context.DeadlineExceeded)
	assert.Less(t, time.Since(begin), 10*time.Second)
	assert.ErrorIs(t, r.Send(ctx, letter(), time.Time{}), context.DeadlineExceeded)
}

func ExampleText() {
	fmt.Println(Text(letter()))
	// Output:
	// [high] case-17: stage
	//
	// A case needs somebody.
	//
	// message d1
}
