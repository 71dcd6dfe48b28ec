package leak

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/escalation/alerts"
	"github.com/trueup-dev/trueup/escalation/chat"
	"github.com/trueup-dev/trueup/escalation/mail"
	"github.com/trueup-dev/trueup/escalation/post"
	"github.com/trueup-dev/trueup/escalation/ticket"
	"github.com/trueup-dev/trueup/escalation/webhook"
)

// route is a channel under test: the type in the source that it is of, and how to make
// one that reaches the wire. The function that comes with it gives what was seen there
// since it was last asked.
type route struct {
	name, of string
	// perCase says that letters are never put together, since each case stands for
	// itself on the other side.
	perCase bool
	make    func(t *testing.T) (post.Channel, func() []string)
	// broken makes one that fails and whose failure quotes canaries.
	broken func(t *testing.T) post.Channel
}

var routes = []route{
	{"mail", "escalation/mail.Mailer", false, byMail, brokenMail},
	{"webhook", "escalation/webhook.Hook", false, byHook(webhook.Own), brokenHook},
	{"webhook-alertmanager", "escalation/webhook.Hook", true, byHook(webhook.Alertmanager), brokenHook},
	{"chat", "escalation/chat.Room", false, byChat, brokenChat},
	{"alertmanager", "escalation/alerts.Sink", true, byAlerts, brokenAlerts},
	{"ticket", "escalation/ticket.Channel", true, byTicket, brokenTicket},
}

// send is how the source declares a channel.
var send = regexp.MustCompile(`(?m)^func \(\w+ \*?(\w+)\) Send\(.*notice\.Letter,.*\) error \{`)

// TestEveryChannelIsListed looks for channels in the source of the whole repository,
// save the examples, which print what they would send.
func TestEveryChannelIsListed(t *testing.T) {
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	var found, listed []string
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || path == filepath.Join(root, "examples") || strings.HasPrefix(d.Name(), ".") && path != root):
			return filepath.SkipDir
		case !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(path))
		for _, m := range send.FindAllSubmatch(data, -1) {
			found = append(found, filepath.ToSlash(dir)+"."+string(m[1]))
		}
		return err
	}))
	for _, r := range routes {
		listed = append(listed, r.of)
	}
	slices.Sort(found)
	slices.Sort(listed)
	assert.Equal(t, slices.Compact(found), slices.Compact(listed), "a channel of the source is not in the list of routes")
}

// wire is an HTTP server that keeps the requests as they came.
type wire struct {
	mu  sync.Mutex
	got []string
}

func (w *wire) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	dump, _ := httputil.DumpRequest(r, true)
	w.mu.Lock()
	w.got = append(w.got, string(dump))
	w.mu.Unlock()
	rw.WriteHeader(http.StatusOK)
}

// take gives what came since it was last asked.
func (w *wire) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	got := w.got
	w.got = nil
	return got
}

func serve(t *testing.T, h http.Handler) string {
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv.URL
}

// refuse is a server whose answers quote canaries.
func refuse(t *testing.T) string {
	return serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "https://"+canaryOutside+".example")
		http.Error(w, canaryOutside, http.StatusInternalServerError)
	}))
}

var hookKey = []byte("CANARY-key-of-the-hook")

func byHook(form webhook.Form) func(*testing.T) (post.Channel, func() []string) {
	return func(t *testing.T) (post.Channel, func() []string) {
		w := &wire{}
		h, err := webhook.New(webhook.Options{URL: serve(t, w), Key: hookKey, Form: form})
		require.NoError(t, err)
		return h, w.take
	}
}

func brokenHook(t *testing.T) post.Channel {
	h, err := webhook.New(webhook.Options{URL: refuse(t) + "/" + canaryOutside, Key: hookKey})
	require.NoError(t, err)
	return h
}

func generic(url string) string {
	return "generic://" + strings.TrimPrefix(url, "http://") + "/hook/" + canaryOutside + "?disabletls=yes"
}

