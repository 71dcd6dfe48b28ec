package sdk

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"google.golang.org/grpc"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/internal/wire"
)

// Writer takes what a collection finds. Its methods fail when the host is gone
// or has had enough; Collect then returns that error. A Writer is for one
// goroutine.
type Writer struct {
	stream   grpc.ServerStreamingServer[wire.CollectResponse]
	limits   bounds
	encoders []*wire.Encoder
	sequence uint64
	sent     []*wire.Sent
	// wanted are the kinds that the host asked for; nil means all.
	wanted []wire.Kind
	totals []*wire.Total
}

// bounds follow from the host's limit on one message.
type bounds struct {
	// text is the longest text. target is the size at which a batch is sent: it
	// grows, so that the first rows arrive at once and the later ones cheaply.
	text, target, largest int
	rows                  int
}

const defaultMessage = 4 << 20

func newBounds(l *wire.Limits) bounds {
	message := int(cmp.Or(l.GetMessageBytes(), defaultMessage))
	return bounds{text: message / 16, target: 4 << 10, largest: min(1<<20, message/4), rows: int(cmp.Or(l.GetBatchRows(), 1<<16))}
}

func newWriter(stream grpc.ServerStreamingServer[wire.CollectResponse], start *wire.Start) *Writer {
	return &Writer{stream: stream, limits: newBounds(start.GetLimits()), wanted: start.GetKinds()}
}

// Wants reports whether the host asked for rows of a kind. Others may be written
// all the same and go nowhere; whether they are worth reading is for the
// connector to say.
func (w *Writer) Wants(k connectors.Kind) bool {
	return len(w.wanted) == 0 || slices.Contains(w.wanted, wire.Kind(k))
}

// Device writes a device. It needs an identifier.
func (w *Writer) Device(d compliance.Device) error {
	e, err := w.encoder(connectors.Device, put, string(d.ID))
	if err != nil {
		return err
	}
	return w.wrote(e, string(d.ID), e.Device(&d))
}

// User writes a user. It needs an identifier.
func (w *Writer) User(u compliance.User) error {
	e, err := w.encoder(connectors.User, put, string(u.ID))
	if err != nil {
		return err
	}
	return w.wrote(e, string(u.ID), e.User(&u))
}

// Install writes an install. It needs a device.
func (w *Writer) Install(i compliance.Install) error {
	e, err := w.encoder(connectors.Install, put, string(i.Device))
	if err != nil {
		return err
	}
	return w.wrote(e, string(i.Device), e.Install(&i))
}

// Seat writes a seat. It needs a user.
func (w *Writer) Seat(s compliance.Seat) error {
	e, err := w.encoder(connectors.Seat, put, string(s.User))
	if err != nil {
		return err
	}
	return w.wrote(e, string(s.User), e.Seat(&s))
}

// Usage writes a measured peak. It needs a title's name.
func (w *Writer) Usage(u compliance.Usage) error {
	e, err := w.encoder(connectors.Usage, put, u.Title.Name)
	if err != nil {
		return err
	}
	return w.wrote(e, u.Title.Name, e.Usage(&u))
}

// License writes a purchase. It needs an identifier.
func (w *Writer) License(l connectors.License) error {
	e, err := w.encoder(connectors.Entitlement, put, l.ID)
	if err != nil {
		return err
	}
	return w.wrote(e, l.ID, e.License(&l))
}

// Price writes a price. It needs a title's name and an amount.
func (w *Writer) Price(p connectors.PriceEntry) error {
	key := p.Title.Name
	if !p.Amount.Valid {
		key = ""
	}
	e, err := w.encoder(connectors.Price, put, key)
	if err != nil {
		return err
	}
	return w.wrote(e, key, e.Price(&p))
}

// Membership writes that a user is in a group. It needs both.
func (w *Writer) Membership(m connectors.Membership) error {
	key := m.Group
	if m.User == "" {
		key = ""
	}
	e, err := w.encoder(connectors.GroupMember, put, key)
	if err != nil {
		return err
	}
	return w.wrote(e, key, e.Membership(&m))
}

// DeleteUser says that a user that an earlier collection wrote is gone.
func (w *Writer) DeleteUser(id compliance.UserID) error {
	e, err := w.encoder(connectors.User, remove, string(id))
	if err != nil {
		return err
	}
	return w.wrote(e, string(id), e.User(&compliance.User{ID: id}))
}

// DeleteSeat says that a seat that an earlier collection wrote is gone.
func (w *Writer) DeleteSeat(s compliance.Seat) error {
	e, err := w.encoder(connectors.Seat, remove, string(s.User))
	if err != nil {
		return err
	}
	return w.wrote(e, string(s.User), e.Seat(&s))
}

// DeleteInstall says that an install that an earlier collection wrote is gone.
func (w *Writer) DeleteInstall(i compliance.Install) error {
	e, err := w.encoder(connectors.Install, remove, string(i.Device))
	if err != nil {
		return err
	}
	return w.wrote(e, string(i.Device), e.Install(&i))
}

// DeleteDevice says that a device that an earlier collection wrote is gone.
func (w *Writer) DeleteDevice(id compliance.DeviceID) error {
	e, err := w.encoder(connectors.Device, remove, string(id))
	if err != nil {
		return err
	}
	return w.wrote(e, string(id), e.Device(&compliance.Device{ID: id}))
}

