package compliance

import (
	"fmt"
	"math"
	"time"
)

// check refuses what cannot be true of a device.
func (d *Device) check() error {
	switch {
	case d.ID == "":
		return fmt.Errorf("%w: device %q has no identifier", ErrInvalid, d.Name)
	case d.Sockets < 0 || d.Cores < 0 || d.Threads < 0 || d.VCPUs < 0:
		return fmt.Errorf("%w: device %s has a negative number of processors", ErrInvalid, d.ID)
	case int(d.Kind) >= len(deviceKinds):
		return fmt.Errorf("%w: device %s is of kind %d", ErrInvalid, d.ID, d.Kind)
	case d.Host == d.ID:
		return fmt.Errorf("%w: device %s is its own host", ErrInvalid, d.ID)
	}
	if err := d.place(); err != nil {
		return fmt.Errorf("%w: device %s %w", ErrInvalid, d.ID, err)
	}
	return nil
}

// check refuses what cannot be true of an install; it gives its instants in
// seconds since 1970, 0 for not known.
func (i *Install) check() (first, used uint32, err error) {
	if i.Title.Name == "" && i.Title.ProductCode == "" {
		return 0, 0, fmt.Errorf("%w: install on %s has neither name nor product code", ErrInvalid, i.Device)
	}
	if first, err = seconds(&i.FirstSeen); err != nil {
		return 0, 0, fmt.Errorf("install of %q on %s: first seen: %w", i.Title.Name, i.Device, err)
	}
	if used, err = seconds(&i.LastUsed); err != nil {
		return 0, 0, fmt.Errorf("install of %q on %s: last used: %w", i.Title.Name, i.Device, err)
	}
	return first, used, nil
}

// seconds is the instant in seconds since 1970, 0 for not known.
func seconds(t *time.Time) (uint32, error) {
	if t.IsZero() {
		return 0, nil
	}
	s := t.Unix()
	if s > 0 && s <= math.MaxUint32 {
		return uint32(s), nil
	}
	return 0, fmt.Errorf("%w: %s is outside 1970 to 2106", ErrInvalid, t.Format(time.RFC3339))
}
