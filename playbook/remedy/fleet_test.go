package remedy_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/connectors/host"
	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/collect"
	"github.com/trueup-dev/trueup/playbook/remedy"
	"github.com/trueup-dev/trueup/remediation"
	"github.com/trueup-dev/trueup/remediation/approval"
	"github.com/trueup-dev/trueup/remediation/closure"
)

var start = time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)

// connector is the folder of the connector over a fleet, which is built once.
var connector string

func TestMain(m *testing.M) {
	if dir := os.Getenv(victimDir); dir != "" {
		if err := victim(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(build(m))
}

func build(m *testing.M) int {
	dir, err := os.MkdirTemp("", "fleet")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if out, err := exec.Command("go", "build", "-o", dir+"/", "./testdata/trueup-connector-fleet").CombinedOutput(); err != nil {
		panic(string(out))
	}
	connector = dir
	return m.Run()
}

// scene is a playbook over a fleet that its connector reads and changes, with a log in a
// folder.
type scene struct {
	t    *testing.T
	dir  string
	now  time.Time
	book *playbook.Playbook
	log  *evidence.Log
	desk *remedy.Desk
	host *host.Host
}

// fleet is the file of the connector.
type fleet struct {
	Faulty  bool
	LastUse map[string]time.Time
	Asked   map[string]int
	Changed map[string]int
}

// newScene has a fleet of machines of which every second is idle, and as many licenses as
// said.
func newScene(t *testing.T, machines, owned int, faulty bool) *scene {
	t.Helper()
	s := &scene{t: t, dir: t.TempDir(), now: start}
	f := fleet{Faulty: faulty, LastUse: map[string]time.Time{}, Asked: map[string]int{}, Changed: map[string]int{}}
	for i := range machines {
		f.LastUse[fmt.Sprintf("m-%03d", i)] = start.AddDate(0, 0, -200*((i+1)%2)-1)
	}
	s.put(f)
	s.own(owned)
	book, err := os.ReadFile("testdata/playbook.yaml")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(s.dir, "playbook.yaml"), book, 0o600))
	s.host, err = host.Open(t.Context(), host.Config{AllowUnpinned: true, Now: func() time.Time { return s.now }})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.host.Close(t.Context()) })
	s.open()
	return s
}

// rewrite changes the playbook, and begins anew with it.
func (s *scene) rewrite(change func(string) string) {
	s.t.Helper()
	file := filepath.Join(s.dir, "playbook.yaml")
	book, err := os.ReadFile(file)
	require.NoError(s.t, err)
	require.NoError(s.t, os.WriteFile(file, []byte(change(string(book))), 0o600))
	s.open()
}

// own states how many licenses there are.
func (s *scene) own(n int) {
	text := fmt.Sprintf("id,product,metric,quantity,unit_price,currency\nE1,autodesk/autocad,generic.device,%d,1900,EUR\n", n)
	require.NoError(s.t, os.WriteFile(filepath.Join(s.dir, "entitlements.csv"), []byte(text), 0o600))
}

// open begins anew from the files, as another process would.
func (s *scene) open() {
	s.t.Helper()
	if s.log != nil {
		require.NoError(s.t, s.log.Close())
	}
	key := filepath.Join(s.dir, "log.key")
	signer, err := evidence.LoadKeyFile(key)
	if errors.Is(err, fs.ErrNotExist) {
		signer, err = evidence.GenerateKeyFile(key, "test.example/log")
	}
	require.NoError(s.t, err)
	s.book, err = playbook.Load(filepath.Join(s.dir, "playbook.yaml"))
	require.NoError(s.t, err)
	s.log, err = evidence.Open(s.t.Context(), filepath.Join(s.dir, "log"), evidence.Options{Signer: signer})
	require.NoError(s.t, err)
	log := s.log
	s.t.Cleanup(func() { _ = log.Close() })
	s.desk, err = remedy.Open(s.t.Context(), s.book, s.log, "desk of "+s.now.Format(time.RFC3339))
	require.NoError(s.t, err)
}

func (s *scene) hands() collect.Hands {
	return collect.Hands{Host: s.host, Playbook: s.book, Options: collect.Options{Dir: connector, Base: s.dir}, Now: func() time.Time { return s.now }}
}

// run judges the fleet as its connector reads it.
func (s *scene) run() *playbook.Report {
	s.t.Helper()
	facts, err := s.hands().Look(s.t.Context())
	require.NoError(s.t, err)
	engine, err := playbook.Open(s.t.Context(), playbook.Options{Playbook: s.book, Log: s.log})
	require.NoError(s.t, err)
	rep, err := engine.Run(s.t.Context(), facts, s.now)
	require.NoError(s.t, err)
	return rep
}

// approved asks for a plan and has it approved.
func (s *scene) approved(p *remediation.Plan) remedy.Case {
	s.t.Helper()
	digest, err := p.Digest()
	require.NoError(s.t, err)
	c, err := s.desk.Request(s.t.Context(), digest, "manager", s.now)
	require.NoError(s.t, err)
	for _, who := range []approval.AccountID{"owner", "finance"} {
		missing, err := s.desk.Missing(s.t.Context(), c.Case)
		require.NoError(s.t, err)
		if len(missing) > 0 {
			require.NoError(s.t, s.desk.Vote(s.t.Context(), approval.Vote{Case: c.Case, Account: who, Approve: true, At: s.now}, nil))
		}
	}
	return c
}

func (s *scene) execution(c remedy.Case) remedy.Execution {
	return remedy.Execution{Case: c.Case, Executor: "operator", Hands: s.hands(), Now: func() time.Time { return s.now }}
}

// signed has a case signed off and closed.
func (s *scene) signed(c remedy.Case, position string) (closure.Record, error) {
	for role, who := range map[string]approval.AccountID{"license owner": "owner", "internal audit": "auditor"} {
		if err := s.desk.SignOff(s.t.Context(), c.Case, who, role, s.now); err != nil {
			return closure.Record{}, err
		}
	}
	return s.desk.Close(s.t.Context(), c.Case, []closure.Lesson{{Cause: "machines are handed on with what was on them",
		What: "half of the fleet did not use it", Change: "reinstall machines that change hands", Positions: []string{position}}}, s.now)
}

func (s *scene) put(f fleet) {
	data, err := json.Marshal(f)
	require.NoError(s.t, err)
	require.NoError(s.t, os.WriteFile(filepath.Join(s.dir, "fleet.json"), data, 0o600))
}

func (s *scene) fleet() fleet {
	var f fleet
	data, err := os.ReadFile(filepath.Join(s.dir, "fleet.json"))
	require.NoError(s.t, err)
	require.NoError(s.t, json.Unmarshal(data, &f))
	return f
}

const position = "autodesk/autocad|generic.device"
