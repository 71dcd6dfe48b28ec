package host

import "strings"

// Confinement says what the kernel holds connectors to. It is what was reached,
// not what was wished for.
type Confinement struct {
	// DiesWithHost: the process is killed when the host is gone, even a frozen one.
	DiesWithHost bool
	// Memory: its data cannot grow beyond [Limits.Memory].
	Memory bool
	// ReadOnly: it can write nowhere but in its host's folder.
	ReadOnly bool
	// Group: it is in a cgroup of its own, with its children: their memory is bounded
	// together, and none of them outlives it, also if it leaves the process group.
	// NoGroup says why not, where [Config.Cgroup] asked for it.
	Group   bool
	NoGroup string
}

// String lists what was reached.
func (c Confinement) String() string {
	var parts []string
	for _, p := range []struct {
		reached bool
		name    string
	}{{c.DiesWithHost, "dies with the host"}, {c.Memory, "memory bounded"}, {c.ReadOnly, "writes nowhere else"}, {c.Group, "in a cgroup of its own"}} {
		if p.reached {
			parts = append(parts, p.name)
		}
	}
	if len(parts) == 0 {
		return "own process group only"
	}
	return strings.Join(parts, ", ")
}

// Confinement says what the kernel holds this host's connectors to.
func (h *Host) Confinement() Confinement { return h.starter.confinement() }
