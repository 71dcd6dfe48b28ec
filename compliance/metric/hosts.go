package metric

import (
	"github.com/trueup-dev/trueup/compliance/topology"
)

// HostsOf states what a machine's dumps say of its processors as hosts, one for
// each model that is fitted. A guest is shown cores that need not be those of the
// machine under it, so that only its processors' names are facts of a host.
func HostsOf(p topology.Processors) []Host {
	var out []Host
	for i, q := range p.Queries() {
		h := Host{
			Processor: q.Model, Vendor: q.Vendor, System: q.System,
			SpeedMHz: counted(q.SpeedMHz), CoresPerSocket: counted(q.CoresPerSocket), SocketCapacity: counted(q.SocketCapacity),
		}
		if p.Virtual != topology.Yes {
			h.Sockets, h.Cores, h.ThreadsPerCore = counted(p.Sockets.N()), counted(p.Cores.N()), counted(p.ThreadsPerCore().N())
		}
		if len(p.Groups) > 1 && p.Virtual != topology.Yes {
			h.Sockets, h.Cores = counted(p.Groups[i].Sockets.N()), counted(p.Groups[i].Cores.N())
		}
		out = append(out, h)
	}
	return out
}

// counted is a number that is not known when zero.
func counted(n int) Number {
	if n == 0 {
		return Number{}
	}
	return Int(n)
}
