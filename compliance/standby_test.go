package compliance_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/trueup-dev/trueup/compliance"
)

// replicas is a scene of a primary on four cores with two passive replicas and one
// for disaster recovery, of four cores each.
func replicas(t *testing.T) *scene {
	s := newScene(t).licensed("ms.sql.core.vm", 100)
	add := func(id string, role compliance.Role, of compliance.DeviceID) {
		s.device(compliance.Device{ID: compliance.DeviceID(id), Kind: compliance.VirtualMachine, VCPUs: 4, Role: role, StandbyFor: of}).install(id, "2022", "")
	}
	add("primary", compliance.Active, "")
	add("replica-1", compliance.PassiveHA, "primary")
	add("replica-2", compliance.PassiveHA, "primary")
	add("site-b", compliance.PassiveDR, "primary")
	return s
}

func TestFailoverAndRecovery(t *testing.T) {
	tests := []struct {
		name               string
		failover, recovery int
		required           string
	}{
		{"no right", 0, 0, "16"},
		{"one replica", 1, 0, "12"},
		{"one replica and one for recovery", 1, 1, "8"},
		{"two replicas", 2, 0, "8"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := replicas(t).own("E", 16, func(e *compliance.Entitlement) { e.Failover, e.Recovery = tt.failover, tt.recovery }).position()
			assert.Equal(t, tt.required, p.Required.String())
			assert.Equal(t, tt.required, supply(t, p, "E").Used.String())
			if tt.failover > 0 {
				assert.Equal(t, compliance.FailoverRight, reasons(p)["replica-1"])
			}
		})
	}
}

// The right belongs to the entitlement that covers the primary: where its units go
// elsewhere at a better price, the replica needs its own.
func TestTheRightComesWithTheLicense(t *testing.T) {
	right := func(e *compliance.Entitlement) { e.Failover, e.UnitPrice = 1, euros(50) }
	plain := func(e *compliance.Entitlement) { e.UnitPrice = euros(10) }
	p := replicas(t).own("A-plain", 16, plain).own("B-right", 4, right).position()
	assert.Equal(t, "16", p.Required.String(), "four units at 50 in place of eight at 10 save nothing")
	p = replicas(t).own("A-plain", 8, plain).own("B-right", 4, right).position()
	assert.Equal(t, "12", p.Required.String(), "and where units are scarce it saves what a missing one costs")
	assert.Equal(t, compliance.Compliant, p.Status)
}

func TestSecondUse(t *testing.T) {
	build := func(form compliance.Chassis, kind compliance.DeviceKind, user compliance.UserID) *scene {
		return newScene(t).licensed("generic.device", 100).
			device(compliance.Device{ID: "desk", Kind: compliance.Physical, User: "ann", Chassis: "Desktop"}).install("desk", "1", "").
			device(compliance.Device{ID: "lap", Kind: kind, User: user, Chassis: form}).install("lap", "1", "")
	}
	right := func(e *compliance.Entitlement) { e.SecondUse = true }
	tests := []struct {
		name  string
		s     *scene
		right func(*compliance.Entitlement)
		need  string
	}{
		{"laptop of the same user", build("Laptop", compliance.Physical, "ann"), right, "1"},
		{"no right", build("Laptop", compliance.Physical, "ann"), nil, "2"},
		{"laptop of another user", build("Laptop", compliance.Physical, "bob"), right, "2"},
		{"a second desktop", build("Desktop", compliance.Physical, "ann"), right, "2"},
		{"virtual machines are barred", build("Laptop", compliance.VirtualMachine, "ann"), right, "2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := tt.s.own("E", 2, tt.right).position()
			assert.Equal(t, tt.need, p.Required.String())
			assert.Equal(t, compliance.Compliant, p.Status)
		})
	}
}

// Each license carries one portable device.
func TestSecondUseIsOfOne(t *testing.T) {
	s := newScene(t).licensed("generic.device", 100).device(compliance.Device{ID: "desk", Kind: compliance.Physical, User: "ann", Chassis: "Desktop"}).install("desk", "1", "")
	for _, id := range []compliance.DeviceID{"lap-1", "lap-2"} {
		s.device(compliance.Device{ID: id, Kind: compliance.Physical, User: "ann", Chassis: "Notebook"}).install(string(id), "1", "")
	}
	p := s.own("E", 1, func(e *compliance.Entitlement) { e.SecondUse = true }).position()
	assert.Equal(t, "1", p.Short.String())
}

// A machine that ran on two hosts within 90 days needs licenses on both, unless its
// license may move.
func TestNinetyDays(t *testing.T) {
	ago := func(days int) time.Time { return snapshot.AddDate(0, 0, -days) }
	stays := func(days int) []compliance.Stay {
		return []compliance.Stay{{Host: "h1", Since: ago(400)}, {Host: "h2", Since: ago(days)}}
	}
	build := func(s []compliance.Stay, mobility bool) compliance.Position {
		sc := newScene(t).licensed("ms.sql.core.vm", 100)
		sc.in.Licensing[0].ReassignDays = 90
		sc.host("h1", "c", 2, 16).host("h2", "c", 2, 16).host("h3", "c", 2, 16)
		sc.device(compliance.Device{ID: "vm", Kind: compliance.VirtualMachine, VCPUs: 4, Host: "h2", Stays: s}).install("vm", "1", "")
		return sc.own("E", 4, func(e *compliance.Entitlement) { e.Mobility = mobility }).position()
	}
	p := build(stays(89), false)
	assert.Equal(t, "8", p.Required.String())
	assert.Equal(t, compliance.Short, p.Status)
	assert.Contains(t, p.Consumers[0].Explanation, "needed on each of 2 hosts: 2 x 4 = 8")
	assert.Equal(t, compliance.Compliant, build(stays(91), false).Status, "the license has been free to move")
	assert.Equal(t, compliance.Compliant, build(stays(1), true).Status, "with mobility it always is")
	p = build(nil, false)
	assert.Equal(t, compliance.StatusUnknown, p.Status)
	assert.Equal(t, "0..8", p.Short.String(), "it may have been on any of three hosts")
	assert.Equal(t, []string{"stays"}, p.Missing)
}
