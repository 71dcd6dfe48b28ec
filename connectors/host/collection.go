package host

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/internal/wire"
)

// collection is the reading of one source.
type collection struct {
	host     *Host
	source   Source
	sink     connectors.Sink
	progress func(connectors.Progress)
	// mu guards sink and progress, which all sources share.
	mu *sync.Mutex

	group *group // nil for a source that has a process of its own
	// conn is the process of the attempt at hand, hung why it was given up though it
	// goes on for others.
	conn *connector
	hung atomic.Pointer[connectors.Error]

	kept      *kept // nil without a state folder
	result    Result
	put       connectors.Counts // of the stream at hand
	deleted   connectors.Counts
	inbound   wire.Inbound
	sequence  uint64
	ended     bool
	endedAt   time.Time
	lastWords connectors.Progress
}

// run reads the source and says what came of it.
func (c *collection) run(ctx context.Context) Result {
	c.result = Result{Source: c.source.ID}
	c.inbound.Hash = sha256.New()
	c.lastWords.Source = c.source.ID
	c.tell(connectors.Starting, "")
	ctx, cancel := context.WithTimeout(ctx, c.host.limits.Run)
	defer cancel()
	if err := c.gather(ctx); err != nil {
		c.result.Err = c.own(err)
	}
	c.result.Digest = hex.EncodeToString(c.inbound.Hash.Sum(nil))
	c.mu.Lock()
	err := c.sink.AddSource(c.result.record(c.source, c))
	c.mu.Unlock()
	if err != nil && c.result.Err == nil {
		c.result.Err = c.own(&connectors.Error{Op: "record", Kind: connectors.BadData, Err: err})
	}
	if c.result.Err != nil {
		c.tell(connectors.Failed, c.result.Err.Error())
	} else {
		c.tell(connectors.Done, "")
	}
	return c.result
}

// gather reads the source. With a state folder, all that is kept of it then goes
// to the sink: of a reading that is whole, nothing but that reading.
func (c *collection) gather(ctx context.Context) error {
	if c.host.state != "" {
		return c.gatherKept(ctx)
	}
	if err := c.attempts(ctx); err != nil {
		return err
	}
	return c.result.incomplete(c.result.Put)
}

func (c *collection) gatherKept(ctx context.Context) (err error) {
	if c.kept, err = openKept(c.host.state, c.source.ID); err != nil {
		return inOp("open", notKept(err))
	}
	defer func() { err = errors.Join(err, inOp("close", notKept(c.kept.close()))) }()
	c.inbound.Keep = true
	failed := c.attempts(ctx)
	wrong := failed
	whole := failed == nil && c.result.Complete
	rows, err := c.kept.rows(c.source.ID, whole)
	if err == nil && failed == nil {
		wrong = c.result.incomplete(rows.counts())
	}
	if err == nil && whole && wrong != nil {
		whole = false
		rows, err = c.kept.rows(c.source.ID, whole)
	}
	if err != nil {
		return errors.Join(failed, inOp("read", notKept(err)))
	}
	if whole {
		if err := c.kept.whole(c.result.Cursor); err != nil {
			wrong = inOp("complete", notKept(err))
		}
	}
	c.mu.Lock()
	rows.to(c.sink, func(err error) { c.refused(-1, err) })
	c.mu.Unlock()
	return cmp.Or(wrong, c.result.incomplete(rows.counts()))
}

// attempts reads the source, again if need be.
func (c *collection) attempts(ctx context.Context) error {
	binary := cmp.Or(c.source.SHA256, c.source.Path)
	anew := false
	for failures := 0; ; {
		if err := c.begin(); err != nil {
			return inOp("open", notKept(err))
		}
		err := c.host.breaker.allow(binary, c.host.now())
		if err == nil {
			err = c.read(ctx)
			if err == nil || c.conn == nil || c.conn.shared == nil || c.conn.blamed.CompareAndSwap(false, true) {
				c.host.breaker.record(binary, err, c.host.now())
			}
		}
		if err == nil {
			return nil
		}
		if c.kept != nil && !anew && errors.Is(err, &connectors.Error{Kind: connectors.BadCursor}) {
			anew = true
			if err := c.kept.startOver(); err != nil {
				return inOp("open", notKept(err))
			}
			continue
		}
		failures++
		wait, again := c.host.restart.wait(failures, err, c.host.now())
		if !again || c.kept == nil && c.put.Total()+c.deleted.Total() > 0 {
			return err
		}
		c.tell(connectors.Starting, fmt.Sprintf("tries again in %v after: %v", wait, err))
		if stopped := pause(ctx, wait); stopped != nil {
			return err
		}
	}
}

