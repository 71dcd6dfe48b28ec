package remedy_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/remedy"
)

// runKept is a run that knows the one before it.
func (s *scene) runKept(dir string) *playbook.Report {
	s.t.Helper()
	m := &machines{s.fleet(), func() time.Time { return s.now }}
	facts, err := m.Look(s.t.Context())
	require.NoError(s.t, err)
	facts.Before, err = remedy.Kept(dir, facts.Estate.At())
	require.NoError(s.t, err)
	engine, err := playbook.Open(s.t.Context(), playbook.Options{Playbook: s.book, Log: s.log})
	require.NoError(s.t, err)
	rep, err := engine.Run(s.t.Context(), facts, s.now)
	require.NoError(s.t, err)
	require.NoError(s.t, remedy.Keep(dir, facts))
	return rep
}

// A plan says what made its position short since the run before: machines that came, and
// licenses that went.
func TestPlanStatesItsRootCause(t *testing.T) {
	s := newScene(t, 8, 8, false)
	dir := filepath.Join(t.TempDir(), "kept")
	// The ledger: eight licenses, of which two turn out on the tenth to have been given up.
	const terms = "id,product,metric,quantity,unit_price,currency,recorded_at\nE1,autodesk/autocad,generic.device,8,1900,EUR,2026-01-01\nE1,autodesk/autocad,generic.device,6,1900,EUR,2026-06-10\n"
	require.NoError(t, os.WriteFile(filepath.Join(s.dir, "entitlements.csv"), []byte(terms), 0o600))
	s.open()
	first := s.runKept(dir)
	require.Nil(t, first.Plan)

	f := s.fleet()
	for i := range 4 {
		f.LastUse[fmt.Sprintf("new-%d", i)] = start.AddDate(0, 0, -1)
	}
	s.put(f)
	s.now = start.AddDate(0, 1, 0)
	s.open()
	rep := s.runKept(dir)
	require.NotNil(t, rep.Plan)
	var causes []string
	for _, c := range rep.Plan.Causes {
		assert.Equal(t, position, c.Position)
		assert.Equal(t, start, c.Since)
		causes = append(causes, c.Name+" "+c.Short.String()+" "+c.Exposure.String())
	}
	assert.Equal(t, []string{"installs 4 8400.00 EUR", "entitlements 2 4200.00 EUR"}, causes, "they add up to the six that are short")
	assert.Contains(t, rep.Plan.Text(), "installs")
	plans, err := s.desk.Plans(t.Context())
	require.NoError(t, err)
	assert.Equal(t, rep.Plan.Causes, plans[0].Plan.Causes, "the log says so too")

	// The same run again has the same plan, though its own estate is kept by now.
	again := s.runKept(dir)
	assert.Equal(t, rep.Plan.Causes, again.Plan.Causes)
	// What is overdue is planned all the same.
	for range 3 {
		s.now = s.now.AddDate(0, 1, 0)
		require.NotNil(t, s.runKept(dir).Plan)
	}
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, left, 2)
	var names []string
	for _, e := range left {
		names = append(names, e.Name())
	}
	assert.NotContains(t, strings.Join(names, " "), "half")
}
