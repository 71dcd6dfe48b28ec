package collect_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors/host"
	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/post"
	"github.com/trueup-dev/trueup/escalation/runner"
	"github.com/trueup-dev/trueup/escalation/ticket"
	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/internal/tracker"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/collect"
	"github.com/trueup-dev/trueup/playbook/notify"
)

const deskBook = `
notices:
  channels: [{name: desk, kind: ticket, connector: rt, settings: {url: '%URL%', user: root, requestor: lm@example.org}, secrets: {password: 'env:TRUEUP_TEST_RT'}}]
  contacts:
    - {name: service-desk, channel: desk, clearance: internal}
    - {name: license.manager, channel: desk, clearance: internal}
    - {name: cfo, channel: desk, clearance: internal}
`

// helpDesk is a Request Tracker with a log whose cases are kept in step with it.
type helpDesk struct {
	t      *testing.T
	url    string
	engine *playbook.Engine
	office *post.Office
	desk   *collect.Desk
}

func newHelpDesk(t *testing.T) *helpDesk {
	t.Helper()
	d := &helpDesk{t: t, url: tracker.Start(t)}
	bin := t.TempDir()
	out, err := exec.Command("go", "build", "-o", bin+"/", "github.com/trueup-dev/trueup/connectors/cmd/trueup-connector-rt").CombinedOutput()
	require.NoError(t, err, string(out))
	book, err := os.ReadFile("../testdata/playbook.yaml")
	require.NoError(t, err)
	text := strings.Replace(string(book), "owner: license.manager,", "owner: license.manager, participants: [service-desk],", 1)
	text += strings.Replace(deskBook, "%URL%", d.url, 1)
	p, err := playbook.LoadFS(fstest.MapFS{
		"p.yaml": {Data: []byte(text)}, "entitlements.csv": {Data: []byte("id,product,metric,quantity,unit_price,currency\nA,autodesk/autocad,generic.device,1,2100,EUR\n")},
	}, "p.yaml")
	require.NoError(t, err)
	signer, err := evidence.GenerateKeyFile(filepath.Join(t.TempDir(), "log.key"), "test.example/log")
	require.NoError(t, err)
	log, err := evidence.Open(t.Context(), filepath.Join(t.TempDir(), "log"), evidence.Options{Signer: signer})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, log.Close()) })
	d.engine, err = playbook.Open(t.Context(), playbook.Options{Playbook: p, Log: log})
	require.NoError(t, err)

	run, err := os.MkdirTemp("", "tu") // the path of a socket must be short
	require.NoError(t, err)
	h, err := host.Open(t.Context(), host.Config{AllowUnpinned: true, RunDir: run, Limits: host.Limits{Start: time.Minute}})
	require.NoError(t, err)
	t.Cleanup(func() {
		assert.NoError(t, h.Close(context.Background()))
		assert.NoError(t, os.RemoveAll(run))
	})
	t.Setenv("TRUEUP_TEST_RT", tracker.Password)
	d.office, err = p.Notices().Office(notify.Options{Makers: map[string]notify.Maker{
		notify.Ticket: func(c notify.Channel) (post.Channel, error) {
			d.desk = collect.NewDesk(h, c, collect.Options{Dir: bin})
			return ticket.New(d.desk), nil
		},
	}})
	require.NoError(t, err)
	return d
}

// judge runs the playbook over so many workstations and gives the case.
func (d *helpDesk) judge(at time.Time, workstations int) escalation.CaseID {
	d.t.Helper()
	b := compliance.NewBuilder(at)
	for i := range workstations {
		require.NoError(d.t, b.AddInstall(compliance.Install{Device: compliance.DeviceID("ws-" + string(rune('a'+i))), Source: "inv",
			Title: catalog.Title{Publisher: "Autodesk", Name: "Autodesk AutoCAD 2025 - English"}}))
	}
	require.NoError(d.t, b.AddSource(compliance.Source{ID: "inv", Collected: at, Devices: -1, Installs: -1}))
	rep, err := d.engine.Run(d.t.Context(), playbook.Facts{Estate: b.Build()}, at)
	require.NoError(d.t, err)
	if len(rep.Cases) == 0 {
		return ""
	}
	return rep.Cases[0].ID
}

// dropped is a journal that dies before it keeps the first record of a message.
type dropped struct {
	runner.Journal
	died bool
}

var errDied = errors.New("died")

