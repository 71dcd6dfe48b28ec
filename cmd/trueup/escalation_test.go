package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
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
)

// mailpit is a real mail server.
type mailpit struct{ smtp, http int }

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	return l.Addr().(*net.TCPAddr).Port
}

func startMailpit(t *testing.T) mailpit {
	t.Helper()
	path, err := exec.LookPath("mailpit")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("mailpit is missing: go install github.com/axllent/mailpit@v1.27.11")
		}
		t.Skip("mailpit is not installed")
	}
	m := mailpit{freePort(t), freePort(t)}
	server := exec.Command(path, "--smtp", fmt.Sprintf("127.0.0.1:%d", m.smtp), "--listen", fmt.Sprintf("127.0.0.1:%d", m.http), "--disable-version-check")
	require.NoError(t, server.Start())
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	for _, port := range []int{m.smtp, m.http} {
		require.Eventually(t, func() bool {
			c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
			if err == nil {
				err = c.Close()
			}
			return err == nil
		}, 20*time.Second, 20*time.Millisecond)
	}
	return m
}

// text is the text of a letter.
func (m mailpit) text(t *testing.T, l letter) string {
	t.Helper()
	resp, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/view/%s.txt", m.http, l.ID))
	require.NoError(t, err)
	defer func() { require.NoError(t, resp.Body.Close()) }()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return string(body)
}

// letter is a message as mailpit lists it.
type letter struct {
	ID                 string
	MessageID, Subject string
	To                 []struct{ Address string }
}

func (m mailpit) letters(t *testing.T, to string) []letter {
	t.Helper()
	resp, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/api/v1/messages?limit=500", m.http))
	require.NoError(t, err)
	defer func() { require.NoError(t, resp.Body.Close()) }()
	var list struct{ Messages []letter }
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&list))
	var out []letter
	for _, l := range list.Messages {
		if l.To[0].Address == to {
			out = append(out, l)
		}
	}
	return out
}

const hookKey = "a key of 32 bytes, made by hand!"

// hook receives webhooks and checks their signatures by what the documentation says.
type hook struct {
	mu sync.Mutex
	// got counts deliveries by id, bodies has them.
	got    map[string]int
	bodies []string
	// killer, where there is one, kills the sender before it has an answer.
	killer func()
	wrong  []string
}

func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	id, sig := r.Header.Get("Trueup-Delivery"), r.Header.Get("Trueup-Signature")
	m := regexp.MustCompile(`^t=(\d+),v1=([0-9a-f]{64})$`).FindStringSubmatch(sig)
	if err != nil || m == nil {
		h.wrong = append(h.wrong, sig)
		return
	}
	mac := hmac.New(sha256.New, []byte(hookKey))
	_, _ = io.WriteString(mac, m[1]+"."+id+"."+string(body))
	if hex.EncodeToString(mac.Sum(nil)) != m[2] {
		h.wrong = append(h.wrong, id)
	}
	h.got[id]++
	h.bodies = append(h.bodies, string(body))
	if h.killer != nil {
		h.killer()
		h.killer = nil
		panic(http.ErrAbortHandler)
	}
}

// seen is what has arrived: deliveries by id, and bodies in their order.
func (h *hook) seen() (got map[string]int, bodies []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return maps.Clone(h.got), slices.Clone(h.bodies)
}

// kill kills a program, once it runs, with its next message.
func (h *hook) kill(started <-chan *os.Process) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.killer = func() { _ = (<-started).Kill() }
}

// desk is the company of the quickstart with people who can be told.
type desk struct {
	t    *testing.T
	dir  string
	book string
	bin  string
	mail mailpit
	hook *hook
}

