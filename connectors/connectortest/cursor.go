package connectortest

import (
	"context"
	"errors"
	"fmt"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/host"
)

func tryForeignCursor(ctx context.Context, s *suite) error {
	r, err := s.read(ctx, func(src *host.Source) { src.Cursor = []byte("\x00not a cursor of yours\xff") }, nil)
	if err != nil {
		return err
	}
	full, err := s.whole(ctx)
	switch {
	case errors.Is(r.Err, &connectors.Error{Kind: connectors.BadCursor}):
		return nil
	case r.Err != nil:
		return fmt.Errorf("want a bad cursor or a full reading, got: %w", r.Err)
	case err == nil && r.Put != full.Put:
		return fmt.Errorf("it gave %d rows, a full reading gives %d", r.Put.Total(), full.Put.Total())
	}
	return nil
}

// incremental gives the full reading of a connector that resumes.
func (s *suite) incremental(ctx context.Context) (*reading, error) {
	if !s.about.Incremental {
		return nil, &skip{"it does not claim to resume from a cursor"}
	}
	return s.whole(ctx)
}

func tryNothingNew(ctx context.Context, s *suite) error {
	full, err := s.incremental(ctx)
	if err != nil {
		return err
	}
	if len(full.Cursor) == 0 {
		return errors.New("a full reading gave no cursor")
	}
	again, err := s.read(ctx, func(src *host.Source) { src.Cursor = full.Cursor }, nil)
	switch {
	case err != nil:
		return err
	case again.Err != nil:
		return again.Err
	case again.Put.Total()+again.Deleted.Total() > 0:
		return fmt.Errorf("it gave %d rows and removed %d", again.Put.Total(), again.Deleted.Total())
	}
	return nil
}

// mostCuts bounds how many checkpoints are tried.
const mostCuts = 20

func tryResume(ctx context.Context, s *suite) error {
	full, err := s.incremental(ctx)
	if err != nil {
		return err
	}
	want := installSet(full.rows.Installs)
	for cut := 1; cut <= mostCuts; cut++ {
		first, ended, err := s.cutOff(ctx, cut)
		if err != nil {
			return err
		}
		rest, err := s.read(ctx, func(src *host.Source) { src.Cursor = first.Cursor }, nil)
		switch {
		case err != nil:
			return err
		case rest.Err != nil:
			return fmt.Errorf("resumed after %d rows: %w", cut, rest.Err)
		}
		got := installSet(append(first.rows.Installs, rest.rows.Installs...))
		for i := range want {
			if !got[i] {
				return fmt.Errorf("cut off after %d devices, the install of %q on %q is missing", cut, i.Title.Name, i.Device)
			}
		}
		if ended {
			return nil
		}
	}
	return nil
}

// cutOff reads until a number of devices has come. It reports whether the
// reading reached its end first.
func (s *suite) cutOff(ctx context.Context, devices int) (*reading, bool, error) {
	cut, cancel := context.WithCancel(ctx)
	defer cancel()
	r := &reading{}
	sink := &scissors{Recorder: &r.rows, left: devices, cut: cancel}
	results, err := s.host.Collect(cut, []host.Source{s.source}, sink, nil)
	if err != nil && !errors.Is(err, context.Canceled) {
		return nil, false, err
	}
	r.Result = results[0]
	return r, r.Err == nil, nil
}

// scissors cuts a reading off once so many devices have come.
type scissors struct {
	*Recorder
	left int
	cut  context.CancelFunc
}

// AddDevice keeps a device and counts it.
func (s *scissors) AddDevice(d compliance.Device) error {
	if s.left--; s.left <= 0 {
		s.cut()
	}
	return s.Recorder.AddDevice(d)
}

func installSet(list []compliance.Install) map[compliance.Install]bool {
	set := make(map[compliance.Install]bool, len(list))
	for _, i := range list {
		set[i] = true
	}
	return set
}
