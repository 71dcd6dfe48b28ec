//go:build unix

package host_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/host"
)

func stepping(t *testing.T, rows string) host.Source {
	src := source(t, "a", "steps")
	src.Config["rows"] = rows
	return src
}

// committed is how many bytes the journals of the source have.
func committed(state string) int64 {
	var n int64
	for _, name := range []string{"current", "next"} {
		if info, err := os.Stat(filepath.Join(state, "source-a", name)); err == nil {
			n += info.Size()
		}
	}
	return n
}

// Killed at any instant and started again, a host ends up with what one
// uninterrupted reading gives, and reads no row twice that it had committed.
func TestKilledHostResumes(t *testing.T) {
	dir, state := shortDir(t), t.TempDir()
	for range 4 {
		cmd := hosting(t, dir, hostModeVar+"=steps", stateVar+"="+state)
		for range 1 + rand.IntN(20) {
			before := committed(state)
			require.Eventually(t, func() bool { return committed(state) != before }, 30*time.Second, time.Millisecond, "nothing was committed")
		}
		require.NoError(t, cmd.Process.Kill())
		_ = cmd.Wait()
		require.Eventually(t, func() bool { return len(processesBelow(t, dir)) == 0 }, 5*time.Second, 5*time.Millisecond)
	}
	r, resumed := collect(t, open(t, host.Config{StateDir: state}), stepping(t, "2000"))
	require.NoError(t, r.Err)
	whole, full := collect(t, open(t, host.Config{StateDir: t.TempDir()}), stepping(t, "2000"))
	require.NoError(t, whole.Err)
	assert.Equal(t, full.Devices, resumed.Devices)
	assert.Equal(t, full.Installs, resumed.Installs)
	assert.Len(t, full.Devices, 1999, "one was removed")
	assert.Equal(t, "renamed", full.Devices[3].Name)
	assert.Less(t, r.Put.Total(), whole.Put.Total(), "nothing was committed before")

	again, rows := collect(t, open(t, host.Config{StateDir: state}), stepping(t, "2002"))
	require.NoError(t, again.Err)
	assert.EqualValues(t, 4, again.Put.Total(), "a later reading is a delta")
	assert.Len(t, rows.Devices, 2001)
}

// A reading from the beginning replaces the last one only when it is whole: what
// it has not come to yet is not gone.
func TestReadingAnew(t *testing.T) {
	state := t.TempDir()
	_, first := collect(t, open(t, host.Config{StateDir: state}), stepping(t, "30"))
	require.Len(t, first.Devices, 29)

	src := source(t, "a", "well") // does not know the cursor, gives another device
	r, second := collect(t, open(t, host.Config{StateDir: state}), src)
	require.NoError(t, r.Err)
	assert.Len(t, second.Devices, 29, "from its cursor nothing was said to be gone")
	assert.Equal(t, "one", second.Devices[1].Name)
	require.NoError(t, os.RemoveAll(filepath.Join(state, "source-a")))

	_, third := collect(t, open(t, host.Config{StateDir: state}), stepping(t, "30"))
	require.Len(t, third.Devices, 29)
	broken := stepping(t, "0")
	broken.Config["mode"] = "dies"
	_, fourth := collect(t, open(t, host.Config{StateDir: state}), broken)
	assert.GreaterOrEqual(t, len(fourth.Devices), 29, "a connector that died takes nothing away")
}

// An old cursor is given up, and the source is read from the beginning.
func TestCursorThatIsNoLongerGood(t *testing.T) {
	state := t.TempDir()
	r, _ := collect(t, open(t, host.Config{StateDir: state}), source(t, "a", "well")) // its cursor is "all"
	require.NoError(t, r.Err)
	r, rows := collect(t, open(t, host.Config{StateDir: state}), stepping(t, "30"))
	require.NoError(t, r.Err)
	assert.True(t, r.Complete)
	assert.Len(t, rows.Devices, 29)
	assert.Len(t, rows.Installs, 30, "what the new reading does not hold is gone")
}

func TestDamagedState(t *testing.T) {
	state := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(state, "source-a", "current"), 0o700))
	r, _ := collect(t, open(t, host.Config{StateDir: state}), stepping(t, "3"))
	require.ErrorIs(t, r.Err, &connectors.Error{Kind: connectors.NotKept})
}

// A connector that crashes is started again where its rows are kept, and goes on.
func TestCrashIsTriedAgain(t *testing.T) {
	flag := filepath.Join(t.TempDir(), "crashed")
	src := stepping(t, "40")
	src.Config["mode"] = "crashes once"
	src.Secrets["password"] = flag
	r, rows := collect(t, open(t, host.Config{StateDir: t.TempDir(), Restart: host.Restart{Attempts: 3, Base: time.Millisecond}}), src)
	require.NoError(t, r.Err)
	assert.Len(t, rows.Devices, 39)
	assert.Len(t, rows.Installs, 40)

	require.NoError(t, os.Remove(flag))
	r, rows = collect(t, open(t, host.Config{Restart: host.Restart{Attempts: 3, Base: time.Millisecond}}), src)
	require.ErrorIs(t, r.Err, &connectors.Error{Kind: connectors.Crashed})
	assert.Less(t, len(rows.Devices), 40, "without a state folder rows would come twice")
}
