package mapping

import (
	"fmt"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
)

func deviceFields() []field {
	return []field{
		text("id", func(r *record) *string { return (*string)(&r.device.ID) }).identity().needed(),
		text("name", func(r *record) *string { return &r.device.Name }),
		{name: "kind", set: setDeviceKind},
		count("sockets", func(r *record) *int { return &r.device.Sockets }),
		count("cores", func(r *record) *int { return &r.device.Cores }),
		count("threads", func(r *record) *int { return &r.device.Threads }),
		count("vcpus", func(r *record) *int { return &r.device.VCPUs }),
		text("model", func(r *record) *string { return &r.device.Model }),
		text("host", func(r *record) *string { return (*string)(&r.device.Host) }),
		text("cluster", func(r *record) *string { return &r.device.Cluster }),
		text("instance_type", func(r *record) *string { return &r.device.InstanceType }),
		text("environment", func(r *record) *string { return &r.device.Environment }),
		text("country", func(r *record) *string { return &r.device.Country }),
		text("entity", func(r *record) *string { return &r.device.Entity }),
		text("operating_system", func(r *record) *string { return &r.device.OperatingSystem }),
		text("user", func(r *record) *string { return (*string)(&r.device.User) }),
		instant("last_seen", func(r *record) *time.Time { return &r.device.LastSeen }),
		{name: "may_run_on", set: setMayRunOn},
		{name: "stay_hosts", set: setStayHosts},
		{name: "stays_since", set: setStaysSince},
		{name: "role", set: setRole},
		text("standby_for", func(r *record) *string { return (*string)(&r.device.StandbyFor) }),
		text("chassis", func(r *record) *string { return (*string)(&r.device.Chassis) }),
	}
}

func setDeviceKind(r *record, text string, _ reading) error {
	k, ok := compliance.ParseDeviceKind(text)
	if !ok {
		return fmt.Errorf("%s is none of physical, virtual-machine, container, cloud-instance; say under values what it means", quote(text))
	}
	r.device.Kind = k
	return nil
}

func setRole(r *record, text string, _ reading) error {
	role, ok := compliance.ParseRole(text)
	if !ok {
		return fmt.Errorf("%s is none of active, passive-ha, passive-dr, passive-dr-azure, readable-secondary; say under values what it means", quote(text))
	}
	r.device.Role = role
	return nil
}

func userFields() []field {
	return []field{
		text("id", func(r *record) *string { return (*string)(&r.user.ID) }).identity().needed(),
		text("name", func(r *record) *string { return &r.user.Name }),
		{name: "kind", set: setUserKind},
		text("entity", func(r *record) *string { return &r.user.Entity }),
		text("country", func(r *record) *string { return &r.user.Country }),
		{name: "active", set: func(r *record, text string, _ reading) (err error) {
			r.user.Active, err = flag(text)
			return err
		}},
	}
}

func setUserKind(r *record, text string, _ reading) error {
	k, ok := compliance.ParseUserKind(text)
	if !ok {
		return fmt.Errorf("%s is none of person, service, shared; say under values what it means", quote(text))
	}
	r.user.Kind = k
	return nil
}

// titleFields are those of a raw title. The name identifies it, where there is
// one.
func titleFields(of func(*record) *catalog.Title) []field {
	return []field{
		text("publisher", func(r *record) *string { return &of(r).Publisher }).identity(),
		text("name", func(r *record) *string { return &of(r).Name }).identity(),
		text("version", func(r *record) *string { return &of(r).Version }).identity(),
		text("edition", func(r *record) *string { return &of(r).Edition }).identity(),
		text("product_code", func(r *record) *string { return &of(r).ProductCode }).identity(),
		text("architecture", func(r *record) *string { return &of(r).Architecture }).identity(),
	}
}

func installFields() []field {
	return append([]field{
		text("device", func(r *record) *string { return (*string)(&r.install.Device) }).identity().needed(),
		text("user", func(r *record) *string { return (*string)(&r.install.User) }).identity(),
		instant("first_seen", func(r *record) *time.Time { return &r.install.FirstSeen }),
		instant("last_used", func(r *record) *time.Time { return &r.install.LastUsed }),
	}, titleFields(func(r *record) *catalog.Title { return &r.install.Title })...)
}

func seatFields() []field {
	return append([]field{
		text("user", func(r *record) *string { return (*string)(&r.seat.User) }).identity().needed(),
		instant("assigned", func(r *record) *time.Time { return &r.seat.Assigned }),
		instant("last_used", func(r *record) *time.Time { return &r.seat.LastUsed }),
	}, titleFields(func(r *record) *catalog.Title { return &r.seat.Title })...)
}

func usageFields() []field {
	return append([]field{
		instant("from", func(r *record) *time.Time { return &r.usage.From }).identity().needed(),
		instant("to", func(r *record) *time.Time { return &r.usage.To }).identity().needed(),
		count("peak", func(r *record) *int { return &r.usage.Peak }).needed(),
		instant("peak_at", func(r *record) *time.Time { return &r.usage.At }),
	}, titleFields(func(r *record) *catalog.Title { return &r.usage.Title })...)
}