// begin prepares for an attempt.
func (c *collection) begin() error {
	c.sequence, c.put, c.deleted = 0, connectors.Counts{}, connectors.Counts{}
	c.conn = nil
	c.hung.Store(nil)
	if c.kept == nil {
		return nil
	}
	if err := c.kept.begin(); err != nil {
		return err
	}
	c.source.Cursor = c.kept.cursor()
	return nil
}

// own makes an error one of this source.
func (c *collection) own(err error) error {
	var e *connectors.Error
	if !errors.As(err, &e) {
		e = &connectors.Error{Kind: connectors.Internal, Err: err}
	}
	e.Source = c.source.ID
	return e
}

func (c *collection) tell(stage connectors.Stage, message string) {
	c.lastWords.Stage, c.lastWords.Message, c.lastWords.Rows = stage, message, c.result.Put
	c.mu.Lock()
	defer c.mu.Unlock()
	c.progress(c.lastWords)
}

func (c *collection) read(ctx context.Context) (err error) {
	conn, shared, err := c.open(ctx)
	if err != nil {
		return inOp("start", err)
	}
	c.conn, c.result.SHA256, c.result.Shared = conn, conn.sum, conn.shared
	if shared {
		defer c.release(ctx, conn)
		c.tell(connectors.Starting, fmt.Sprintf("one process for %v", conn.shared))
	} else {
		defer func() {
			if closing := conn.close(context.WithoutCancel(ctx)); err == nil && closing != nil {
				err = inOp("stop", closing)
			}
		}()
		// A context that ends must end the process too: a connector need not obey.
		defer context.AfterFunc(ctx, func() { conn.abort(ended(ctx, c.host.limits)) })()
	}
	if err := c.configure(ctx, conn); err != nil {
		return inOp("configure", err)
	}
	return inOp("collect", c.stream(ctx, conn))
}

// open gives the process to read from, and whether it is shared.
func (c *collection) open(ctx context.Context) (*connector, bool, error) {
	if c.group != nil {
		return c.group.acquire(ctx, c.host, c.source)
	}
	conn, err := c.host.start(ctx, c.source)
	return conn, false, err
}

// broken words a call that broke; see [connector.callError].
func (c *collection) broken(ctx context.Context, conn *connector, err error) error {
	if hung := c.hung.Load(); hung != nil {
		return &connectors.Error{Kind: hung.Kind, Err: hung.Err, Output: conn.output.tail()}
	}
	return conn.callError(ctx, err)
}

// giveUp ends a reading that hangs: with its process, unless others read from it.
func (c *collection) giveUp(conn *connector, stop context.CancelFunc) func(*connectors.Error) {
	if conn.shared == nil {
		return conn.abort
	}
	return func(why *connectors.Error) {
		c.hung.Store(why)
		conn.suspect.Store(true)
		stop()
	}
}

// ended says why a context ended.
func ended(ctx context.Context, l Limits) *connectors.Error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return &connectors.Error{Kind: connectors.Hung, Err: fmt.Errorf("did not finish within %v", l.Run)}
	}
	return &connectors.Error{Kind: connectors.Canceled, Err: ctx.Err()}
}

func inOp(op string, err error) error {
	if err == nil {
		return nil
	}
	var e *connectors.Error
	if !errors.As(err, &e) {
		return &connectors.Error{Op: op, Kind: connectors.Internal, Err: err}
	}
	if e.Op == "" {
		e.Op = op
	}
	return e
}

// configure asks the connector what it is and gives it its settings.
func (c *collection) configure(ctx context.Context, conn *connector) error {
	brief, cancel := context.WithTimeout(ctx, c.host.limits.Idle)
	defer cancel()
	about, err := conn.Describe(brief, &wire.DescribeRequest{})
	if err != nil {
		return conn.callError(ctx, err)
	}
	c.result.Connector = wire.DescriptionFrom(about)
	answer, err := conn.Configure(brief, &wire.ConfigureRequest{
		InstanceId: string(c.source.ID), Settings: c.source.Config, Secrets: c.source.Secrets,
	})
	if err != nil {
		return conn.callError(ctx, err)
	}
	return conn.failures(answer.GetFailures())
}

