package connectortest

import (
	"errors"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
)

// Recorder is a sink that keeps every row, in the order in which it came. The
// zero value is empty.
type Recorder struct {
	Devices  []compliance.Device
	Users    []compliance.User
	Installs []compliance.Install
	Seats    []compliance.Seat
	Usage    []compliance.Usage
	Sources  []compliance.Source

	Licenses    []connectors.License
	Prices      []connectors.PriceEntry
	Memberships []connectors.Membership

	RemovedDevices  []compliance.DeviceID
	RemovedUsers    []compliance.UserID
	RemovedInstalls []compliance.Install
	RemovedSeats    []compliance.Seat
}

var (
	_ connectors.Sink    = (*Recorder)(nil)
	_ connectors.Remover = (*Recorder)(nil)

	_ connectors.LicenseSink = (*Recorder)(nil)
	_ connectors.PriceSink   = (*Recorder)(nil)
	_ connectors.GroupSink   = (*Recorder)(nil)
)

// ErrNameless is the error of a row that has neither a name nor a product code.
var ErrNameless = errors.New("connectortest: a title needs a name or a product code")

// AddDevice keeps a device.
func (r *Recorder) AddDevice(d compliance.Device) error {
	r.Devices = append(r.Devices, d)
	return nil
}

// AddUser keeps a user.
func (r *Recorder) AddUser(u compliance.User) error {
	r.Users = append(r.Users, u)
	return nil
}

// AddInstall keeps an install. One without any title is refused, as an estate
// refuses it.
func (r *Recorder) AddInstall(i compliance.Install) error {
	if i.Title.Name == "" && i.Title.ProductCode == "" {
		return ErrNameless
	}
	r.Installs = append(r.Installs, i)
	return nil
}

// AddSeat keeps a seat.
func (r *Recorder) AddSeat(s compliance.Seat) error {
	r.Seats = append(r.Seats, s)
	return nil
}

// AddUsage keeps a measured peak.
func (r *Recorder) AddUsage(u compliance.Usage) error {
	r.Usage = append(r.Usage, u)
	return nil
}

// AddSource keeps a source.
func (r *Recorder) AddSource(s compliance.Source) error {
	r.Sources = append(r.Sources, s)
	return nil
}

// AddLicense keeps a purchase.
func (r *Recorder) AddLicense(l connectors.License) error {
	r.Licenses = append(r.Licenses, l)
	return nil
}

// AddPrice keeps a price.
func (r *Recorder) AddPrice(p connectors.PriceEntry) error {
	r.Prices = append(r.Prices, p)
	return nil
}

// AddMembership keeps a membership.
func (r *Recorder) AddMembership(m connectors.Membership) error {
	r.Memberships = append(r.Memberships, m)
	return nil
}

// RemoveDevice keeps the identifier of a removed device.
func (r *Recorder) RemoveDevice(id compliance.DeviceID) error {
	r.RemovedDevices = append(r.RemovedDevices, id)
	return nil
}

// RemoveUser keeps the identifier of a removed user.
func (r *Recorder) RemoveUser(id compliance.UserID) error {
	r.RemovedUsers = append(r.RemovedUsers, id)
	return nil
}

// RemoveInstall keeps a removed install.
func (r *Recorder) RemoveInstall(i compliance.Install) error {
	r.RemovedInstalls = append(r.RemovedInstalls, i)
	return nil
}

// RemoveSeat keeps a removed seat.
func (r *Recorder) RemoveSeat(s compliance.Seat) error {
	r.RemovedSeats = append(r.RemovedSeats, s)
	return nil
}
