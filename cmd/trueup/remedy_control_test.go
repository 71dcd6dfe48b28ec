package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A case is delegated, stopped, resumed, carried out, cancelled too late and taken back,
// and its status says who did what.
func TestStoppingAndTakingBack(t *testing.T) {
	s := newFleetScene(t)
	name := s.planned() + "-1"
	s.must("2026-06-01", "request", "-as", "manager", s.file, name[:12])
	assert.Contains(t, s.refused("2026-06-02", "approve", "-as", "auditor", "-for", "owner", s.file, name), "may not stand in")
	assert.Contains(t, s.must("2026-06-02", "delegate", "-as", "owner", "-to", "auditor", "-reason", "on leave", "-until", "2026-06-10T00:00:00Z", s.file),
		"auditor votes for owner from 2026-06-02T09:00:00Z until 2026-06-10T00:00:00Z: on leave")
	assert.Contains(t, s.must("2026-06-03", "approve", "-as", "auditor", "-for", "owner", s.file, name), "is approved")
	assert.Contains(t, s.must("2026-06-03", "delegate", "-as", "owner", "-to", "auditor", "-reason", "back again", "-revoke", s.file), "no longer votes")

	execute := append(append([]string{}, s.collecting...), "-as", "operator", s.file, name)
	s.must("2026-06-03", "execute", execute...)
	assert.Contains(t, s.refused("2026-06-04", "pause", "-as", "finance", s.file, name), "say who speaks and why")
	s.must("2026-06-04", "pause", "-as", "finance", "-reason", "month end", s.file, name)
	assert.Contains(t, s.must("2026-06-15", "execute", execute...), "on hold")
	assert.Contains(t, s.refused("2026-06-15", "resume", "-as", "operator", "-reason", "go", s.file, name), "neither did nor approved")
	s.must("2026-06-15", "resume", "-as", "finance", "-reason", "books are closed", s.file, name)
	assert.Contains(t, s.must("2026-06-15", "execute", execute...), "over")
	assert.Contains(t, s.refused("2026-06-16", "cancel", "-as", "manager", "-reason", "no", s.file, name), "the run is over")

	compensate := append(append([]string{}, s.collecting...), "-as", "operator", s.file, name)
	out := s.must("2026-06-16", "compensate", compensate...)
	assert.Contains(t, out, "taken back: unknown")
	task := regexp.MustCompile(`task (\S+): take back: uninstall Autodesk AutoCAD 2025 - English from a`).FindStringSubmatch(out)
	require.NotNil(t, task, out)
	s.must("2026-06-17", "confirm", "-as", "operator", "-reference", "ticket 7", s.file, name, task[1])
	assert.Contains(t, s.must("2026-06-17", "compensate", compensate...), "taken back: done")

	assert.Equal(t, `2026-06-01T09:00:00Z  asked for by manager
2026-06-03T09:00:00Z  approved by auditor for owner
2026-06-02T09:00:00Z  delegation: auditor votes for owner from 2026-06-02T09:00:00Z until 2026-06-10T00:00:00Z: on leave
2026-06-03T09:00:00Z  delegation: auditor no longer votes for owner as of 2026-06-03T09:00:00Z: back again
2026-06-03T09:00:00Z  started by operator
2026-06-04T09:00:00Z  paused by finance: month end
2026-06-15T09:00:00Z  resumed by finance: books are closed
`, regexp.MustCompile(`(?m)^(case|  | |over|2026-06-1[67]).*\n`).ReplaceAllString(s.must("2026-06-18", "status", s.file, name), ""))
}

// A user's objection keeps what the plan would take.
func TestObjection(t *testing.T) {
	s := newFleetScene(t)
	name := s.planned() + "-1"
	s.must("2026-06-01", "request", "-as", "manager", s.file, name[:12])
	s.must("2026-06-01", "approve", "-as", "owner", s.file, name)
	execute := append(append([]string{}, s.collecting...), "-as", "operator", s.file, name)
	out := s.must("2026-06-01", "execute", execute...)
	step := regexp.MustCompile(`open +(\S+)`).FindStringSubmatch(out)
	require.NotNil(t, step, out)
	assert.Contains(t, s.refused("2026-06-05", "object", "-as", "ann", "-reason", "needed", s.file, name, "no-such-step"), "no step")
	s.must("2026-06-05", "object", "-as", "ann", "-reason", "needed for the tender", s.file, name, step[1])
	assert.Contains(t, s.must("2026-06-15", "execute", execute...), "skipped  "+step[1]+": objection of ann: needed for the tender")
	fleet, err := os.ReadFile(filepath.Join(s.dir, "fleet.json"))
	require.NoError(t, err)
	assert.Equal(t, fleetFile, string(fleet), "nothing was touched")
	assert.Contains(t, s.must("2026-06-15", "status", s.file, name), "objected by ann on "+step[1]+": needed for the tender")
}

// What is cancelled is not carried out any more.
func TestCancelling(t *testing.T) {
	s := newFleetScene(t)
	name := s.planned() + "-1"
	s.must("2026-06-01", "request", "-as", "manager", s.file, name[:12])
	s.must("2026-06-01", "approve", "-as", "owner", s.file, name)
	execute := append(append([]string{}, s.collecting...), "-as", "operator", s.file, name)
	s.must("2026-06-01", "execute", execute...)
	s.must("2026-06-02", "cancel", "-as", "manager", "-reason", "bought instead", s.file, name)
	assert.Contains(t, s.must("2026-06-15", "execute", execute...), "stopped")
	fleet, err := os.ReadFile(filepath.Join(s.dir, "fleet.json"))
	require.NoError(t, err)
	assert.Equal(t, fleetFile, string(fleet))
	assert.Contains(t, s.must("2026-06-15", "status", s.file, name), "cancelled by manager: bought instead")
}
