//go:build !linux

package host

import "os/exec"

// starter starts processes. Beyond their groups they are not confined here.
type starter struct{}

func newStarter(Config, string) (*starter, error) { return &starter{}, nil }

func (*starter) confinement() Confinement { return Confinement{} }

func (*starter) start(cmd *exec.Cmd, _ int64) (*cgroup, error) { return nil, cmd.Start() }

func (*starter) close() error { return nil }

// cgroup is what only Linux has.
type cgroup struct{}

func (*cgroup) starved() bool { return false }

func (*cgroup) end() error { return nil }
