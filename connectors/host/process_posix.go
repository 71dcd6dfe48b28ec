//go:build unix && !linux

package host

import "syscall"

// ownGroup puts a child at the head of a new process group, so that it and its
// children can be killed together and a terminal's interrupt does not reach it.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
