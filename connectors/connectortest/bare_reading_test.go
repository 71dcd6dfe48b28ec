//go:build unix

package connectortest_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc"

	"github.com/trueup-dev/trueup/connectors/internal/wire"
)

// reader is one reading.
type reader struct {
	*bare
	stream   grpc.BidiStreamingServer[wire.CollectRequest, wire.CollectResponse]
	start    *wire.Start
	acks     chan uint64
	sequence uint64
	sent     []*wire.Sent
	began    time.Time // before the first batch that the host may not have yet
}

// Collect gives one user, and twenty devices in batches of at most ten, with a
// checkpoint after each.
func (b *bare) Collect(stream grpc.BidiStreamingServer[wire.CollectRequest, wire.CollectResponse]) error {
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	r := &reader{bare: b, stream: stream, start: first.GetStart(), acks: make(chan uint64, 100)}
	go func() {
		for {
			m, err := stream.Recv()
			if err != nil {
				return
			}
			r.acks <- m.GetAck().GetSequence()
		}
	}()
	if err := r.read(); err != nil {
		return stream.Send(&wire.CollectResponse{Message: &wire.CollectResponse_Failure{Failure: &wire.Failure{Kind: wire.FailureKind_FAILURE_KIND_CURSOR, Message: err.Error()}}})
	}
	return nil
}

func (r *reader) read() error {
	const devices = 20
	if !r.configured(r.start.GetInstanceId()) {
		return errors.New("nobody configured this")
	}
	if r.mode == "bare never lets go" {
		r.reading.Lock() // and nothing unlocks it when the host has had enough
	}
	from := uint32(0)
	if c := r.start.GetCursor(); len(c) == 4 {
		from = binary.BigEndian.Uint32(c)
	} else if len(c) > 0 {
		return errors.New("not one of mine")
	}
	if r.wants(wire.Kind_KIND_USER) && len(r.start.GetCursor()) == 0 {
		if err := r.batch(wire.Kind_KIND_USER, 0, 1); err != nil {
			return err
		}
	}
	step := uint32(10)
	if most := r.start.GetLimits().GetBatchRows(); most > 0 && most < uint64(step) && r.mode != "bare sends many" {
		step = uint32(most)
	}
	for from < devices && r.wants(wire.Kind_KIND_DEVICE) {
		to := min(from+step, devices)
		if err := r.batch(wire.Kind_KIND_DEVICE, from, to); err != nil {
			return err
		}
		if err := r.afterBatch(); err != nil {
			return err
		}
		from = to
	}
	if r.mode == "bare never lets go" {
		if r.stream.Context().Err() != nil {
			return nil
		}
		r.reading.Unlock()
	}
	return r.finish()
}

func (r *reader) wants(k wire.Kind) bool {
	return len(r.start.GetKinds()) == 0 || slices.Contains(r.start.GetKinds(), k) || r.mode == "bare gives all"
}

func (r *reader) batch(k wire.Kind, from, to uint32) error {
	r.sequence++
	if r.mode == "bare counts wrongly" && r.sequence == 2 {
		r.sequence++
	}
	b := &wire.Batch{Sequence: r.sequence, Kind: k, Operation: wire.Operation_OPERATION_PUT, Rows: to - from, Dictionary: []string{""}}
	column := &wire.Column{Name: "id"}
	for i := from; i < to; i++ {
		id := fmt.Sprint(i)
		if r.mode == "bare sends much" {
			id = strings.Repeat(id, 70_000/len(id))
		}
		b.Dictionary = append(b.Dictionary, id)
		column.Texts = append(column.Texts, uint32(len(b.Dictionary)-1))
	}
	b.Columns = []*wire.Column{column}
	if k == wire.Kind_KIND_DEVICE {
		b.Cursor = binary.BigEndian.AppendUint32(nil, to)
	}
	r.sent = append(r.sent, &wire.Sent{Kind: k, Operation: wire.Operation_OPERATION_PUT, Rows: uint64(to - from)})
	if r.began.IsZero() {
		r.began = time.Now()
	}
	return r.stream.Send(&wire.CollectResponse{Message: &wire.CollectResponse_Batch{Batch: b}})
}

// afterBatch breaks rules that are about time.
func (r *reader) afterBatch() error {
	switch r.mode {
	case "bare is impatient": // of a host that is not quick to answer
		select {
		case <-r.acks:
		case <-time.After(20 * time.Millisecond):
			return errors.New("the host is too slow")
		}
	case "bare watches the clock":
		// Until the host has this batch: what is frozen is frozen before that.
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for last, had := r.began, false; !had; {
			select {
			case <-r.acks:
				had = true // which may come before the tick that was missed
			case <-r.stream.Context().Done():
				return r.stream.Context().Err()
			case <-tick.C:
			}
			if time.Since(last) > 40*time.Millisecond {
				return errors.New("lost the connection")
			}
			last = time.Now()
		}
		r.began = time.Time{}
		return nil
	case "bare never lets go":
		<-r.acks // for which a host that is gone sends nothing more
	case "bare talks":
		fmt.Println("a batch was sent")
	}
	return nil
}

func (r *reader) finish() error {
	cursor := binary.BigEndian.AppendUint32(nil, 20)
	done := &wire.CollectResponse{Message: &wire.CollectResponse_Complete{Complete: &wire.Complete{Cursor: cursor}}}
	end := &wire.CollectResponse{Message: &wire.CollectResponse_End{End: &wire.End{Sent: r.sent}}}
	return errors.Join(r.stream.Send(done), r.stream.Send(end))
}
