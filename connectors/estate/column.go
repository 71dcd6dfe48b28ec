package estate

import (
	"fmt"
	"strconv"
	"time"

	"github.com/trueup-dev/trueup/compliance"
)

// column puts a cell that is not empty into a record.
type column[T any] func(*T, string) error

// text sets a field that is a text.
func text[T any, S ~string](field func(*T) *S) column[T] {
	return func(t *T, cell string) error { *field(t) = S(cell); return nil }
}

func number[T any](field func(*T) *int) column[T] {
	return func(t *T, cell string) (err error) {
		if *field(t), err = strconv.Atoi(cell); err != nil {
			return fmt.Errorf("%q is not a whole number", cell)
		}
		return nil
	}
}

func instant[T any](field func(*T) *time.Time) column[T] {
	return func(t *T, cell string) (err error) {
		if *field(t), err = time.Parse(time.RFC3339, cell); err != nil {
			return fmt.Errorf("%q is not an instant of RFC 3339, such as 2026-11-16T08:00:00Z", cell)
		}
		return nil
	}
}

// named sets a field of a few named values.
func named[T, V any](parse func(string) (V, bool), names string, field func(*T) *V) column[T] {
	return func(t *T, cell string) error {
		v, ok := parse(cell)
		if !ok {
			return fmt.Errorf("%q is none of %s", cell, names)
		}
		*field(t) = v
		return nil
	}
}

const (
	kindNames = "physical, virtual-machine, container, cloud-instance"
	roleNames = "active, passive-ha, passive-dr, passive-dr-azure, readable-secondary"
)

// deviceColumns are those of devices.csv. What is a list is only in devices.jsonl.
var deviceColumns = map[string]column[compliance.Device]{
	"id":               text(func(d *compliance.Device) *compliance.DeviceID { return &d.ID }),
	"name":             text(func(d *compliance.Device) *string { return &d.Name }),
	"kind":             named(compliance.ParseDeviceKind, kindNames, func(d *compliance.Device) *compliance.DeviceKind { return &d.Kind }),
	"source":           text(func(d *compliance.Device) *compliance.SourceID { return &d.Source }),
	"sockets":          number(func(d *compliance.Device) *int { return &d.Sockets }),
	"cores":            number(func(d *compliance.Device) *int { return &d.Cores }),
	"threads":          number(func(d *compliance.Device) *int { return &d.Threads }),
	"vcpus":            number(func(d *compliance.Device) *int { return &d.VCPUs }),
	"model":            text(func(d *compliance.Device) *string { return &d.Model }),
	"host":             text(func(d *compliance.Device) *compliance.DeviceID { return &d.Host }),
	"cluster":          text(func(d *compliance.Device) *string { return &d.Cluster }),
	"role":             named(compliance.ParseRole, roleNames, func(d *compliance.Device) *compliance.Role { return &d.Role }),
	"standby_for":      text(func(d *compliance.Device) *compliance.DeviceID { return &d.StandbyFor }),
	"chassis":          text(func(d *compliance.Device) *compliance.Chassis { return &d.Chassis }),
	"instance_type":    text(func(d *compliance.Device) *string { return &d.InstanceType }),
	"environment":      text(func(d *compliance.Device) *string { return &d.Environment }),
	"country":          text(func(d *compliance.Device) *string { return &d.Country }),
	"entity":           text(func(d *compliance.Device) *string { return &d.Entity }),
	"operating_system": text(func(d *compliance.Device) *string { return &d.OperatingSystem }),
	"user":             text(func(d *compliance.Device) *compliance.UserID { return &d.User }),
	"last_seen":        instant(func(d *compliance.Device) *time.Time { return &d.LastSeen }),
}

// installColumns are those of installs.csv.
var installColumns = map[string]column[compliance.Install]{
	"device":       text(func(i *compliance.Install) *compliance.DeviceID { return &i.Device }),
	"name":         text(func(i *compliance.Install) *string { return &i.Title.Name }),
	"publisher":    text(func(i *compliance.Install) *string { return &i.Title.Publisher }),
	"version":      text(func(i *compliance.Install) *string { return &i.Title.Version }),
	"edition":      text(func(i *compliance.Install) *string { return &i.Title.Edition }),
	"product_code": text(func(i *compliance.Install) *string { return &i.Title.ProductCode }),
	"architecture": text(func(i *compliance.Install) *string { return &i.Title.Architecture }),
	"user":         text(func(i *compliance.Install) *compliance.UserID { return &i.User }),
	"first_seen":   instant(func(i *compliance.Install) *time.Time { return &i.FirstSeen }),
	"last_used":    instant(func(i *compliance.Install) *time.Time { return &i.LastUsed }),
	"source":       text(func(i *compliance.Install) *compliance.SourceID { return &i.Source }),
}