const told = `
triggers:
  spike: {share: 0.5}
  undisclosed: {}
  machinery: true
notices:
  channels:
    - {name: mail, kind: mail, settings: {host: 127.0.0.1, port: %d, from: trueup@example.org, plain: true}}
    - {name: board, kind: webhook, settings: {url: '%s'}, secrets: {key: 'env:TRUEUP_TEST_HOOK'}}
  contacts:
    - {name: license.manager, channel: mail, address: lm@example.org, clearance: confidential}
    - {name: inventory.team, channel: mail, address: inventory@example.org, clearance: internal}
    - {name: microsoft.desk, channel: mail, address: microsoft@example.org, clearance: internal}
    - {name: design.lead, channel: mail, address: design@example.org, clearance: confidential}
    - {name: it-manager, channel: mail, address: it@example.org, clearance: confidential}
    - {name: legal, channel: mail, address: legal@example.org, clearance: privileged}
    - {name: cfo, channel: board, clearance: internal}
    - {name: autodesk, channel: mail, address: audit@autodesk.example, clearance: supplier, outside: true}
`

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, dir: t.TempDir(), bin: connectorsBuilt(t), mail: startMailpit(t), hook: &hook{got: map[string]int{}}}
	server := httptest.NewServer(d.hook)
	t.Cleanup(server.Close)
	t.Setenv("TRUEUP_TEST_HOOK", hookKey)
	require.NoError(t, os.CopyFS(d.dir, os.DirFS("../../examples/quickstart")))
	d.book = filepath.Join(d.dir, "playbook.yaml")
	text, err := os.ReadFile(d.book)
	require.NoError(t, err)
	book := strings.Replace(string(text), "  - {id: this-machine, connector: local}\n", "", 1)
	book = strings.Replace(book, "      - {name: design,", "      - {name: autocad, match: {product: autodesk/autocad, rule: shortfall}, owner: design.lead, participants: [cfo]}\n      - {name: design,", 1)
	require.NoError(t, os.WriteFile(d.book, fmt.Appendf([]byte(book), told, d.mail.smtp, server.URL), 0o600))
	return d
}

// args are those of a verb of the program at an instant; rest follows the playbook.
func (d *desk) args(at time.Time, verb string, flags []string, rest ...string) []string {
	args := append(strings.Fields(verb), "-log", filepath.Join(d.dir, "log"), "-now", at.Format(time.RFC3339))
	args = append(append(args, flags...), d.book)
	return append(args, rest...)
}

func (d *desk) must(at time.Time, verb string, flags []string, rest ...string) string {
	d.t.Helper()
	status, out, errs := trueup(d.t, d.args(at, verb, flags, rest...)...)
	require.Equal(d.t, 0, status, "%s: %s", verb, errs)
	return out
}

// judge runs the playbook and gives its cases by what they are about.
func (d *desk) judge(at time.Time) map[string]string {
	d.t.Helper()
	var rep struct {
		Cases []struct{ ID, Rule, Subject string }
	}
	require.NoError(d.t, json.Unmarshal([]byte(d.must(at, "run", []string{"-json", "-unpinned", "-connectors", d.bin})), &rep))
	out := map[string]string{}
	for _, c := range rep.Cases {
		out[c.Rule+" "+c.Subject] = c.ID
	}
	return out
}