const (
	put    = wire.Operation_OPERATION_PUT
	remove = wire.Operation_OPERATION_DELETE
)

// encoder is the one that rows of a kind go to. A row needs a key.
func (w *Writer) encoder(k connectors.Kind, op wire.Operation, key string) (*wire.Encoder, error) {
	if key == "" {
		return nil, &connectors.Error{Kind: connectors.BadData, Err: fmt.Errorf("a row of kind %s lacks what identifies it", k)}
	}
	at := 2*int(k) + int(op) - 1
	for len(w.encoders) <= at {
		w.encoders = append(w.encoders, nil)
	}
	if w.encoders[at] == nil {
		e, err := wire.NewEncoder(k, op, w.limits.text)
		if err != nil {
			return nil, &connectors.Error{Kind: connectors.Unsupported, Err: err}
		}
		w.encoders[at] = e
	}
	return w.encoders[at], nil
}

// wrote sends a batch when enough rows are gathered. The error given is that of
// the row, which was left out.
func (w *Writer) wrote(e *wire.Encoder, key string, bad error) error {
	if bad != nil {
		return &connectors.Error{Kind: connectors.BadData, Err: fmt.Errorf("%s %q: %w", e.Kind(), key, bad)}
	}
	if !w.Wants(e.Kind()) {
		e.Drop()
		return nil
	}
	if e.Size() < w.limits.target && e.Rows() < w.limits.rows {
		return nil
	}
	w.limits.target = min(2*w.limits.target, w.limits.largest)
	return w.send(e, nil)
}

// send sends the rows of one encoder.
func (w *Writer) send(e *wire.Encoder, cursor []byte) error {
	w.sequence++
	w.count(wire.Kind(e.Kind()), e.Operation(), uint64(e.Rows()))
	return w.stream.SendMsg(e.Take(w.sequence, cursor))
}

func (w *Writer) count(k wire.Kind, op wire.Operation, rows uint64) {
	for _, s := range w.sent {
		if s.Kind == k && s.Operation == op {
			s.Rows += rows
			return
		}
	}
	w.sent = append(w.sent, &wire.Sent{Kind: k, Operation: op, Rows: rows})
}

// flush sends what was gathered, kind by kind, the cursor with the last batch.
func (w *Writer) flush(cursor []byte) error {
	last := -1
	for i, e := range w.encoders {
		if e != nil && e.Rows() > 0 {
			last = i
		}
	}
	for i, e := range w.encoders {
		if e == nil || e.Rows() == 0 {
			continue
		}
		var c []byte
		if i == last {
			c = cursor
		}
		if err := w.send(e, c); err != nil {
			return err
		}
	}
	return nil
}

// Flush sends the rows written so far.
func (w *Writer) Flush() error { return w.flush(nil) }

// Checkpoint sends the rows written so far with the cursor from which a later
// collection can go on after them. Without rows since the last checkpoint it
// does nothing.
func (w *Writer) Checkpoint(cursor []byte) error { return w.flush(cursor) }

// Complete says that everything that the scope holds was written: what was not
// is gone. An empty scope is the whole source. The cursor, if any, is the one
// from which a later collection goes on.
func (w *Writer) Complete(scope string, cursor []byte) error {
	if err := w.flush(nil); err != nil {
		return err
	}
	done := &wire.Complete{Scope: scope, Cursor: cursor}
	return w.stream.Send(&wire.CollectResponse{Message: &wire.CollectResponse_Complete{Complete: done}})
}

// Problem reports a part that could not be read.
func (w *Writer) Problem(p connectors.Problem) error {
	return w.stream.Send(&wire.CollectResponse{Message: &wire.CollectResponse_Problem{Problem: wire.ProblemOf(p)}})
}

// Progress reports how far the collection is: done of total, in units of the
// connector's choice, total 0 when not known.
func (w *Writer) Progress(message string, done, total int) error {
	p := &wire.Progress{Message: message, Done: uint64(max(0, done)), Total: uint64(max(0, total))}
	return w.stream.Send(&wire.CollectResponse{Message: &wire.CollectResponse_Progress{Progress: p}})
}

// Total states a count that the source itself gives, for comparison with the
// rows that arrive.
func (w *Writer) Total(t connectors.Total) {
	w.totals = append(w.totals, &wire.Total{Name: t.Name, Kind: wire.Kind(t.Kind), Count: uint64(max(0, t.Count)), Sum: t.Sum})
}

// Wait tells the host that the source asked for a pause, and pauses.
func (w *Writer) Wait(ctx context.Context, pause time.Duration, scope string) error {
	if err := w.flush(nil); err != nil {
		return err
	}
	notice := wire.RetryOf(connectors.Retry{After: pause.Round(time.Second), Scope: scope})
	if err := w.stream.Send(&wire.CollectResponse{Message: &wire.CollectResponse_Waiting{Waiting: notice}}); err != nil {
		return err
	}
	select {
	case <-time.After(pause):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *Writer) end() error {
	done := &wire.End{Sent: w.sent, Totals: w.totals}
	return w.stream.Send(&wire.CollectResponse{Message: &wire.CollectResponse_End{End: done}})
}
