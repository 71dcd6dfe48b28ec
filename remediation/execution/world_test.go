package execution

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/remediation"
	"github.com/trueup-dev/trueup/remediation/approval"
)

var start = time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)

// world is a fleet of devices with one install each. It changes, fails and
// remembers as real ones do.
type world struct {
	used    map[compliance.DeviceID]string // last use of what is installed
	effects map[string]int                 // by key: how often it took effect
	calls   map[string]int
	notices map[string]int
	// fault decides what goes wrong with a call, by its key and number.
	fault func(key string, call int) fault
	// blind makes reading back fail.
	blind bool
}

type fault int

const (
	fine fault = iota
	lostBefore
	lostAfter // it takes effect, and the answer is lost
	refused
)

func newWorld(devices int) *world {
	w := &world{used: map[compliance.DeviceID]string{}, effects: map[string]int{}, calls: map[string]int{}, notices: map[string]int{}}
	for i := range devices {
		w.used[device(i)] = "2026-01-01T00:00:00Z"
	}
	return w
}

func device(i int) compliance.DeviceID { return compliance.DeviceID(fmt.Sprintf("d%03d", i)) }

var errLost = errors.New("connection lost")

func (w *world) Facts(_ context.Context, a remediation.Action) ([]remediation.Fact, error) {
	used, ok := w.used[a.Device]
	if !ok {
		return []remediation.Fact{{Name: "install", Value: "gone"}}, nil
	}
	return []remediation.Fact{{Name: "install", Value: "present"}, {Name: "last used", Value: used}}, nil
}

func (w *world) Done(_ context.Context, _ string, a remediation.Action) (bool, error) {
	if w.blind {
		return false, errLost
	}
	_, there := w.used[a.Device]
	return !there, nil
}

func (w *world) Act(_ context.Context, key string, a remediation.Action) error {
	w.calls[key]++
	f := fine
	if w.fault != nil {
		f = w.fault(key, w.calls[key])
	}
	switch f {
	case lostBefore:
		return errLost
	case refused:
		return fmt.Errorf("%w: not allowed", ErrRefused)
	}
	if w.effects[key] == 0 {
		w.effects[key]++
		delete(w.used, a.Device)
	}
	if f == lostAfter {
		return errLost
	}
	return nil
}

func (w *world) Undo(_ context.Context, key string, a remediation.Action) error {
	w.effects["undo "+key]++
	w.used[a.Device] = "2026-01-01T00:00:00Z"
	return nil
}

func (w *world) Undone(_ context.Context, _ string, a remediation.Action) (bool, error) {
	_, there := w.used[a.Device]
	return there, nil
}

func (w *world) Notice(_ context.Context, key string, _ remediation.Step) error {
	w.notices[key]++
	return nil
}

// planOf takes the install off each device, some devices in one step.
func planOf(devices, perStep int, notice time.Duration) remediation.Plan {
	p := remediation.Plan{Created: start}
	for i := 0; i < devices; i += perStep {
		s := remediation.Step{ID: fmt.Sprintf("step-%03d", i/perStep), Start: start, Earliest: start.Add(notice), Undo: "install again"}
		for j := i; j < min(i+perStep, devices); j++ {
			s.Actions = append(s.Actions, remediation.Action{
				Verb: remediation.Uninstall, Device: device(j), Product: catalog.ProductKey("a/b"),
				Preconditions: []remediation.Fact{{Name: "install", Value: "present"}, {Name: "last used", Value: "2026-01-01T00:00:00Z"}},
			})
		}
		p.Steps = append(p.Steps, s)
	}
	return p
}

type everyone struct{}

func (everyone) Principal(_ context.Context, a approval.AccountID, _ time.Time) (approval.Principal, error) {
	return approval.Principal{Account: a, Person: approval.PersonID(a), Roles: []string{"approver"}}, nil
}

func grantFor(t testing.TB, p remediation.Plan) approval.Grant { return grantAt(t, p, start) }

func grantAt(t testing.TB, p remediation.Plan, at time.Time) approval.Grant {
	var doc approval.Document
	require.NoError(t, document.Read("a.yaml", []byte("expire-days: 3\nrules: [{name: a, require: {role: approver}}]"), &doc))
	rules, err := approval.New(doc)
	require.NoError(t, err)
	c, err := approval.Open(t.Context(), rules, everyone{}, approval.Request{Case: "case-1", Plan: p, Requester: "ann", At: at.Add(-time.Hour)})
	require.NoError(t, err)
	require.NoError(t, c.Vote(t.Context(), approval.Vote{Case: "case-1", Digest: c.Digest(), Account: "bob", Approve: true, At: at.Add(-time.Hour)}))
	g, err := c.Authorise(t.Context(), "cid", at)
	require.NoError(t, err)
	return g
}

// clock is read by runs and moved by tests.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func runOf(t testing.TB, p remediation.Plan, w *world, j Journal, c *clock, change func(*Options)) *Run {
	o := Options{Journal: j, Actuator: w, Notifier: w, Now: c.now, Holder: "p1"}
	if change != nil {
		change(&o)
	}
	r, err := New(p, grantFor(t, p), o)
	require.NoError(t, err)
	return r
}

// outcomes are those of the steps, in order.
func outcomesOf(s State) []string {
	var out []string
	for _, st := range s.Steps {
		out = append(out, st.Outcome().String())
	}
	return out
}