func byChat(t *testing.T) (post.Channel, func() []string) {
	w := &wire{}
	r, err := chat.New(chat.Options{URL: "generic://" + strings.TrimPrefix(serve(t, w), "http://") + "/hook?disabletls=yes"})
	require.NoError(t, err)
	return r, w.take
}

func brokenChat(t *testing.T) post.Channel {
	r, err := chat.New(chat.Options{URL: generic(refuse(t))})
	require.NoError(t, err)
	return r
}

func byAlerts(t *testing.T) (post.Channel, func() []string) {
	w := &wire{}
	s, err := alerts.New(alerts.Options{URL: serve(t, w)})
	require.NoError(t, err)
	return s, w.take
}

func brokenAlerts(t *testing.T) post.Channel {
	s, err := alerts.New(alerts.Options{URL: strings.Replace(refuse(t), "http://", "http://user:"+canaryOutside+"@", 1)})
	require.NoError(t, err)
	return s
}

// desk is a service desk that keeps tickets as they came.
type desk struct{ got []string }

func (d *desk) Put(_ context.Context, t ticket.Ticket) (string, error) {
	data, err := json.Marshal(t)
	d.got = append(d.got, string(data), t.Title, t.Body)
	return "T-" + t.Key, err
}

func byTicket(*testing.T) (post.Channel, func() []string) {
	d := &desk{}
	return ticket.New(d), func() []string {
		got := d.got
		d.got = nil
		return got
	}
}

type brokenDesk struct{}

func (brokenDesk) Put(context.Context, ticket.Ticket) (string, error) {
	return "", errors.New(canaryOutside)
}

func brokenTicket(*testing.T) post.Channel { return ticket.New(brokenDesk{}) }

func free(t *testing.T) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// byMail sends to a real server and reads the messages as it has them.
func byMail(t *testing.T) (post.Channel, func() []string) {
	path, err := exec.LookPath("mailpit")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("mailpit is missing: go install github.com/axllent/mailpit@v1.27.11")
		}
		t.Skip("mailpit is not installed")
	}
	smtp, web := free(t), free(t)
	cmd := exec.Command(path, "--smtp", fmt.Sprintf("127.0.0.1:%d", smtp), "--listen", fmt.Sprintf("127.0.0.1:%d", web), "--disable-version-check")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(out.String())
		}
	})
	base := fmt.Sprintf("http://127.0.0.1:%d/api/v1/", web)
	require.Eventually(t, func() bool {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", smtp))
		if err != nil {
			return false
		}
		c.Close()
		resp, err := http.Get(base + "info")
		if err == nil {
			resp.Body.Close()
		}
		return err == nil
	}, 20*time.Second, 20*time.Millisecond)
	m, err := mail.New(mail.Options{Host: "127.0.0.1", Port: smtp, From: "trueup <noreply@sam.example.org>", Plain: true})
	require.NoError(t, err)
	return m, func() []string {
		var list struct{ Messages []struct{ ID string } }
		require.NoError(t, json.Unmarshal(request(t, http.MethodGet, base+"messages?limit=1000"), &list))
		var got []string
		for _, msg := range list.Messages {
			got = append(got, string(request(t, http.MethodGet, base+"message/"+msg.ID+"/raw")))
		}
		request(t, http.MethodDelete, base+"messages")
		return got
	}
}

func request(t *testing.T, method, url string) []byte {
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	require.NoError(t, err)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, resp.StatusCode, string(body))
	return body
}

// brokenMail logs in at a port where nobody listens.
func brokenMail(t *testing.T) post.Channel {
	m, err := mail.New(mail.Options{
		Host: "127.0.0.1", Port: free(t), From: "trueup <noreply@sam.example.org>", Plain: true,
		User: canaryOutside, Password: canaryOutside, Timeout: time.Second,
	})
	require.NoError(t, err)
	return m
}
