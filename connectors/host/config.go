package host

import (
	"cmp"
	"log/slog"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/trust"
)

// Config is what a host is opened with. The zero value works and refuses
// connectors without a checksum.
type Config struct {
	// RunDir is the folder for private copies and sockets, created when absent.
	// Empty means a folder of the user's below the system's temporary one. Its
	// path must be short: a socket's path cannot exceed about 100 bytes.
	RunDir string
	// Logger takes what the host has to say; nil discards it.
	Logger *slog.Logger
	Limits Limits
	// Lock pins the binaries of sources that name no checksum themselves, by the
	// name of the file. A binary that it does not pin as the source does is refused.
	Lock trust.Lock
	// Demand refuses binaries for which none of the certificates shows this level;
	// with any level demanded, here or by a source, actions need one that was tried
	// with them.
	Demand       trust.Level
	Certificates []trust.Certificate
	// Restart says how connectors that fail are tried again.
	Restart Restart
	// StateDir, when set, is where what sources gave is kept, row by row, with the
	// cursor from which each can be read on: every checkpoint is one durable
	// write. A collection then reads what changed, or goes on where it was cut
	// off, and the sink gets the whole source all the same, at its end and each
	// row once. [Source.Cursor] has no effect.
	StateDir string
	// ReadOnly, where the kernel can hold connectors to it (Linux with Landlock),
	// lets them write nowhere but in their own folders.
	ReadOnly bool
	// Cgroup, on Linux, is the folder of a cgroup of version 2 that was delegated to
	// the host, with the controller of memory and without processes in it, such as
	// what systemd gives a unit with Delegate=memory. In it each connector gets a
	// group of its own. Whether that was reached, and else why not,
	// [Host.Confinement] says: a host opens either way.
	Cgroup string
	// AllowUnpinned accepts sources without a checksum. It is for developing
	// connectors.
	AllowUnpinned bool
	// Env names further variables of the host's environment that connectors get.
	Env []string
	// Now is the clock that stamps collections; nil means time.Now.
	Now func() time.Time
}

// Limits bound what connectors may use. A zero field has the default named.
type Limits struct {
	// Starts is how many processes may be starting at a time (4).
	Starts int
	// Parallel is how many sources are collected from at a time (4).
	Parallel int
	// Start is how long a process may take until it serves (10 s).
	Start time.Duration
	// Idle is how long it may say nothing while it collects (60 s).
	Idle time.Duration
	// Run is how long one collection may take (1 h).
	Run time.Duration
	// Stop is how long it may take to end when asked to (3 s).
	Stop time.Duration
	// MessageBytes bounds one message (4 MiB), Rows and Bytes one collection
	// (100 million, 16 GiB).
	MessageBytes int
	Rows, Bytes  int64
	// BatchRows bounds the rows of one batch (65,536); batches are bounded by their
	// bytes besides.
	BatchRows int
	// Memory bounds the data of one process where the kernel can (4 GiB).
	Memory int64
	// OutputLines is how many lines of its standard error are kept (50).
	OutputLines int
	// Problems is how many problems of one source are kept (1000). All are
	// counted.
	Problems int
}

func (l Limits) withDefaults() Limits {
	return Limits{
		Starts:       cmp.Or(l.Starts, 4),
		Memory:       cmp.Or(l.Memory, 4<<30),
		Parallel:     cmp.Or(l.Parallel, 4),
		Start:        cmp.Or(l.Start, 10*time.Second),
		Idle:         cmp.Or(l.Idle, time.Minute),
		Run:          cmp.Or(l.Run, time.Hour),
		Stop:         cmp.Or(l.Stop, 3*time.Second),
		MessageBytes: cmp.Or(l.MessageBytes, 4<<20),
		Rows:         cmp.Or(l.Rows, 100_000_000),
		Bytes:        cmp.Or(l.Bytes, 16<<30),
		BatchRows:    cmp.Or(l.BatchRows, 1<<16),
		OutputLines:  cmp.Or(l.OutputLines, 50),
		Problems:     cmp.Or(l.Problems, 1000),
	}
}

// Source names a connector and what it is to read.
type Source struct {
	ID compliance.SourceID
	// Path is the connector's binary, SHA256 its checksum in hexadecimal.
	Path, SHA256 string
	// Config are its settings, Secrets those that are secret.
	Config, Secrets map[string]string
	// Demand is the level that a certificate must show of its binary. The stricter
	// of it and [Config.Demand] holds.
	Demand trust.Level
	// Shared lets the source be read by a process that reads others too: those of
	// the same gathering that are shared and of the same binary. It saves starting,
	// and costs isolation: what ends the process ends the reading of all of them,
	// they have one memory budget, and a connector that mixes up its instances mixes
	// up what they give. A connector that declares that its instances need processes
	// of their own gets them all the same.
	Shared bool
	// Kinds are the kinds wanted; nil means all that it gives
	// and the sink takes.
	Kinds []connectors.Kind
	// Cursor is that of an earlier [Result], nil to read everything.
	Cursor []byte
	// Collected is when the source was last read to its end, for the record of a
	// source that fails this time.
	Collected time.Time

	acts bool
}
