package host

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors/internal/wire"
)

// pool holds the processes that sources of one gathering share, a group for each
// binary. A process starts when the first member needs it and ends when the last
// is done.
type pool struct{ groups map[string]*group }

// group is the sources that share processes of one binary.
type group struct {
	members []compliance.SourceID // sorted

	// turn is held while a process starts: the others wait for it.
	turn sync.Mutex
	// current serves whoever comes; spent are those that some still read from and
	// nobody new is given.
	current *connector
	spent   []*connector
	// apart is set once the connector says that its instances must not share.
	apart bool
	left  int
}

// newPool groups the sources that may share and are of one binary.
func newPool(p policy, sources []Source) *pool {
	groups := map[string]*group{}
	for _, src := range sources {
		key := groupKey(p, src)
		if key == "" {
			continue
		}
		if groups[key] == nil {
			groups[key] = &group{}
		}
		groups[key].members = append(groups[key].members, src.ID)
		groups[key].left++
	}
	for key, g := range groups {
		slices.Sort(g.members)
		if len(g.members) == 1 {
			delete(groups, key)
		}
	}
	return &pool{groups}
}

// groupKey is the same for sources that may share: the checksum of their binary,
// or its path where none is pinned. It is empty for a source that does not share.
func groupKey(p policy, src Source) string {
	if !src.Shared {
		return ""
	}
	pin, err := p.pin(src)
	switch {
	case err != nil:
		return "" // which its start reports
	case pin == "":
		return "path " + src.Path
	}
	return "sum " + pin
}

// group is that of a source, nil for one that has a process of its own.
func (p *pool) group(h *Host, src Source) *group {
	if p == nil {
		return nil
	}
	return p.groups[groupKey(h.policy, src)]
}

// acquire gives the process for a member. It is false for a process that is the
// member's own, which it must close.
func (g *group) acquire(ctx context.Context, h *Host, src Source) (*connector, bool, error) {
	g.turn.Lock()
	defer g.turn.Unlock()
	if g.apart {
		conn, err := h.start(ctx, src)
		return conn, false, err
	}
	if c := g.current; c != nil {
		if _, exited := c.process.hasExited(); !exited && !c.suspect.Load() {
			c.output.hide(src.Secrets)
			return c, true, h.policy.certified(c.sum, src)
		}
		g.spent, g.current = append(g.spent, c), nil
	}
	conn, err := h.start(ctx, src)
	if err != nil {
		return nil, false, err
	}
	brief, cancel := context.WithTimeout(ctx, h.limits.Idle)
	defer cancel()
	about, err := conn.Describe(brief, &wire.DescribeRequest{})
	if err != nil {
		return nil, false, errors.Join(conn.callError(ctx, err), conn.close(context.WithoutCancel(ctx)))
	}
	if wire.DescriptionFrom(about).OwnProcess {
		g.apart = true
		return conn, false, nil
	}
	conn.shared = g.members
	g.current = conn
	return conn, true, nil
}

// leave says that a member is done. With the last one the processes end.
func (g *group) leave(ctx context.Context) error {
	g.turn.Lock()
	defer g.turn.Unlock()
	if g.left--; g.left > 0 {
		return nil
	}
	var errs []error
	for _, c := range append(g.spent, g.current) {
		if c != nil {
			errs = append(errs, c.close(ctx))
		}
	}
	return errors.Join(errs...)
}

// release makes a shared process forget an instance and its secrets.
func (c *collection) release(ctx context.Context, conn *connector) {
	brief, cancel := context.WithTimeout(context.WithoutCancel(ctx), min(c.host.limits.Stop, time.Second))
	defer cancel()
	// A process that does not answer is not given to anyone else, and it ends with
	// the gathering.
	if _, err := conn.Release(brief, &wire.ReleaseRequest{InstanceId: string(c.source.ID)}); err != nil {
		conn.suspect.Store(true)
	}
}
