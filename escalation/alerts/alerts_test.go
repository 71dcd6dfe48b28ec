package alerts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/escalation/notice"
	"github.com/trueup-dev/trueup/escalation/runner"
)

func letter(id string, opened time.Time) notice.Letter {
	return notice.Letter{
		ID: "d-" + id, To: "alertmanager", Subject: "[high] " + id + ": opened", Text: "A case was opened.", Case: id,
		Severity: "high", Opened: opened, At: opened,
	}
}

func ExampleNew() {
	_, err := New(Options{URL: "http://alertmanager.example.org"})
	fmt.Println(err)
	// Output:
	// alerts: the URL must be https, or http to a loopback address
}

func TestStatuses(t *testing.T) {
	for code, permanent := range map[int]bool{302: false, 400: true, 401: false, 503: false} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }))
		s, err := New(Options{URL: srv.URL})
		require.NoError(t, err)
		err = s.Send(t.Context(), letter("case-1", time.Now()), time.Time{})
		srv.Close()
		require.Error(t, err, code)
		if permanent {
			assert.ErrorIs(t, err, runner.ErrPermanent, code)
		} else {
			assert.NotErrorIs(t, err, runner.ErrPermanent, code)
		}
	}
}

func TestErrorsHideTheURL(t *testing.T) {
	s, err := New(Options{URL: "http://user:CANARY@127.0.0.1:1/CANARY"})
	require.NoError(t, err)
	err = s.Send(t.Context(), letter("case-1", time.Now()), time.Time{})
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "CANARY")
}

// group is what Alertmanager tells its receivers.
type group struct {
	Status      string
	GroupLabels map[string]string
	Alerts      []struct {
		Status string
		Labels map[string]string
	}
}

// receiver is what Alertmanager passes alerts on to.
type receiver struct {
	mu  sync.Mutex
	got []group
}

func (r *receiver) ServeHTTP(_ http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	var g group
	if json.Unmarshal(body, &g) == nil {
		r.mu.Lock()
		r.got = append(r.got, g)
		r.mu.Unlock()
	}
}

// states are the states of the cases by the last group that was received.
func (r *receiver) states() map[string]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	states := map[string]string{}
	if len(r.got) > 0 {
		for _, a := range r.got[len(r.got)-1].Alerts {
			states[a.Labels["case"]] = a.Status
		}
	}
	return states
}

// alertmanager runs the one that Debian packages until the test ends.
func alertmanager(t *testing.T, webhook string) string {
	path, err := exec.LookPath("prometheus-alertmanager")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("prometheus-alertmanager is missing: install the package of that name")
		}
		t.Skip("prometheus-alertmanager is not installed")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "config.yml")
	require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, `route: {receiver: hook, group_by: [severity], group_wait: 1s, group_interval: 1s, repeat_interval: 1h}
receivers:
- name: hook
  webhook_configs: [{url: '%s', send_resolved: true}]
`, webhook), 0o600))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := l.Addr().String()
	require.NoError(t, l.Close())
	cmd := exec.Command(path, "--config.file="+file, "--storage.path="+filepath.Join(dir, "data"), "--web.listen-address="+addr, "--cluster.listen-address=")
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
	require.Eventually(t, func() bool {
		resp, err := http.Get("http://" + addr + "/-/ready")
		if err == nil {
			resp.Body.Close()
		}
		return err == nil && resp.StatusCode == 200
	}, 20*time.Second, 50*time.Millisecond)
	return "http://" + addr
}

// TestAlertmanager: the real one receives two cases, groups them, and resolves
// the one that is closed, and fires it again when it is reopened.
func TestAlertmanager(t *testing.T) {
	r := &receiver{}
	hook := httptest.NewServer(r)
	defer hook.Close()
	s, err := New(Options{URL: alertmanager(t, hook.URL), Labels: map[string]string{"team": "sam", "case": "not this"}})
	require.NoError(t, err)
	opened := time.Now().Add(-time.Hour)
	for _, id := range []string{"case-1", "case-2", "case-1"} {
		require.NoError(t, s.Send(t.Context(), letter(id, opened), time.Time{}))
	}
	becomes := func(want map[string]string) {
		t.Helper()
		require.Eventually(t, func() bool { return assert.ObjectsAreEqual(want, r.states()) }, 20*time.Second, 50*time.Millisecond, "%v", want)
	}
	becomes(map[string]string{"case-1": "firing", "case-2": "firing"})

	closed := letter("case-1", opened)
	closed.Closed = time.Now()
	require.NoError(t, s.Send(t.Context(), closed, time.Time{}))
	becomes(map[string]string{"case-1": "resolved", "case-2": "firing"})

	require.NoError(t, s.Send(t.Context(), letter("case-1", time.Now()), time.Time{}))
	becomes(map[string]string{"case-1": "firing", "case-2": "firing"})
	r.mu.Lock()
	defer r.mu.Unlock()
	assert.Equal(t, map[string]string{"severity": "high"}, r.got[0].GroupLabels)
	assert.Equal(t, "sam", r.got[0].Alerts[0].Labels["team"])
}
