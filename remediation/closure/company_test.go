package closure

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/compliance/metric"
	"github.com/trueup-dev/trueup/remediation"
	"github.com/trueup-dev/trueup/remediation/approval"
	"github.com/trueup-dev/trueup/remediation/execution"
)

// library is read once for all tests.
var library = sync.OnceValues(metric.Standard)

var start = time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)

// company is an estate that actions change, with everything that was bought.
type company struct {
	t            testing.TB
	metrics      *metric.Library
	now          time.Time
	installs     map[compliance.DeviceID]compliance.Install
	entities     map[compliance.DeviceID]string
	entitlements []compliance.Entitlement
	done         map[string]int // by key
	collected    time.Time
	// fault says which call fails, and whether it acts before it does.
	fault func(n int) (fails, acts bool)
	calls int
}

const product = catalog.ProductKey("autodesk/autocad")

func title(edition string) catalog.Title {
	return catalog.Title{Publisher: "autodesk", Name: "autocad", Edition: edition}
}

// names is a catalog whose titles say what they are.
type names struct{}

func (names) Recognise(t catalog.Title) catalog.Recognition {
	return catalog.Recognition{Status: catalog.Recognised, Product: catalog.Product{
		Publisher: t.Publisher, Name: t.Name, Edition: t.Edition, Key: catalog.ProductKey(t.Publisher + "/" + t.Name),
	}}
}

func eur(n int64) compliance.Money {
	return compliance.Money{Amount: decimal.NewFromInt(n), Currency: "EUR"}
}

// newCompany has a gap that takes all kinds of options to close: a third of the
// installs is idle, units lie in the wrong entity, and some must be bought.
func newCompany(t testing.TB, devices int) *company {
	lib, err := library()
	require.NoError(t, err)
	c := &company{
		t: t, metrics: lib,
		now: start, collected: start, done: map[string]int{},
		installs: map[compliance.DeviceID]compliance.Install{}, entities: map[compliance.DeviceID]string{},
		fault: func(int) (bool, bool) { return false, false },
	}
	for i := range devices {
		id := compliance.DeviceID(fmt.Sprintf("d%03d", i))
		idle := 2
		if i%3 == 0 {
			idle = 150
		}
		c.entities[id] = []string{"north", "south"}[i%2]
		c.installs[id] = compliance.Install{
			Device: id, Title: title(""), Source: "inventory",
			FirstSeen: start.AddDate(-2, 0, 0), LastUsed: start.AddDate(0, 0, -idle),
		}
	}
	unit := func(id, entity string, quantity int) compliance.Entitlement {
		return compliance.Entitlement{ID: compliance.EntitlementID(id), Contract: "frame", Product: product, Metric: "generic.device",
			Quantity: decimal.NewFromInt(int64(quantity)), Entities: []string{entity}, UnitPrice: eur(900)}
	}
	c.entitlements = []compliance.Entitlement{unit("north", "north", devices*3/5), unit("south", "south", devices/10)}
	return c
}

func (c *company) input() compliance.Input {
	t := c.t
	b := compliance.NewBuilder(c.now)
	require.NoError(t, b.AddSource(compliance.Source{ID: "inventory", Collected: c.collected, Devices: -1, Installs: -1}))
	for _, id := range slices.Sorted(maps.Keys(c.entities)) {
		require.NoError(t, b.AddDevice(compliance.Device{ID: id, Kind: compliance.Physical, Entity: c.entities[id], Source: "inventory"}))
		if x, ok := c.installs[id]; ok {
			require.NoError(t, b.AddInstall(x))
		}
	}
	return compliance.Input{
		Estate: b.Build(), Catalog: names{}, Metrics: c.metrics, Entitlements: slices.Clone(c.entitlements),
		Contracts: []compliance.Contract{{ID: "frame", AuditNoticeDays: -1, CureDays: -1}},
		Licensing: []compliance.Licensing{{Product: product, Metric: "generic.device", Price: eur(1000)}},
	}
}

func (c *company) Facts(ctx context.Context, a remediation.Action) ([]remediation.Fact, error) {
	in := c.input()
	res, err := compliance.Reconcile(ctx, in)
	if err != nil {
		return nil, err
	}
	return remediation.Observe(in, res, a), nil
}

