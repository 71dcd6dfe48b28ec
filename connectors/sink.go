package connectors

import "github.com/trueup-dev/trueup/compliance"

// Sink takes the rows that connectors deliver. A host calls it from one
// goroutine at a time. Rows of one source come in the order in which its
// connector sent them; rows of several sources interleave, so what is built of
// them must not depend on the order.
//
// An error refuses the one row: the host counts it, reports it as a [Problem]
// of the source and goes on.
type Sink interface {
	AddDevice(compliance.Device) error
	AddUser(compliance.User) error
	AddInstall(compliance.Install) error
	AddSeat(compliance.Seat) error
	AddUsage(compliance.Usage) error
	AddSource(compliance.Source) error
}

// Remover is a [Sink] that can also take rows away, as connectors that resume
// from a cursor report what is gone. Each row is known by its key: a device and
// a user by their identifier, an install by device, title and user, a seat by
// user and title.
//
// Collecting with a cursor into a sink that is no Remover fails with
// [Unsupported] once something has to be removed.
type Remover interface {
	RemoveDevice(compliance.DeviceID) error
	RemoveUser(compliance.UserID) error
	RemoveInstall(compliance.Install) error
	RemoveSeat(compliance.Seat) error
}
