package wire

import (
	"fmt"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
)

// Receiver hands the rows of batches to a sink.
type Receiver struct {
	Sink connectors.Sink
	// Source is written into every row: a connector does not choose it.
	Source compliance.SourceID
	// Refused is told of each row that the sink would not take.
	Refused func(row int, err error)
}

// Delivery says what came of one batch.
type Delivery struct {
	Kind    connectors.Kind
	Rows    int64
	Removed bool
	// Unknown names columns of a later protocol, which were not read.
	Unknown []string
}

// Deliver checks a batch as a whole, then hands over its rows. An error means
// that the batch breaks the protocol and none of its rows was delivered, or
// that it removes rows and the sink is no Remover.
func (r Receiver) Deliver(b *Batch) (Delivery, error) {
	t, err := open(b)
	if err != nil {
		return Delivery{}, err
	}
	put, err := r.row(t)
	if err != nil {
		return Delivery{}, err
	}
	rows := int(b.GetRows())
	for i := range rows {
		if err := put(i); err != nil {
			r.Refused(i, err)
		}
	}
	return Delivery{t.kind, int64(rows), b.GetOperation() == Operation_OPERATION_DELETE, t.unknown}, nil
}

// row is what takes one row of the table to the sink.
func (r Receiver) row(t *table) (func(int) error, error) {
	if t.batch.GetOperation() == Operation_OPERATION_DELETE {
		remove, ok := r.Sink.(connectors.Remover)
		if !ok {
			return nil, fmt.Errorf("batch %d removes rows: %w", t.batch.GetSequence(), ErrNoRemover)
		}
		return r.removal(t, remove)
	}
	switch t.kind {
	case connectors.Device:
		return r.devices(t)
	case connectors.User:
		return r.users(t), nil
	case connectors.Install:
		in, row := compliance.Install{Source: r.Source}, installs(t)
		return func(i int) error {
			row(i, &in)
			return r.Sink.AddInstall(in)
		}, nil
	case connectors.Seat:
		row := seats(t, r.Source)
		return func(i int) error { return r.Sink.AddSeat(row(i)) }, nil
	case connectors.Usage:
		return r.usage(t), nil
	}
	return r.purchases(t)
}

// ErrNoRemover is wrapped when rows are removed and the sink cannot do so.
var ErrNoRemover = fmt.Errorf("the sink takes no removals")

func (r Receiver) removal(t *table, to connectors.Remover) (func(int) error, error) {
	switch t.kind {
	case connectors.Device:
		id := t.text("id")
		return func(i int) error { return to.RemoveDevice(compliance.DeviceID(id.at(i))) }, nil
	case connectors.User:
		id := t.text("id")
		return func(i int) error { return to.RemoveUser(compliance.UserID(id.at(i))) }, nil
	case connectors.Install:
		in, row := compliance.Install{Source: r.Source}, installs(t)
		return func(i int) error {
			row(i, &in)
			return to.RemoveInstall(in)
		}, nil
	case connectors.Seat:
		row := seats(t, r.Source)
		return func(i int) error { return to.RemoveSeat(row(i)) }, nil
	}
	return nil, fmt.Errorf("batch %d: rows of kind %s cannot be removed", t.batch.GetSequence(), t.kind)
}

