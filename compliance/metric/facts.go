package metric

import (
	"time"

	"github.com/shopspring/decimal"
)

// Facts are what a metric counts. A measurement reads the lists that its metric
// declares and leaves the others alone; what is left out is not known.
type Facts struct {
	// Hosts are physical machines, for metrics of host scope.
	Hosts []Host
	// Machines are virtual machines and cloud instances.
	Machines []Machine
	// Uses are installs, or accesses of a person through a device.
	Uses []Use
	// Sessions are checkouts of floating licenses.
	Sessions []Session
	// Records are lists of things that a metric declares itself, by the name of
	// the fact.
	Records map[string][]Record
	// Values are the single facts that a metric declares, by name. An entry
	// without a value states that the fact is not known; a fact that has no entry
	// takes the default of the metric's document, where there is one.
	Values map[string]Value
	// Parameters replace numbers of the metric, such as a minimum that the
	// contract at hand sets differently.
	Parameters map[string]decimal.Decimal
	// Choices pick a reading, by the name of the choice, where sources disagree.
	Choices map[string]string
	// AsOf picks the rows of dated tables. The zero time reads the newest.
	AsOf time.Time
}

// Host is a physical machine.
type Host struct {
	ID string
	// Count is how many equal hosts this stands for; 0 means one.
	Count int
	// Sockets are occupied; SocketCapacity is how many the board has.
	Sockets, SocketCapacity Number
	// CoresPerSocket and Cores follow from each other where the sockets are
	// known, so that one of the two suffices.
	CoresPerSocket, Cores, ThreadsPerCore Number
	// CoreFactor and PVUPerCore are the processor's row in the tables of Oracle
	// and IBM, where the caller has matched it.
	CoreFactor, PVUPerCore Number
	// Runs says that the product runs here or may be started here, for metrics
	// that also reach hosts where it does not.
	Runs Flag
	// MayRun says that a machine with the product that now runs on another host may
	// be started here, by the rules of affinity. It is a fact of hosts where the
	// product does not run.
	MayRun Flag
	// Processor is the model as the machine reports it, Vendor its maker, SpeedMHz
	// its clock. System is the machine's own model: IBM rates POWER by it. Purchased is the day of its purchase, such as
	// 2010-11-30, on which Oracle's factor of some depends. LinuxOnly says that
	// the cores run nothing but Linux, which IBM rates lower; who does not say so
	// is not given the lower rating.
	Processor, Vendor, System, Purchased string
	SpeedMHz                             Number
	LinuxOnly                            Flag
	Cluster, VCenter, Region, DataCenter string
	// VMs run on the host; VMCount is their number where they are not listed.
	VMs     []Machine
	VMCount Number
}

// Machine is a virtual machine or a cloud instance.
type Machine struct {
	ID    string
	Count int
	// VCPUs are what the machine has; InstanceVCPUs what its instance type has,
	// and ActiveVCPUs what is switched on, where these differ.
	VCPUs, InstanceVCPUs, ActiveVCPUs Number
	// Hyperthreading says whether two vCPUs share a core.
	Hyperthreading Flag
	// Role is active, passive-ha, passive-dr or readable-secondary in a failover
	// pair; State is enabled, disabled or moved.
	Role, State string
	// DaysSinceLeft is the age of a move away from the host.
	DaysSinceLeft Number
	Host, Type    string
}

// Use is an install on a device, or one person's access through a device.
type Use struct {
	ID string
	// Count is how many equal uses this stands for; 0 means one.
	Count        int
	User, Device string
	// Kind is the kind of device, such as pc, tablet, phone or server.
	Kind string
}

// Session is a checkout of licenses over the half-open interval from Start to
// End, in any unit of time that all sessions share.
type Session struct {
	ID         string
	Start, End Number
	// Quantity is how many licenses it holds; unknown means one.
	Quantity Number
	User     string
}

// Record is a thing of a kind that a metric's document declares. As with
// [Facts.Values], a field without a value is stated to be unknown and a field
// that is left out takes its default.
type Record struct {
	ID     string
	Count  int
	Fields map[string]Value
}
