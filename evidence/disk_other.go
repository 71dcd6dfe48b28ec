//go:build !linux

package evidence

import (
	"os"
	"runtime"
)

func syncData(f *os.File) error { return f.Sync() }

// syncDirectory makes renames in a folder durable. Windows has no such call: there
// NTFS journals the rename itself.
func syncDirectory(f *os.File) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	return f.Sync()
}
