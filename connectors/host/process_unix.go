//go:build unix

package host

import (
	"os"
	"syscall"
)

// killGroup kills a process that was not waited for yet, and its group. Until it
// is waited for its number cannot belong to anyone else.
func killGroup(p *os.Process) {
	_ = syscall.Kill(-p.Pid, syscall.SIGKILL)
}