func (c *company) Done(_ context.Context, key string, a remediation.Action) (bool, error) {
	if a.Verb == remediation.Uninstall {
		_, there := c.installs[a.Device]
		return !there, nil
	}
	return c.done[key] > 0, nil
}

func (c *company) Act(_ context.Context, key string, a remediation.Action) error {
	c.calls++
	fails, acts := c.fault(c.calls)
	if fails && !acts {
		return errors.New("timeout")
	}
	if c.done[key] == 0 {
		c.done[key]++
		c.change(a)
	}
	if fails {
		return errors.New("timeout")
	}
	return nil
}

func (c *company) change(a remediation.Action) {
	switch a.Verb {
	case remediation.Uninstall:
		delete(c.installs, a.Device)
	default:
		// What a purchase and a transfer bring is what a what-if takes them for.
		in, err := remediation.Apply(compliance.Input{Entitlements: c.entitlements}, []remediation.Action{a})
		if err != nil {
			panic(err)
		}
		c.entitlements = in.Entitlements
	}
}

func (c *company) Notice(context.Context, string, remediation.Step) error { return nil }

// everyone is a directory in which an account is a person with the role of its
// name.
type everyone struct{}

func (everyone) Principal(_ context.Context, a approval.AccountID, _ time.Time) (approval.Principal, error) {
	return approval.Principal{Account: a, Person: approval.PersonID(a), Roles: []string{string(a)}}, nil
}

const policyText = `
idle-days: 90
actions:
  - {kind: reclaim, owner: desktop team, effort: "15", disruption: 1}
  - {kind: reallocate, owner: license manager, effort: "40"}
  - {kind: buy, owner: purchasing, effort: "5"}
transfers: [{contract: frame, allowed: true}]
waivers:
  - {guard: critical-system, reason: desktops}
`

func (c *company) plan(t testing.TB) (remediation.Plan, compliance.Input, *compliance.Result) {
	in := c.input()
	res, err := compliance.Reconcile(t.Context(), in)
	require.NoError(t, err)
	var doc remediation.PolicyDocument
	require.NoError(t, document.Read("p.yaml", []byte(policyText), &doc))
	p, err := remediation.NewPolicy(doc)
	require.NoError(t, err)
	plan, err := remediation.Solve(t.Context(), remediation.Request{Input: in, Result: res, Policy: p, Now: c.now})
	require.NoError(t, err)
	return plan, in, res
}

// execute approves the plan and carries it out.
func (c *company) execute(t testing.TB, name string, plan remediation.Plan) execution.State {
	var doc approval.Document
	require.NoError(t, document.Read("a.yaml", []byte("expire-days: 3\nrules: [{name: a, require: {role: owner}}]"), &doc))
	rules, err := approval.New(doc)
	require.NoError(t, err)
	k, err := approval.Open(t.Context(), rules, everyone{}, approval.Request{Case: name, Plan: plan, Requester: "manager", At: c.now})
	require.NoError(t, err)
	require.NoError(t, k.Vote(t.Context(), approval.Vote{Case: name, Digest: k.Digest(), Account: "owner", Approve: true, At: c.now}))
	g, err := k.Authorise(t.Context(), "operator", c.now)
	require.NoError(t, err)
	r, err := execution.New(plan, g, execution.Options{Journal: execution.NewMemory(), Actuator: c, Notifier: c, Now: func() time.Time { return c.now }, Holder: "p", Caps: execution.Caps{Attempts: 2}})
	require.NoError(t, err)
	res, err := r.Go(t.Context())
	require.NoError(t, err)
	require.Equal(t, execution.Over, res.State.Status)
	return res.State
}

// collect moves time on and reads the inventory anew.
func (c *company) collect() {
	c.now = c.now.Add(24 * time.Hour)
	c.collected = c.now
}

// shortage is the rule that fired.
type shortage struct{}

func (shortage) Judge(_ context.Context, p compliance.Position) (compliance.Verdict, []string, error) {
	if p.Short.Low.IsPositive() {
		return compliance.Fail, nil, nil
	}
	return compliance.Pass, nil, nil
}

func (c *company) verify(t testing.TB, plan remediation.Plan, run execution.State) Report {
	in := c.input()
	res, err := compliance.Reconcile(t.Context(), in)
	require.NoError(t, err)
	rep, err := Verify(t.Context(), Evidence{Plan: plan, Run: run, Result: res, Rule: shortage{}, Now: c.now})
	require.NoError(t, err)
	return rep
}
