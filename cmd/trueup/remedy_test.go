package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const fleetFile = `{"LastUse": {"a": "2025-09-01T00:00:00Z", "b": "2026-05-31T00:00:00Z", "c": "2026-05-31T00:00:00Z"}, "Asked": {}, "Changed": {}}`

const fleetLicenses = "id,product,metric,quantity,unit_price,currency\nE1,autodesk/autocad,generic.device,2,1900,EUR\n"

// fleetConnector is the connector over a fleet, built once.
var fleetConnector = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "fleet")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if out, err := exec.Command("go", "build", "-o", dir+"/", "../../playbook/remedy/testdata/trueup-connector-fleet").CombinedOutput(); err != nil {
		return nil, errors.New(string(out))
	}
	return os.ReadFile(filepath.Join(dir, "trueup-connector-fleet"))
})

// fleetScene is a folder with a playbook over a fleet of three machines, of which one is
// idle and one too many.
type fleetScene struct {
	t         *testing.T
	dir, file string
	// collecting are the flags of commands that reach into the fleet.
	collecting []string
}

func newFleetScene(t *testing.T) fleetScene {
	dir := t.TempDir()
	fleet, err := fleetConnector()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "trueup-connector-fleet"), fleet, 0o700))
	book, err := os.ReadFile("../../playbook/remedy/testdata/playbook.yaml")
	require.NoError(t, err)
	for name, text := range map[string]string{"playbook.yaml": string(book), "fleet.json": fleetFile, "entitlements.csv": fleetLicenses,
		"lessons.yaml": "lessons: [{cause: machine handed on, what: software stays on it, change: reinstall, positions: [\"autodesk/autocad|generic.device\"], path: remediation.idle-days, value: \"60\"}]\n"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return fleetScene{t, dir, filepath.Join(dir, "playbook.yaml"), []string{"-connectors", dir, "-unpinned"}}
}

func (s fleetScene) on(day, verb string, args ...string) (status int, out, errs string) {
	all := append([]string{verb, "-log", filepath.Join(s.dir, "log"), "-now", day + "T09:00:00Z"}, args...)
	return trueup(s.t, all...)
}

func (s fleetScene) must(day, verb string, args ...string) string {
	s.t.Helper()
	status, out, errs := s.on(day, verb, args...)
	require.Equal(s.t, 0, status, errs)
	return out + errs
}

// refused says why a command failed.
func (s fleetScene) refused(day, verb string, args ...string) string {
	s.t.Helper()
	status, out, errs := s.on(day, verb, args...)
	require.Equal(s.t, 1, status, out)
	return errs
}

// planned makes a run and gives the beginning of the digest of its plan.
func (s fleetScene) planned() string {
	s.t.Helper()
	s.must("2026-06-01", "run", append(s.collecting, s.file)...)
	list := s.must("2026-06-01", "plan", s.file)
	plan := regexp.MustCompile(`plan (\w{12})  least-cost`).FindStringSubmatch(list)
	require.NotNil(s.t, plan, list)
	return plan[1]
}

// A person takes a finding to its closure with the program alone.
func TestFindingToClosure(t *testing.T) {
	s := newFleetScene(t)
	dir, file, on, must, collecting := s.dir, s.file, s.on, s.must, s.collecting
	plan := s.planned()
	assert.Contains(t, must("2026-06-01", "plan", file, plan), "reclaim autodesk/autocad from a")
	assert.Contains(t, must("2026-06-01", "plan", "-form", "html", file, plan), "<h1>Remediation plan</h1>")
	assert.Contains(t, must("2026-06-01", "plan", "-form", "cacao", file, plan), `"spec_version": "cacao-2.0"`)

	asked := must("2026-06-01", "request", "-as", "manager", file, plan)
	assert.Contains(t, asked, "lacks approvals by the rules owner")
	name := plan + "-1"
	for _, who := range []string{"manager", "operator", "nobody"} {
		status, _, errs := on("2026-06-02", "approve", "-as", who, file, name)
		assert.Equal(t, 1, status, "%s: %s", who, errs)
	}
	status, _, errs := on("2026-06-02", "execute", append(collecting, "-as", "operator", file, name)...)
	assert.Equal(t, 1, status, errs)
	assert.Contains(t, must("2026-06-02", "approve", "-as", "owner", file, name), "is approved")
	status, _, errs = on("2026-06-02", "execute", append(collecting, "-as", "manager", file, name)...)
	assert.Equal(t, 1, status, errs)
	assert.Contains(t, errs, "separation of duties")

	assert.Contains(t, must("2026-06-02", "execute", append(collecting, "-dry", file, name)...), "done")
	assert.Contains(t, must("2026-06-02", "execute", append(collecting, "-as", "operator", file, name)...), "go on at 2026-06-15T09:00:00Z")
	assert.Contains(t, must("2026-06-15", "execute", append(collecting, "-as", "operator", file, name)...), "over")
	assert.Contains(t, must("2026-06-16", "run", append(collecting, file)...), "verified by run")
	must("2026-06-16", "sign-off", "-as", "owner", "-role", "license owner", file, name)
	must("2026-06-16", "sign-off", "-as", "auditor", "-role", "internal audit", file, name)
	must("2026-06-16", "close", "-lessons", filepath.Join(dir, "lessons.yaml"), file, name)
	assert.Contains(t, must("2026-06-17", "plan", file), "closed on 2026-06-16")
	assert.Equal(t, "machine handed on: 1 cases, autodesk/autocad|generic.device\n  exposure fell by 2100.00 EUR\n  proposed: reinstall\n", must("2026-06-17", "lessons", file))
	assert.Equal(t, "# remediation.idle-days: 60\n# because of machine handed on: software stays on it; reinstall\n# learned in case "+name+`
--- a/playbook.yaml
+++ b/playbook.yaml
@@ -21,7 +21,7 @@
       fallback: [cfo]
   routes: {name: desk, owner: license.manager, chain: license}
 remediation:
-  idle-days: 90
+  idle-days: 60
   actions:
     - {kind: reclaim, owner: desktop team, notice-days: 14, effort: 15, disruption: 1}
     - {kind: buy, owner: purchasing, lead-days: 10, effort: 5}
`, must("2026-06-17", "lessons", "-propose", file))
	assert.Equal(t, `cases: 1 asked for, 1 verified, 1 closed
mean days to remedy: 15
reopened: 0, a share of 0
saving: 2100.00 EUR of 2100.00 EUR planned
cost: 15.00 EUR of 15.00 EUR planned
`, must("2026-06-17", "lessons", "-indicators", file))
}

// Where state is kept, the plan of a run says what has changed since the run before.
func TestPlanStatesItsRootCause(t *testing.T) {
	s := newFleetScene(t)
	state := append([]string{"-state", filepath.Join(s.dir, "state")}, s.collecting...)
	put := func(fleet string) {
		require.NoError(t, os.WriteFile(filepath.Join(s.dir, "fleet.json"), []byte(fleet), 0o600))
	}
	put(strings.Replace(fleetFile, `"a": "2025-09-01T00:00:00Z", `, "", 1))
	s.must("2026-05-01", "run", append(state, s.file)...)
	put(fleetFile)
	s.must("2026-06-01", "run", append(state, s.file)...)
	plan := regexp.MustCompile(`plan (\w{12})  least-cost`).FindStringSubmatch(s.must("2026-06-01", "plan", s.file))
	require.NotNil(t, plan)
	assert.Contains(t, s.must("2026-06-01", "plan", s.file, plan[1]), "since 2026-05-01")
}