func (r Receiver) devices(t *table) (func(int) error, error) {
	id, name, kind, model := t.text("id"), t.text("name"), t.text("kind"), t.text("model")
	host, cluster, size := t.text("host"), t.text("cluster"), t.text("instance_type")
	environment, country, entity := t.text("environment"), t.text("country"), t.text("entity")
	system, user := t.text("operating_system"), t.text("user")
	sockets, cores, threads := t.number("sockets"), t.number("cores"), t.number("threads")
	vcpus, seen := t.number("vcpus"), t.number("last_seen")
	role, standby, form := t.text("role"), t.text("standby_for"), t.text("chassis")
	mayRunOn, stayed := t.list(colMayRunOn), stays{t.list(colStayHosts), t.list(colStaysSince)}
	if !stayed.paired() {
		return nil, fmt.Errorf("batch %d: columns %q and %q have lists of different lengths", t.batch.GetSequence(), colStayHosts, colStaysSince)
	}
	for i := range int(t.batch.GetRows()) {
		if _, ok := compliance.ParseDeviceKind(kind.at(i)); !ok && kind.at(i) != "" {
			return nil, fmt.Errorf("batch %d: row %d: %q is not a kind of device", t.batch.GetSequence(), i, kind.at(i))
		}
		if _, ok := compliance.ParseRole(role.at(i)); !ok && role.at(i) != "" {
			return nil, fmt.Errorf("batch %d: row %d: %q is not a role in a failover pair", t.batch.GetSequence(), i, role.at(i))
		}
	}
	return func(i int) error {
		k, _ := compliance.ParseDeviceKind(kind.at(i))
		part, _ := compliance.ParseRole(role.at(i))
		return r.Sink.AddDevice(compliance.Device{
			ID: compliance.DeviceID(id.at(i)), Name: name.at(i), Kind: k, Source: r.Source,
			Sockets: sockets.at(i), Cores: cores.at(i), Threads: threads.at(i), VCPUs: vcpus.at(i), Model: model.at(i),
			Host: compliance.DeviceID(host.at(i)), Cluster: cluster.at(i), InstanceType: size.at(i),
			Environment: environment.at(i), Country: country.at(i), Entity: entity.at(i),
			OperatingSystem: system.at(i), User: compliance.UserID(user.at(i)), LastSeen: seen.instant(i),
			MayRunOn: mayRunOn.devices(i), Stays: stayed.at(i), Role: part, StandbyFor: compliance.DeviceID(standby.at(i)),
			Chassis: compliance.Chassis(form.at(i)),
		})
	}, nil
}

func (r Receiver) users(t *table) func(int) error {
	id, name, kind := t.text("id"), t.text("name"), t.text("kind")
	entity, country, active := t.text("entity"), t.text("country"), t.number("active")
	return func(i int) error {
		k, _ := compliance.ParseUserKind(kind.at(i))
		u := compliance.User{ID: compliance.UserID(id.at(i)), Name: name.at(i), Kind: k, Entity: entity.at(i), Country: country.at(i), Source: r.Source}
		if flag := active.at(i); flag == flagYes || flag == flagNo {
			yes := flag == flagYes
			u.Active = &yes
		}
		return r.Sink.AddUser(u)
	}
}

// installs fills one install with row after row: making each anew would copy it
// once more, which is a tenth of what a row costs here.
func installs(t *table) func(int, *compliance.Install) {
	device, title, user := t.text("device"), t.titles(), t.text("user")
	first, used := t.number("first_seen"), t.number("last_used")
	return func(i int, in *compliance.Install) {
		in.Device, in.User = compliance.DeviceID(device.at(i)), compliance.UserID(user.at(i))
		title.read(i, &in.Title)
		in.FirstSeen, in.LastUsed = first.instant(i), used.instant(i)
	}
}

func seats(t *table, source compliance.SourceID) func(int) compliance.Seat {
	user, title := t.text("user"), t.titles()
	assigned, used := t.number("assigned"), t.number("last_used")
	return func(i int) compliance.Seat {
		return compliance.Seat{
			User: compliance.UserID(user.at(i)), Title: title.at(i),
			Assigned: assigned.instant(i), LastUsed: used.instant(i), Source: source,
		}
	}
}

func (r Receiver) usage(t *table) func(int) error {
	title, from, to, peak, at := t.titles(), t.number("from"), t.number("to"), t.number("peak"), t.number("at")
	return func(i int) error {
		return r.Sink.AddUsage(compliance.Usage{
			Title: title.at(i), From: from.instant(i), To: to.instant(i), Peak: peak.at(i), At: at.instant(i), Source: r.Source,
		})
	}
}
