// Package shareddata finds the collection of real inventories, logs and worked
// counts that tests read when it is at hand.
//
// The collection is large and under several licences, so it is not part of the
// repository: it lies in the folder that TRUEUP_DATA names, else in ../shared/data
// beside the checkout. Without it a developer's run skips the tests that need it;
// where CI is set it must be there, so that a missing folder cannot turn a build
// green.
package shareddata

import (
	"os"
	"path/filepath"
	"runtime"
)

// TB is the part of testing.TB that Path needs.
type TB interface {
	Helper()
	Skipf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Dir is the folder of the collection, whether or not it exists.
func Dir() string {
	if dir := os.Getenv("TRUEUP_DATA"); dir != "" {
		return dir
	}
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..", "..", "shared", "data")
}

// Path is the path of one file or folder of the collection, given by its parts.
// Where it is absent the test is skipped, or failed when CI is set.
func Path(t TB, parts ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{Dir()}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("shareddata: %s must be there when CI is set: %v", path, err)
		}
		t.Skipf("shareddata: %s is not at hand (set TRUEUP_DATA)", path)
	}
	return path
}
