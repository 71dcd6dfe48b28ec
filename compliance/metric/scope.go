package metric

import (
	"fmt"
	"slices"
)

// Scope is what a metric counts.
type Scope uint8

// The scopes. The first lists of consumers fill the field of [Facts] named.
const (
	InvalidScope Scope = iota
	// Install counts the installs in Facts.Uses.
	Install
	// Device counts the distinct devices of Facts.Uses.
	Device
	// User counts the distinct people of Facts.Uses.
	User
	// PhysicalHost counts Facts.Hosts.
	PhysicalHost
	// VirtualMachine counts Facts.Machines.
	VirtualMachine
	// Instance counts cloud instances, in Facts.Machines.
	Instance
	// Cluster, Pool, Organisation, Document and Period are counted as a whole,
	// from the records and values that the metric declares.
	Cluster
	Pool
	Organisation
	Document
	Period
)

var scopeNames = []string{"", "install", "device", "user", "host", "virtual machine", "instance", "cluster", "pool", "organisation", "document", "period"}

// String is the scope as documents write it.
func (s Scope) String() string {
	if int(s) < len(scopeNames) && s != InvalidScope {
		return scopeNames[s]
	}
	return "invalid"
}

// UnmarshalText reads a scope from a document.
func (s *Scope) UnmarshalText(text []byte) error {
	at := slices.Index(scopeNames, string(text))
	if at <= 0 {
		return fmt.Errorf("%q is not a scope; known are %q", text, scopeNames[1:])
	}
	*s = Scope(at)
	return nil
}
