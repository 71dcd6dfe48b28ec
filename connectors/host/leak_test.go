//go:build unix

package host_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/connectortest"
	"github.com/trueup-dev/trueup/connectors/host"
)

// cyclesVar sets how many times TestNothingIsLeft starts a connector.
const cyclesVar = "TRUEUP_TEST_CYCLES"

func descriptors(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	return len(list)
}

func TestNothingIsLeft(t *testing.T) {
	cycles := 12
	if n, err := strconv.Atoi(os.Getenv(cyclesVar)); err == nil {
		cycles = n
	}
	h := open(t, host.Config{})
	once := func(i int) {
		mode := []string{"well", "dies", "panics", "well"}[i%4]
		r, _ := collect(t, h, source(t, "src", mode))
		require.Equal(t, mode == "well", r.Err == nil, "%s: %v", mode, r.Err)
	}
	once(0) // what is made once stays
	goroutines, files := runtime.NumGoroutine(), descriptors(t)
	for i := range cycles {
		once(i)
	}
	// Eventually itself takes up to three.
	assert.Eventually(t, func() bool { return runtime.NumGoroutine() <= goroutines+3 && descriptors(t) <= files }, 5*time.Second, 20*time.Millisecond,
		"%d goroutines and %d files, before %d and %d", runtime.NumGoroutine(), descriptors(t), goroutines, files)
}

// hostVar makes the test binary a host that collects until it is killed, with
// its run folder there.
const hostVar = "TRUEUP_TEST_HOST"

// hostModeVar is what that host's connector does, stateVar its state folder.
const (
	hostModeVar = "TRUEUP_TEST_HOST_MODE"
	stateVar    = "TRUEUP_TEST_STATE"
)

// hosting starts such a host and waits until its connector runs.
func hosting(t *testing.T, dir string, env ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self)
	cmd.Env = append(append(os.Environ(), hostVar+"="+dir), env...)
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool { return len(processesBelow(t, dir)) == 1 }, 30*time.Second, 5*time.Millisecond, "no connector was started")
	return cmd
}

func runHost(dir string) {
	mode, rows := os.Getenv(hostModeVar), "2000"
	h, err := host.Open(context.Background(), host.Config{RunDir: dir, AllowUnpinned: true, StateDir: os.Getenv(stateVar)})
	if err != nil {
		panic(err)
	}
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	src := host.Source{ID: "a", Path: self, Config: map[string]string{"mode": mode, "rows": rows}}
	_, _ = h.Collect(context.Background(), []host.Source{src}, &connectortest.Recorder{}, func(p connectors.Progress) {
		fmt.Println(p.Stage)
	})
}

// Also one that is frozen, and cannot see that its standard input has ended.
func TestConnectorsEndWithTheirHost(t *testing.T) {
	for _, mode := range []string{"sleeps", "freezes"} {
		t.Run(mode, func(t *testing.T) { endWithTheirHost(t, mode) })
	}
}

func endWithTheirHost(t *testing.T, mode string) {
	dir := shortDir(t)
	cmd := hosting(t, dir, hostModeVar+"="+mode)
	if mode == "freezes" {
		require.Eventually(t, func() bool { return stopped(t, dir) }, 20*time.Second, 10*time.Millisecond, "the connector never froze")
	}
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()
	assert.Eventually(t, func() bool { return len(processesBelow(t, dir)) == 0 }, 2*time.Second, 20*time.Millisecond, "the connector outlives its host")

	h, err := host.Open(t.Context(), host.Config{RunDir: dir})
	require.NoError(t, err)
	require.NoError(t, h.Close(t.Context()))
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, left, 1, "the next host sweeps all but the lock")
}

// stopped reports whether a process below a folder is stopped.
func stopped(t *testing.T, dir string) bool {
	t.Helper()
	for _, p := range processesBelow(t, dir) {
		exe, _, _ := strings.Cut(p, " ")
		stat, err := os.ReadFile(filepath.Join(filepath.Dir(exe), "stat"))
		if err == nil && strings.Contains(string(stat), ") T ") {
			return true
		}
	}
	return false
}
