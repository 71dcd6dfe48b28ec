// Package norace runs tests without the race detector, in a suite that runs with it.
//
// A test that goes through every bit of every file is one loop of a single goroutine:
// the detector has nothing to find in it and makes it take ten times as long.
package norace

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Again is whether the test was run anew without the detector, and thereby done; it has
// failed then if that run did. It is false in a test that has no detector, which goes on.
func Again(t *testing.T) bool {
	t.Helper()
	if !detector {
		return false
	}
	cmd := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-v", "-run", "^"+t.Name()+"$", ".")
	cmd.Env = slices.DeleteFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, "GOFLAGS=") })
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Fatalf("without the race detector: %v\n%s", err, out)
	}
	return true
}