// stream reads what the connector sends, to its end.
func (c *collection) stream(ctx context.Context, conn *connector) error {
	// The deadline stays on this side: a connector that learnt of it would report
	// it as a failure of its own.
	open, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, cancel)()
	stream, err := conn.Collect(open, grpc.ForceCodecV2(wire.NewCodec()))
	if err != nil {
		return c.broken(ctx, conn, err)
	}
	start := &wire.Start{InstanceId: string(c.source.ID), Cursor: c.source.Cursor, Limits: c.bounds()}
	wanted := c.wanted()
	if len(wanted) == 0 && len(c.result.Connector.Kinds) > 0 {
		return &connectors.Error{Kind: connectors.Unsupported, Err: fmt.Errorf("the sink takes none of the kinds %v that are to be read", c.result.Connector.Kinds)}
	}
	for _, k := range wanted {
		start.Kinds = append(start.Kinds, wire.Kind(k))
	}
	if err := stream.Send(&wire.CollectRequest{Message: &wire.CollectRequest_Start{Start: start}}); err != nil {
		return c.broken(ctx, conn, err)
	}
	watch := watchIdle(c.host.limits.Idle, c.giveUp(conn, cancel))
	defer watch.stop()
	c.tell(connectors.Collecting, "")
	for !c.ended {
		// Messages may wait already; a caller that cancelled wants none of them.
		if ctx.Err() != nil {
			return c.broken(ctx, conn, ctx.Err())
		}
		watch.begin()
		err := stream.RecvMsg(&c.inbound)
		watch.stop()
		if err != nil {
			return c.broken(ctx, conn, err)
		}
		c.result.Bytes += int64(c.inbound.Size)
		acknowledged, err := c.take(c.inbound.Response(), conn, watch)
		if err != nil {
			return err
		}
		if acknowledged > 0 {
			// A connector that has sent everything no longer listens. If the
			// connection broke, the next Recv says so, and why.
			_ = stream.Send(&wire.CollectRequest{Message: &wire.CollectRequest_Ack{Ack: &wire.Ack{Sequence: acknowledged}}})
		}
	}
	return nil
}

func (c *collection) bounds() *wire.Limits {
	return &wire.Limits{MessageBytes: uint64(c.host.limits.MessageBytes), BatchRows: uint64(c.host.limits.BatchRows)}
}

// wanted are the kinds to ask for: of those that the source names, or else of
// those that the connector gives, the ones that the sink takes.
func (c *collection) wanted() []connectors.Kind {
	of := c.source.Kinds
	if of == nil {
		of = c.result.Connector.Kinds
	}
	takes := connectors.Takes(c.sink)
	return slices.DeleteFunc(slices.Clone(of), func(k connectors.Kind) bool { return !slices.Contains(takes, k) })
}

// take deals with one message. It gives the sequence number to acknowledge, 0
// for none.
func (c *collection) take(m *wire.CollectResponse, conn *connector, watch *idleWatch) (uint64, error) {
	switch m := m.GetMessage().(type) {
	case *wire.CollectResponse_Batch:
		return c.batch(m.Batch, conn)
	case *wire.CollectResponse_Complete:
		if m.Complete.GetScope() == "" {
			c.result.Complete = true
		}
		c.resume(m.Complete.GetCursor())
	case *wire.CollectResponse_Problem:
		p := wire.ProblemFrom(m.Problem)
		p.Message = conn.output.redact(p.Message)
		c.problem(p)
	case *wire.CollectResponse_Progress:
		c.lastWords.Done, c.lastWords.Of = m.Progress.GetDone(), m.Progress.GetTotal()
		c.tell(connectors.Collecting, conn.output.redact(m.Progress.GetMessage()))
	case *wire.CollectResponse_Waiting:
		pause := wire.RetryFrom(m.Waiting)
		watch.extend(pause.After)
		c.tell(connectors.Collecting, fmt.Sprintf("waits %v as the source asks", pause.After))
	case *wire.CollectResponse_End:
		return 0, c.end(m.End)
	case *wire.CollectResponse_Failure:
		return 0, conn.failures([]*wire.Failure{m.Failure})
	default:
		return 0, violated("sent an empty message")
	}
	return 0, nil
}

func violated(format string, args ...any) error {
	return &connectors.Error{Kind: connectors.ProtocolViolated, Err: fmt.Errorf(format, args...)}
}

// end compares what was sent with what arrived.
func (c *collection) end(e *wire.End) error {
	var sent, removed connectors.Counts
	for _, s := range e.GetSent() {
		k := s.GetKind()
		if k <= 0 || int(k) >= len(sent) {
			return violated("ends with a count of kind %d", k)
		}
		if s.GetOperation() == wire.Operation_OPERATION_DELETE {
			removed[k] += int64(s.GetRows())
		} else {
			sent[k] += int64(s.GetRows())
		}
	}
	if sent != c.put || removed != c.deleted {
		return &connectors.Error{Kind: connectors.BadData, Err: fmt.Errorf("sent %d rows and removed %d, %d and %d arrived",
			sent.Total(), removed.Total(), c.put.Total(), c.deleted.Total())}
	}
	for _, t := range e.GetTotals() {
		kind := connectors.Kind(t.GetKind())
		if kind.String() == connectors.KindInvalid.String() {
			kind = connectors.KindInvalid
		}
		c.result.Totals = append(c.result.Totals, connectors.Total{Name: t.GetName(), Kind: kind, Count: int64(t.GetCount()), Sum: t.GetSum()})
	}
	c.ended, c.endedAt = true, c.host.now()
	return nil
}
