package connectortest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/host"
	"github.com/trueup-dev/trueup/connectors/internal/wire"
)

// instance is the instance that checks configure.
const instance = "conformance"

// configured starts the binary and configures an instance.
func (s *suite) configured(ctx context.Context, name string) (*session, error) {
	c, err := s.talk(ctx)
	if err != nil {
		return nil, err
	}
	_, err = c.Describe(ctx, &wire.DescribeRequest{}) // as a host does first
	if err == nil {
		err = s.configure(ctx, c, name)
	}
	if err != nil {
		c.end()
		return nil, err
	}
	return c, nil
}

func (s *suite) configure(ctx context.Context, c *session, name string) error {
	answer, err := c.Configure(ctx, &wire.ConfigureRequest{InstanceId: name, Settings: s.target.Config, Secrets: s.target.Secrets})
	if err != nil {
		return fmt.Errorf("configure: %w", err)
	}
	for _, f := range answer.GetFailures() {
		return fmt.Errorf("configure: %s", f.GetMessage())
	}
	return nil
}

// taken is what a stream gave.
type taken struct {
	rows    Recorder
	kinds   map[wire.Kind]uint64
	batches []*wire.Batch
	deletes uint64
	failure *wire.Failure
	ended   bool
}

// stream reads a collection message by message. Each is called before the next
// message is asked for and ends the reading with errEnough.
func (c *session) stream(ctx context.Context, start *wire.Start, each func(*taken, *wire.CollectResponse) error) (*taken, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := c.Collect(ctx)
	if err != nil {
		return nil, err
	}
	if err := stream.Send(&wire.CollectRequest{Message: &wire.CollectRequest_Start{Start: start}}); err != nil {
		return nil, err
	}
	t := &taken{kinds: map[wire.Kind]uint64{}}
	for {
		m, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return t, fmt.Errorf("the stream broke: %w", err)
		}
		if err := t.take(m); err != nil {
			return t, err
		}
		if b := m.GetBatch(); len(b.GetCursor()) > 0 {
			_ = stream.Send(&wire.CollectRequest{Message: &wire.CollectRequest_Ack{Ack: &wire.Ack{Sequence: b.GetSequence()}}})
		}
		if each == nil {
			continue
		}
		if err := each(t, m); errors.Is(err, errEnough) {
			return t, nil
		} else if err != nil {
			return t, err
		}
	}
}

var errEnough = errors.New("enough")

func (t *taken) take(m *wire.CollectResponse) error {
	if t.ended || t.failure != nil {
		return errors.New("something came after the end")
	}
	switch m := m.GetMessage().(type) {
	case *wire.CollectResponse_Batch:
		return t.batch(m.Batch)
	case *wire.CollectResponse_End:
		t.ended = true
	case *wire.CollectResponse_Failure:
		t.failure = m.Failure
	}
	return nil
}

func (t *taken) batch(b *wire.Batch) error {
	if want := uint64(len(t.batches) + 1); b.GetSequence() != want {
		return fmt.Errorf("batch %d came where %d belongs", b.GetSequence(), want)
	}
	t.batches = append(t.batches, b)
	if b.GetOperation() == wire.Operation_OPERATION_DELETE {
		t.deletes += uint64(b.GetRows())
	} else {
		t.kinds[b.GetKind()] += uint64(b.GetRows())
	}
	_, err := wire.Receiver{Sink: &t.rows, Source: instance, Refused: func(int, error) {}}.Deliver(b)
	return err
}

// fully reads from the beginning and wants an end.
func (s *suite) fully(ctx context.Context, c *session, name string, change func(*wire.Start)) (*taken, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Run)
	defer cancel()
	start := &wire.Start{InstanceId: name, Limits: &wire.Limits{MessageBytes: 4 << 20}}
	if change != nil {
		change(start)
	}
	t, err := c.stream(ctx, start, nil)
	return t, t.finished(err)
}

func (t *taken) finished(err error) error {
	switch {
	case err != nil:
		return err
	case t.failure != nil:
		return fmt.Errorf("it failed: %s", t.failure.GetMessage())
	case !t.ended:
		return errors.New("the stream closed without saying that it ended")
	}
	return nil
}

// same compares a reading with the full one.
func (s *suite) same(ctx context.Context, t *taken) error {
	full, err := s.whole(ctx)
	if full == nil || err != nil {
		return err
	}
	var rows uint64
	for _, n := range t.kinds {
		rows += n
	}
	if want := uint64(full.Put.Total()); rows != want {
		return fmt.Errorf("it gave %d rows, a full reading gives %d", rows, want)
	}
	if got, want := digest(&t.rows), digest(&full.rows); got != want {
		return errors.New("its rows are not those of a full reading")
	}
	return nil
}

// resumeFrom reads on from a cursor in a new process.
func (s *suite) resumeFrom(ctx context.Context, cursor []byte) (*reading, error) {
	r, err := s.read(ctx, func(src *host.Source) { src.Cursor = cursor }, nil)
	if err != nil {
		return nil, err
	}
	return r, r.Err
}

// slowly is how long a reader takes its time before each of the first messages.
const slowly = 50 * time.Millisecond

// acts asks for an action without a host in between. A connector that does not
// serve the call at all refuses too.
func (c *session) acts(ctx context.Context, a connectors.Action) (outcome connectors.Outcome, refused bool, err error) {
	answer, err := c.Act(ctx, wire.ActRequestOf(instance, a))
	switch {
	case status.Code(err) == codes.Unimplemented:
		return connectors.Refused, true, nil
	case err != nil:
		return connectors.Uncertain, false, err
	}
	outcome = wire.OutcomeFrom(answer.GetOutcome())
	return outcome, outcome == connectors.Refused && answer.GetFailure() != nil, nil
}
