//go:build unix

package host

import (
	"os"
	"syscall"
)

// ownGroup puts a child at the head of a new process group, so that it and its
// children can be killed together and a terminal's interrupt does not reach it.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// killGroup kills a process that was not waited for yet, and its group. Until it
// is waited for its number cannot belong to anyone else.
func killGroup(p *os.Process) {
	_ = syscall.Kill(-p.Pid, syscall.SIGKILL)
}
