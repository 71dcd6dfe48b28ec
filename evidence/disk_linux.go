package evidence

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// syncData flushes a file's content and what is needed to read it back, but not
// its times: on an overwrite within the file that is one flush of the device.
func syncData(f *os.File) error {
	for {
		err := unix.Fdatasync(int(f.Fd()))
		if !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

func syncDirectory(f *os.File) error { return f.Sync() }
