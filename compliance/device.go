package compliance

import "time"

// Identifiers. They are the ones that the customer's own systems use, so that a
// position can be checked against them.
type (
	// DeviceID identifies a device in an estate.
	DeviceID string
	// UserID identifies a user in an estate.
	UserID string
	// SourceID names a source of facts, such as a connector's instance.
	SourceID string
)

// DeviceKind says what a device is. It decides which counts a metric reads:
// a physical machine is measured in processors, a virtual one in vCPUs.
type DeviceKind uint8

// The kinds of device. The zero value is not known, which no metric mistakes
// for physical.
const (
	KindUnknown DeviceKind = iota
	Physical
	VirtualMachine
	Container
	CloudInstance
)

var deviceKinds = [...]string{"unknown", "physical", "virtual-machine", "container", "cloud-instance"}

// String is the kind as documents and exports write it.
func (k DeviceKind) String() string {
	if int(k) < len(deviceKinds) {
		return deviceKinds[k]
	}
	return deviceKinds[KindUnknown]
}

// ParseDeviceKind reads what [DeviceKind.String] writes. Anything else is
// [KindUnknown] and false.
func ParseDeviceKind(s string) (DeviceKind, bool) {
	for i, name := range deviceKinds {
		if name == s {
			return DeviceKind(i), true
		}
	}
	return KindUnknown, false
}

// Device is a machine that software can be installed on, or that hosts such
// machines. In every field the zero value means that the fact is not known. Lists
// of a device from an estate are shared with it and must not be changed.
type Device struct {
	ID     DeviceID
	Name   string
	Kind   DeviceKind
	Source SourceID

	// Sockets counts populated processor sockets, Cores physical cores over all
	// sockets, Threads logical processors. They describe a physical machine.
	Sockets, Cores, Threads int
	// VCPUs counts the virtual processors of a virtual machine or an instance.
	VCPUs int
	// Model is the processor model as the machine reports it.
	Model string

	// Chassis is the form of a physical machine, in the words of its source.
	Chassis Chassis

	// Host is the physical device that a virtual machine runs on.
	Host DeviceID
	// Cluster names the cluster that a host belongs to, within which virtual
	// machines move.
	Cluster string
	// MayRunOn are the hosts that rules which must hold confine a virtual machine
	// to, sorted. A list that is empty but not nil says that there is no such
	// rule: the whole cluster is in reach. Nil is not known.
	MayRunOn []DeviceID
	// Stays are the hosts on which a virtual machine has run, from the earliest;
	// nil is not known. See [Device.HostsSince].
	Stays []Stay
	// Role is the device's part in a failover pair, StandbyFor the device whose
	// work it takes over. They hold for everything installed on it.
	Role       Role
	StandbyFor DeviceID
	// InstanceType is the provider's name of a cloud instance's size.
	InstanceType string

	// Environment is production, test, development or what the customer calls it.
	Environment string
	// Country is an ISO 3166-1 alpha-2 code, Entity the legal entity.
	Country, Entity string

	// Operating system title as reported, recognised like any install.
	OperatingSystem string
	// User is the user who mainly works on the device.
	User UserID
	// LastSeen is when the source last saw the device.
	LastSeen time.Time
}

// User is a person or an account that uses software.
type User struct {
	ID   UserID
	Name string
	Kind UserKind
	// Entity is the legal entity, Country an ISO 3166-1 alpha-2 code.
	Entity, Country string
	// Active is false once the account is disabled; it is nil when not known.
	Active *bool
	Source SourceID
}

// UserKind says what stands behind an account.
type UserKind uint8

// The kinds of user; the zero value is not known.
const (
	UserUnknown UserKind = iota
	Person
	ServiceAccount
	SharedAccount
)

var userKinds = [...]string{"unknown", "person", "service", "shared"}

// String is the kind as documents and exports write it.
func (k UserKind) String() string {
	if int(k) < len(userKinds) {
		return userKinds[k]
	}
	return userKinds[UserUnknown]
}

// ParseUserKind reads what [UserKind.String] writes.
func ParseUserKind(s string) (UserKind, bool) {
	for i, name := range userKinds {
		if name == s {
			return UserKind(i), true
		}
	}
	return UserUnknown, false
}