// TestFindingToMailToClosure is the life of a finding in the hands of the people whom
// it concerns, with the program alone: found, told, taken, mended, and back.
func TestFindingToMailToClosure(t *testing.T) {
	d := newDesk(t)
	monday := time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)
	const about = "shortfall position autodesk/autocad|generic.user"
	first := d.judge(monday)
	id := first[about]
	require.NotEmpty(t, id, first)

	t.Run("told once through a kill", func(t *testing.T) {
		program := exec.Command(os.Args[0], d.args(monday, "escalation run", []string{"-once"})...)
		program.Env = append(os.Environ(), asProgram+"=1")
		started := make(chan *os.Process, 1)
		d.hook.kill(started)
		require.NoError(t, program.Start())
		started <- program.Process
		require.Error(t, program.Wait(), "it was killed while it told the board")
		got, _ := d.hook.seen()
		require.Len(t, got, 1)
		assert.Regexp(t, `\d+ sent, 0 failed`, d.must(monday.Add(time.Minute), "escalation run", []string{"-once"}))
		got, bodies := d.hook.seen()
		require.Len(t, got, 1, "the same delivery")
		for delivery, times := range got {
			assert.Equal(t, 2, times, "at least once")
			assert.Contains(t, bodies[0], delivery)
		}
		assert.Equal(t, bodies[0], bodies[1], "the same bytes")
		assert.NotContains(t, bodies[0], "at risk", "the board's clearance is internal")
	})
	t.Run("lost and found", func(t *testing.T) {
		// Nobody is at the desk's mail server for a moment; a code is in the log, and
		// what was said in the operator's file alone.
		told := filepath.Join(d.dir, "failures")
		book, err := os.ReadFile(d.book)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(d.book, []byte(strings.ReplaceAll(string(book), fmt.Sprint("port: ", d.mail.smtp), fmt.Sprint("port: ", freePort(t)))), 0o600))
		at := monday.Add(90 * time.Second)
		d.must(at, "escalation assign", []string{"-as", "license.manager", "-to", "design.lead"}, id)
		out := d.must(at, "escalation run", []string{"-once", "-failures", told})
		assert.Contains(t, out, "0 sent, 1 failed")
		assert.Contains(t, out, "next at 2026-11-16T09:0", "a minute or so later")
		require.NoError(t, os.WriteFile(d.book, book, 0o600))
		words, err := os.ReadFile(told)
		require.NoError(t, err)
		assert.Contains(t, string(words), "connection refused")
		assert.Regexp(t, `failed [0-9a-f]{32}, attempt 1, unreachable\n`, d.must(at, "escalation show", nil, id))
		assert.Contains(t, d.must(at.Add(4*time.Minute), "escalation run", []string{"-once"}), "1 sent, 0 failed")
	})
	require.Empty(t, d.must(monday.Add(10*time.Minute), "escalation run", []string{"-once"}), "nothing is due any more")
	assert.NotEmpty(t, d.mail.letters(t, "design@example.org"))

	t.Run("taken by who is on it", func(t *testing.T) {
		at := monday.Add(time.Hour)
		assert.Contains(t, d.must(at, "escalation list", nil), id[:17])
		assert.Contains(t, d.must(at, "escalation explain", nil, id), "chain license\nstage owner has told design.lead\n")
		for name, want := range map[string]string{"somebody": "no contact", "legal": "not on the case"} {
			status, _, errs := trueup(t, d.args(at, "escalation ack", []string{"-as", name}, id)...)
			assert.Equal(t, 1, status)
			assert.Contains(t, errs, want)
		}
		assert.Contains(t, d.must(at, "escalation ack", []string{"-as", "design.lead"}, id[:12]), "is acknowledged until 2026-11-")
		d.must(at, "escalation note", []string{"-as", "design.lead", "-text", "buying two"}, id)
		contract := filepath.Join(d.dir, "contracts.csv")
		d.must(at, "escalation attach", []string{"-as", "design.lead", "-file", contract}, id)
		d.must(at, "escalation join", []string{"-as", "design.lead", "-name", "it-manager"}, id)
		shown := d.must(at, "escalation show", nil, id)
		assert.Regexp(t, `2026-11-16 10:00 +design.lead +attached contracts.csv\n`, shown)
		assert.Contains(t, d.must(at, "escalation show", []string{"-as", "it-manager"}, id), "licenses short of autodesk/autocad")
		seen := d.must(at, "escalation show", []string{"-as", "cfo"}, id)
		assert.Contains(t, seen, "Remedy by: 2026-")
		assert.NotContains(t, seen, "short of", "the money and the product are confidential")
		status, _, errs := trueup(t, d.args(at, "escalation show", []string{"-as", "microsoft.desk"}, id)...)
		assert.Equal(t, 1, status)
		assert.Contains(t, errs, "not on the case")
		assert.Regexp(t, `2026-11-16 10:00 +design.lead +acknowledge\n`, shown)
		assert.Regexp(t, `2026-11-16 10:00 +design.lead +noted: buying two\n`, shown)
	})

	t.Run("a supplier asks", func(t *testing.T) {
		at := monday.Add(2 * time.Hour)
		question, answer := filepath.Join(d.dir, "question.yaml"), filepath.Join(d.dir, "answer.yaml")
		require.NoError(t, os.WriteFile(question, []byte("reference: AUD-7\nsupplier: autodesk\nscope: AutoCAD in 2026\ndata: [named users]\nwithin: 10 working days\n"), 0o600))
		require.NoError(t, os.WriteFile(answer, []byte("parts:\n  - {name: Named users, text: see the list of our auditor, needs: supplier}\n  - {name: Reserve, text: CANARY we would pay, needs: privileged}\n"), 0o600))
		d.must(at, "escalation ask", []string{"-as", "legal", "-file", question}, id)
		d.must(at, "escalation answer", []string{"-as", "design.lead", "-reference", "AUD-7", "-file", answer}, id)
		shown := d.must(at, "escalation show", nil, id)
		digest := regexp.MustCompile(`draft ([0-9a-f]{64}) of design.lead`).FindStringSubmatch(shown)
		require.NotNil(t, digest, shown)
		release := []string{"-as", "design.lead", "-reference", "AUD-7", "-digest", digest[1]}
		status, _, _ := trueup(t, d.args(at, "escalation release", release, id)...)
		assert.Equal(t, 1, status, "nobody releases what they wrote")
		d.must(at, "escalation run", []string{"-once"})
		assert.Empty(t, d.mail.letters(t, "audit@autodesk.example"), "nothing leaves before")
		release[1] = "legal"
		d.must(at, "escalation release", release, id)
		assert.Contains(t, d.must(at.Add(time.Minute), "escalation run", []string{"-once"}), "1 sent, 0 failed", d.must(at, "escalation show", nil, id))
		sent := d.mail.letters(t, "audit@autodesk.example")
		require.Len(t, sent, 1)
		text := d.mail.text(t, sent[0])
		assert.Contains(t, text, "see the list of our auditor")
		assert.NotContains(t, text, "CANARY")
		assert.Contains(t, d.must(at.Add(time.Hour), "escalation show", nil, id), "AUD-7 of autodesk is answered")
	})

	bought := filepath.Join(d.dir, "entitlements.csv")
	before, err := os.ReadFile(bought)
	require.NoError(t, err)
	header, _, _ := strings.Cut(string(before), "\n")
	buy := func(n int) {
		row := map[string]string{"id": "PO-77", "product": "autodesk/autocad", "metric": "generic.user", "quantity": fmt.Sprint(n), "unit_price": "2100", "currency": "EUR"}
		var cells []string
		for _, name := range strings.Split(strings.TrimSpace(header), ",") {
			cells = append(cells, row[name])
		}
		text := string(before)
		if n > 0 {
			text += strings.Join(cells, ",") + "\n"
		}
		require.NoError(t, os.WriteFile(bought, []byte(text), 0o600))
	}
	tuesday := monday.AddDate(0, 0, 1)
	buy(50)
	t.Run("mended", func(t *testing.T) {
		second := d.judge(tuesday)
		assert.NotContains(t, second, about)
		for subject, other := range second {
			if was, ok := first[subject]; ok {
				assert.Equal(t, was, other, subject)
			}
		}
		assert.Regexp(t, id[:17]+`.* closed \(remedied\)`, d.must(tuesday, "escalation list", []string{"-all"}))
		d.must(tuesday, "escalation run", []string{"-once"})
		_, bodies := d.hook.seen()
		assert.Contains(t, bodies[len(bodies)-1], id+": closed", "the board hears of the end")
		subjects := fmt.Sprint(d.mail.letters(t, "design@example.org"))
		assert.Contains(t, subjects, id+": closed")
	})
	t.Run("merged", func(t *testing.T) {
		var others []string
		for subject, other := range first {
			if strings.HasPrefix(subject, "shortfall ") && other != id {
				others = append(others, other)
			}
		}
		require.Greater(t, len(others), 1)
		d.must(tuesday, "escalation merge", []string{"-as", "license.manager", "-into", others[0], "-reason", "one project"}, others[1])
		assert.Contains(t, d.must(tuesday, "escalation show", nil, others[0]), "attached "+others[1]+": merged: one project")
		assert.Regexp(t, others[1][:17]+`.* closed \(merged\)`, d.must(tuesday, "escalation list", []string{"-all"}))
	})
	wednesday := tuesday.AddDate(0, 0, 1)
	buy(0)
	t.Run("and back", func(t *testing.T) {
		assert.Equal(t, id, d.judge(wednesday)[about], "the same case")
		d.must(wednesday, "escalation run", []string{"-once"})
		_, bodies := d.hook.seen()
		assert.Len(t, slices.DeleteFunc(bodies, func(body string) bool {
			return !strings.Contains(body, id) || !strings.Contains(body, "opened again")
		}), 1)
		assert.Contains(t, d.must(wednesday, "escalation close", []string{"-as", "design.lead", "-outcome", "accepted", "-reason", "until the project ends"}, id), "is closed as accepted")
	})
	t.Run("computed anew by an auditor", func(t *testing.T) {
		pack := filepath.Join(d.dir, "package")
		d.must(wednesday, "run", []string{"-unpinned", "-connectors", d.bin, "-package", pack, "-audience", "auditor.example", "-purpose", "audit of 2026"})
		status, out, errs := trueup(t, "verify", "-key", filepath.Join(d.dir, "log.key.pub"), "-audience", "auditor.example",
			"-remembered", filepath.Join(d.dir, "log", "checkpoint"), "-now", wednesday.AddDate(0, 0, 1).Format(time.RFC3339), pack)
		require.Equal(t, 0, status, out+errs)
		assert.Contains(t, out, "recomputation: pass", "what triggers found beside earlier runs too")
	})
	d.hook.mu.Lock()
	assert.Empty(t, d.hook.wrong, "signatures")
	d.hook.mu.Unlock()
	ids := map[string]bool{}
	for _, l := range d.mail.letters(t, "design@example.org") {
		assert.False(t, ids[l.MessageID], "sent once: %s", l.Subject)
		ids[l.MessageID] = true
	}
	status, out, errs := trueup(t, "verify", "-key", filepath.Join(d.dir, "log.key.pub"), filepath.Join(d.dir, "log"))
	assert.Equal(t, 0, status, out+errs)
}
