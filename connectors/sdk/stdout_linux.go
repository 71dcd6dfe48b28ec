package sdk

import (
	"os"

	"golang.org/x/sys/unix"
)

// setAside moves a file to another descriptor and puts standard error in its
// place, so that C code that prints to descriptor 1 does no harm either.
func setAside(f *os.File) (*os.File, error) {
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, err
	}
	if err := unix.Dup3(int(os.Stderr.Fd()), int(f.Fd()), 0); err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), "handshake"), nil
}
