package sdk

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"sync"

	"google.golang.org/grpc"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/internal/wire"
)

// server answers the host's calls.
type server struct {
	wire.UnimplementedConnectorServer
	about     connectors.Description
	collector Collector
	// described is called at the first call of a host.
	described func()

	mu        sync.Mutex
	instances map[string]connectors.Settings
}

func newServer(about connectors.Description, c Collector, described func()) *server {
	_, about.Tickets = c.(Ticketer)
	if _, acts := c.(Actor); !acts {
		about.Verbs = nil
	}
	return &server{about: about, collector: c, described: described, instances: map[string]connectors.Settings{}}
}

// Describe says what the connector is.
func (s *server) Describe(context.Context, *wire.DescribeRequest) (*wire.DescribeResponse, error) {
	s.described()
	_, checks := s.collector.(Checker)
	return wire.DescriptionOf(s.about, checks), nil
}

// Configure keeps the settings of an instance once they are found good.
func (s *server) Configure(_ context.Context, req *wire.ConfigureRequest) (*wire.ConfigureResponse, error) {
	settings, err := s.about.Resolve(connectors.Settings{Values: req.GetSettings(), Secrets: req.GetSecrets()})
	if err != nil {
		return &wire.ConfigureResponse{Failures: failures(err, connectors.BadConfig)}, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.instances[req.GetInstanceId()] = settings
	return &wire.ConfigureResponse{}, nil
}

// Check tries an instance.
func (s *server) Check(ctx context.Context, req *wire.CheckRequest) (*wire.CheckResponse, error) {
	settings, err := s.instance(req.GetInstanceId())
	if err != nil {
		return &wire.CheckResponse{Failures: failures(err, connectors.BadConfig)}, nil
	}
	checker, ok := s.collector.(Checker)
	if !ok {
		return &wire.CheckResponse{}, nil
	}
	err = guard(func() error { return checker.Check(ctx, settings) })
	return &wire.CheckResponse{Failures: failures(err, connectors.Internal)}, nil
}

// Release forgets an instance.
func (s *server) Release(_ context.Context, req *wire.ReleaseRequest) (*wire.ReleaseResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.instances, req.GetInstanceId())
	return &wire.ReleaseResponse{}, nil
}

// Collect runs one collection.
func (s *server) Collect(stream grpc.BidiStreamingServer[wire.CollectRequest, wire.CollectResponse]) error {
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	start := first.GetStart()
	settings, err := s.instance(start.GetInstanceId())
	if err != nil {
		return sendFailure(stream, err)
	}
	// The host acknowledges batches. A collector here does not wait for that,
	// but what is not read would fill the connection's window.
	go func() {
		for {
			if _, err := stream.Recv(); err != nil {
				return
			}
		}
	}()
	w := newWriter(stream, start)
	req := Request{Settings: settings, Kinds: wire.KindsOf(start.GetKinds()), Cursor: start.GetCursor()}
	err = guard(func() error { return s.collector.Collect(stream.Context(), req, w) })
	if flushed := w.flush(nil); err == nil {
		err = flushed
	}
	if err != nil {
		return sendFailure(stream, canceled(stream.Context(), err))
	}
	return w.end()
}

func (s *server) instance(id string) (connectors.Settings, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	settings, ok := s.instances[id]
	if !ok {
		return settings, &connectors.Error{Kind: connectors.BadConfig, Err: fmt.Errorf("instance %q was not configured", id)}
	}
	return settings, nil
}

func sendFailure(stream grpc.ServerStream, err error) error {
	return stream.SendMsg(&wire.CollectResponse{Message: &wire.CollectResponse_Failure{Failure: wire.FailureOf(err)}})
}

// canceled gives an error that only says that the context ended its kind.
func canceled(ctx context.Context, err error) error {
	var typed *connectors.Error
	if ctx.Err() != nil && !errors.As(err, &typed) {
		return &connectors.Error{Kind: connectors.Canceled, Err: err}
	}
	return err
}

// guard runs code of the connector's author. A panic becomes an error, its
// stack goes to standard error, which the host keeps the end of.
func guard(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(os.Stderr, "panic: %v\n%s", p, debug.Stack())
			err = &connectors.Error{Kind: connectors.Internal, Err: fmt.Errorf("the connector panicked: %v", p)}
		}
	}()
	return f()
}

// failures takes a joined error apart. Errors without a kind get the one given.
func failures(err error, kind connectors.ErrorKind) []*wire.Failure {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []*wire.Failure
		for _, e := range joined.Unwrap() {
			all = append(all, failures(e, kind)...)
		}
		return all
	}
	var typed *connectors.Error
	if !errors.As(err, &typed) {
		err = &connectors.Error{Kind: kind, Err: err}
	}
	return []*wire.Failure{wire.FailureOf(err)}
}