func (d *dropped) Append(ctx context.Context, events []escalation.Event) error {
	if !d.died && events[0].Kind == escalation.Sent {
		d.died = true
		return errDied
	}
	return d.Journal.Append(ctx, events)
}

// toTheDesk lets only the service desk's letters out, so that there is one ticket.
type toTheDesk struct{ *post.Office }

func (o toTheDesk) Register(ctx context.Context, n runner.Notice) (string, error) {
	if n.Delivery.To != "service-desk" {
		return "", nil
	}
	return o.Office.Register(ctx, n)
}

// tell sends what is due, dying once on the way where it says so.
func (d *helpDesk) tell(at time.Time, dies bool) {
	d.t.Helper()
	j := &dropped{d.engine.CaseJournal(), !dies}
	for range 2 {
		r, err := runner.Start(d.t.Context(), runner.Options{Journal: j, Sender: toTheDesk{d.office}, Directory: d.engine.Directory()})
		require.NoError(d.t, err)
		_, err = r.Tick(d.t.Context(), at)
		if dies {
			require.ErrorIs(d.t, err, errDied)
			dies = false
			continue
		}
		require.NoError(d.t, err)
		return
	}
}

func (d *helpDesk) read(path string) map[string]any {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), http.MethodGet, d.url+"/REST/2.0/"+path, nil)
	require.NoError(d.t, err)
	req.SetBasicAuth("root", tracker.Password)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(d.t, err)
	defer func() { require.NoError(d.t, resp.Body.Close()) }()
	var out map[string]any
	require.NoError(d.t, json.NewDecoder(resp.Body).Decode(&out))
	return out
}

// written is all the text that is in ticket 1.
func (d *helpDesk) written() string {
	d.t.Helper()
	var text strings.Builder
	for _, item := range d.read("ticket/1/attachments")["items"].([]any) {
		encoded, _ := d.read("attachment/" + item.(map[string]any)["id"].(string))["Content"].(string) // a part of several has none
		content, err := base64.StdEncoding.DecodeString(encoded)
		require.NoError(d.t, err)
		text.Write(content)
	}
	return text.String()
}

// TestTicketInStepWithItsCase: a real Request Tracker has one ticket for a case through
// its whole life, whatever gets lost between the two.
func TestTicketInStepWithItsCase(t *testing.T) {
	d := newHelpDesk(t)
	at := time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)
	id := d.judge(at, 3)
	status := func(want string) {
		t.Helper()
		assert.EqualValues(t, 1, d.read("tickets?query=id%3E0")["total"], "one ticket")
		assert.Equal(t, want, d.read("ticket/1")["Status"])
	}
	texts := func() int { return int(d.read("ticket/1/history")["total"].(float64)) }

	d.tell(at, true)
	status("new")
	assert.Equal(t, "[low] "+string(id)+": opened", d.read("ticket/1")["Subject"])
	events, err := d.engine.CaseJournal().Events(t.Context(), id)
	require.NoError(t, err)
	c, err := escalation.Replay(events)
	require.NoError(t, err)
	assert.Equal(t, "1", c.ReceiptOf("service-desk"), "the number of the ticket is in the case")

	at = at.AddDate(0, 0, 3)
	said := texts()
	d.tell(at, true)
	status("new")
	told := texts()
	assert.Greater(t, told, said, "a missed due time is told")
	written := d.written()
	assert.Contains(t, written, "A due time of a case has passed.")
	assert.Contains(t, written, "Remedy by: 2026-")
	for _, confidential := range []string{"short of", "position autodesk", "license.manager", "E:L"} {
		assert.NotContains(t, written, confidential, "the desk's clearance is internal")
	}
	d.tell(at, false)
	assert.Equal(t, told, texts(), "and not again")

	at = at.AddDate(0, 0, 1)
	d.judge(at, 1)
	d.tell(at, true)
	status("resolved")

	at = at.AddDate(0, 0, 1)
	assert.Equal(t, id, d.judge(at, 3))
	d.tell(at, true)
	status("open")

	said = texts()
	number, err := d.desk.Put(t.Context(), ticket.Ticket{Key: "trueup/" + string(id), Delivery: "another", Status: ticket.Resolved, Title: "x", Body: "y"})
	require.NoError(t, err)
	assert.Equal(t, "1", number, "whoever does not know the number finds the ticket")
	assert.Greater(t, texts(), said)
	status("resolved")
}
