package remedy_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/internal/norace"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/remedy"
	"github.com/trueup-dev/trueup/remediation"
	"github.com/trueup-dev/trueup/remediation/approval"
	"github.com/trueup-dev/trueup/remediation/execution"
)

// shop is everything that an action can rest on: rows, machines and terms. Whatever it is
// asked to do it refuses, so that one thing that drifts is all that changes.
type shop struct {
	devices  []compliance.Device
	installs []compliance.Install
	seats    []compliance.Seat
	at       time.Time
	// terms are the rows of the entitlements, prices those of the licensing.
	terms, prices map[string]string
}

var acad = catalog.Title{Publisher: "Autodesk", Name: "Autodesk AutoCAD 2025 - English"}

func newShop() *shop {
	used := start.AddDate(0, 0, -200)
	s := &shop{at: start, terms: map[string]string{}, prices: map[string]string{}}
	for _, id := range []compliance.DeviceID{"pc-removed", "pc-replaced", "pc-scrapped"} {
		s.devices = append(s.devices, compliance.Device{ID: id, Kind: compliance.Physical})
		s.installs = append(s.installs, compliance.Install{Device: id, Title: acad, LastUsed: used})
	}
	for _, id := range []compliance.DeviceID{"vm-moved", "vm-pinned", "vm-resized"} {
		s.devices = append(s.devices, compliance.Device{ID: id, Kind: compliance.VirtualMachine, Host: "host-1", MayRunOn: []compliance.DeviceID{"host-1", "host-2"}, VCPUs: 8})
	}
	s.seats = []compliance.Seat{{User: "ann", Title: acad, LastUsed: used}}
	for id, product := range map[string]string{"transferred": "adobe/acrobat", "stepped": "microsoft/visio", "assigned": "microsoft/project", "released": "autodesk/revit"} {
		s.terms[id] = product + ",generic.device,10,,"
	}
	s.terms["renewed"] = "autodesk/autocad,generic.device,1,2026-12-31,"
	s.terms["maintained"] = "autodesk/autocad,generic.device,1,,2026-12-31"
	for _, product := range []string{"autodesk/autocad", "adobe/acrobat", "microsoft/visio", "microsoft/project", "autodesk/revit", "microsoft/office"} {
		s.prices[product] = "100"
	}
	return s
}

func (s *shop) Look(context.Context) (playbook.Facts, error) {
	b := compliance.NewBuilder(s.at)
	err := b.AddSource(compliance.Source{ID: "fleet", Collected: s.at, Devices: -1, Installs: -1})
	for _, d := range s.devices {
		d.Source = "fleet"
		err = errors.Join(err, b.AddDevice(d))
	}
	for _, x := range s.installs {
		x.Source = "fleet"
		err = errors.Join(err, b.AddInstall(x))
	}
	err = errors.Join(err, b.AddUser(compliance.User{ID: "ann", Kind: compliance.Person, Source: "fleet"}))
	for _, x := range s.seats {
		x.Source = "fleet"
		err = errors.Join(err, b.AddSeat(x))
	}
	return playbook.Facts{Estate: b.Build()}, err
}

func (s *shop) Act(context.Context, compliance.SourceID, connectors.Action) (connectors.Effect, error) {
	return connectors.Effect{Outcome: connectors.Refused}, &connectors.Error{Kind: connectors.PermissionDenied, Err: errors.New("closed today")}
}

// write puts the terms into the files of a scene's playbook.
func (s *shop) write(t *testing.T, dir string) *playbook.Playbook {
	var rows, lines strings.Builder
	rows.WriteString("id,product,metric,quantity,end,maintenance_end\n")
	for id, row := range s.terms {
		fmt.Fprintf(&rows, "%s,%s\n", id, row)
	}
	lines.WriteString("licensing:\n")
	for product, price := range s.prices {
		fmt.Fprintf(&lines, "  - {product: %s, metric: generic.device, price: %s, currency: EUR, tier: high}\n", product, price)
	}
	book, err := os.ReadFile("testdata/playbook.yaml")
	require.NoError(t, err)
	from, to := strings.Index(string(book), "licensing:"), strings.Index(string(book), "rules:")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "playbook.yaml"), []byte(string(book[:from])+lines.String()+string(book[to:])), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "entitlements.csv"), []byte(rows.String()), 0o600))
	p, err := playbook.Load(filepath.Join(dir, "playbook.yaml"))
	require.NoError(t, err)
	return p
}

// everyVerb is a plan with a step of every verb that rests on facts, which are those of
// the shop.
func (s *shop) everyVerb(t *testing.T, p *playbook.Playbook) remediation.Plan {
	facts, err := s.Look(t.Context())
	require.NoError(t, err)
	in := p.Input(facts, s.at)
	res, err := compliance.Reconcile(t.Context(), in)
	require.NoError(t, err)
	two := decimal.NewFromInt(2)
	until := start.AddDate(2, 0, 0)
	plan := remediation.Plan{Strategy: remediation.LeastCost, Created: start, Success: remediation.DefaultSuccess, Cost: compliance.Money{Currency: "EUR"}}
	for name, a := range map[string]remediation.Action{
		"uninstall": {Verb: remediation.Uninstall, Device: "pc-removed", Title: acad}, "unassign": {Verb: remediation.Unassign, User: "ann", Title: acad},
		"replace":  {Verb: remediation.Replace, Device: "pc-replaced", Title: acad, To: catalog.Title{Publisher: "Autodesk", Name: "AutoCAD LT"}},
		"relocate": {Verb: remediation.Relocate, Device: "vm-moved", Hosts: []compliance.DeviceID{"host-2"}},
		"confine":  {Verb: remediation.Confine, Device: "vm-pinned", Hosts: []compliance.DeviceID{"host-1"}},
		"shrink":   {Verb: remediation.Shrink, Device: "vm-resized", Processors: 4}, "scrap": {Verb: remediation.Scrap, Device: "pc-scrapped"},
		"purchase": {Verb: remediation.Purchase, Product: "microsoft/office", Metric: "generic.device", Quantity: two},
		"prolong":  {Verb: remediation.Prolong, Product: "autodesk/autocad", Entitlement: "renewed", Until: until},
		"maintain": {Verb: remediation.Prolong, Product: "autodesk/autocad", Entitlement: "maintained", Until: until, Maintenance: true},
		"transfer": {Verb: remediation.Transfer, Product: "adobe/acrobat", Entitlement: "transferred", Quantity: two, Entity: "AT01"},
		"step-up":  {Verb: remediation.StepUp, Product: "microsoft/visio", Entitlement: "stepped", Quantity: two},
		"assign":   {Verb: remediation.Assign, Product: "microsoft/project", Entitlement: "assigned", Quantity: two, Device: "pc-new"},
		"release":  {Verb: remediation.Release, Product: "autodesk/revit", Entitlement: "released", Quantity: two},
	} {
		a.Source = "fleet"
		a.Preconditions = remediation.Observe(in, res, a)
		require.NotEmpty(t, a.Preconditions, name)
		plan.Steps = append(plan.Steps, remediation.Step{ID: name, Kind: remediation.Reclaim, Verb: name, Owner: "desk", Start: start, Earliest: start, Due: start, Position: position, Criterion: "true", Undo: "again", Actions: []remediation.Action{a}})
	}
	return plan
}

// device changes one machine of the shop.
func device(id compliance.DeviceID, change func(*compliance.Device)) func(*shop) {
	return func(s *shop) {
		for i := range s.devices {
			if s.devices[i].ID == id {
				change(&s.devices[i])
			}
		}
	}
}

// installsOf changes the installs of a machine: uses them, or takes them off.
func installsOf(id compliance.DeviceID, used bool) func(*shop) {
	return func(s *shop) {
		var out []compliance.Install
		for _, x := range s.installs {
			if x.Device == id && !used {
				continue
			}
			if x.Device == id {
				x.LastUsed = start
			}
			out = append(out, x)
		}
		s.installs = out
	}
}

func without(id compliance.DeviceID) func(*shop) {
	return func(s *shop) {
		installsOf(id, false)(s)
		var out []compliance.Device
		for _, d := range s.devices {
			if d.ID != id {
				out = append(out, d)
			}
		}
		s.devices = out
	}
}

func term(id, row string) func(*shop)        { return func(s *shop) { s.terms[id] = row } }
func price(product, p string) func(*shop)    { return func(s *shop) { s.prices[product] = p } }
func unsold(product string) func(*shop)      { return func(s *shop) { delete(s.prices, product) } }
func ended(id string) func(*shop)            { return func(s *shop) { delete(s.terms, id) } }
func seats(s ...compliance.Seat) func(*shop) { return func(w *shop) { w.seats = s } }

// drifts are all ways in which a fact of a step can have changed, by step.
var drifts = []struct {
	step, how string
	change    func(*shop)
}{
	{"uninstall", "used again", installsOf("pc-removed", true)},
	{"uninstall", "gone", installsOf("pc-removed", false)},
	{"uninstall", "the machine is gone", without("pc-removed")},
	{"unassign", "used again", seats(compliance.Seat{User: "ann", Title: acad, LastUsed: start})},
	{"unassign", "gone", seats()},
	{"unassign", "another title", seats(compliance.Seat{User: "ann", Title: catalog.Title{Publisher: "Autodesk", Name: "AutoCAD LT"}, LastUsed: start.AddDate(0, 0, -200)})},
	{"replace", "used again", installsOf("pc-replaced", true)},
	{"replace", "gone", installsOf("pc-replaced", false)},
	{"relocate", "moved already", device("vm-moved", func(d *compliance.Device) { d.Host = "host-3" })},
	{"relocate", "host not known", device("vm-moved", func(d *compliance.Device) { d.Host = "" })},
	{"relocate", "gone", without("vm-moved")},
	{"confine", "may run elsewhere", device("vm-pinned", func(d *compliance.Device) { d.MayRunOn = []compliance.DeviceID{"host-1", "host-9"} })},
	{"confine", "rule not known", device("vm-pinned", func(d *compliance.Device) { d.MayRunOn = nil })},
	{"confine", "gone", without("vm-pinned")},
	{"shrink", "grown", device("vm-resized", func(d *compliance.Device) { d.VCPUs = 16 })},
	{"shrink", "gone", without("vm-resized")},
	{"scrap", "used again", installsOf("pc-scrapped", true)},
	{"scrap", "more installs", func(s *shop) {
		s.installs = append(s.installs, compliance.Install{Device: "pc-scrapped", Title: catalog.Title{Publisher: "Adobe", Name: "Other"}})
	}},
	{"scrap", "gone", without("pc-scrapped")},
	{"purchase", "price", price("microsoft/office", "101")},
	{"purchase", "not sold", unsold("microsoft/office")},
	{"prolong", "another end", term("renewed", "autodesk/autocad,generic.device,1,2026-11-30,")},
	{"prolong", "gone", ended("renewed")},
	{"maintain", "another end", term("maintained", "autodesk/autocad,generic.device,1,,2026-11-30")},
	{"maintain", "gone", ended("maintained")},
	{"transfer", "fewer left", term("transferred", "adobe/acrobat,generic.device,1,,")},
	{"step-up", "fewer left", term("stepped", "microsoft/visio,generic.device,1,,")},
	{"assign", "none left", ended("assigned")},
	{"release", "fewer left", term("released", "autodesk/revit,generic.device,1,,")},
}

// Whatever a plan rests on, and however it has changed since it was approved: the step that
// it touches is refused, and every other is carried out.
func TestDriftOfEveryKindRefusesExactlyItsStep(t *testing.T) {
	t.Parallel()
	s := newScene(t, 2, 2, false)
	calm := newShop()
	s.book = calm.write(t, s.dir)
	plan := calm.everyVerb(t, s.book)
	payload, err := json.Marshal(plan)
	require.NoError(t, err)
	_, err = s.log.Append(t.Context(), evidence.Entry{Kind: playbook.KindPlan, Key: "by hand", Payload: payload})
	require.NoError(t, err)
	c := s.approved(&plan)
	require.NoError(t, s.log.Close())
	signer, err := evidence.LoadKeyFile(filepath.Join(s.dir, "log.key"))
	require.NoError(t, err)
	all := quickDir(t)

	covered := map[string]bool{}
	for i, d := range append(drifts, struct {
		step, how string
		change    func(*shop)
	}{"", "nothing", func(*shop) {}}) {
		w := newShop()
		d.change(w)
		w.at = start.Add(time.Hour)
		dir := filepath.Join(all, fmt.Sprint(i))
		require.NoError(t, os.CopyFS(dir, os.DirFS(filepath.Join(s.dir, "log"))))
		log, err := evidence.Open(t.Context(), dir, evidence.Options{Signer: signer, SegmentSize: 1 << 18})
		require.NoError(t, err)
		desk, err := remedy.Open(t.Context(), w.write(t, s.dir), log, "drift")
		require.NoError(t, err)
		x := s.execution(c)
		x.Hands = w
		res, err := desk.Execute(t.Context(), x)
		require.NoError(t, err, "%s: %s", d.step, d.how)
		for _, st := range res.State.Steps {
			a := st.Actions[0]
			if st.ID == d.step {
				covered[st.ID] = true
				assert.NotEmpty(t, st.Drift, "%s: %s", d.step, d.how)
				assert.Equal(t, execution.Skipped, a.Outcome, "%s: %s", d.step, d.how)
				assert.Zero(t, a.Attempts, "%s: %s", d.step, d.how)
				continue
			}
			assert.Empty(t, st.Drift, "%s: %s refuses %s", d.step, d.how, st.ID)
			assert.Equal(t, 1, a.Attempts, "%s: %s holds %s back", d.step, d.how, st.ID)
		}
		require.NoError(t, log.Close())
	}
	assert.Len(t, covered, len(plan.Steps), "every verb that rests on facts")
}

// Whatever byte of an approved plan is changed: what can still be read as a plan is
// another plan, for which the approval is refused, or says the very same.
func TestEveryByteOfAPlan(t *testing.T) {
	if norace.Again(t) { // one goroutine, many times
		return
	}
	t.Parallel()
	calm := newShop()
	book := calm.write(t, t.TempDir())
	plan := calm.everyVerb(t, book)
	c, err := approval.Open(t.Context(), book.Remedy().Rules, book.Remedy().People, approval.Request{Case: "c", Plan: plan, Requester: "manager", At: start})
	require.NoError(t, err)
	require.NoError(t, c.Vote(t.Context(), approval.Vote{Case: "c", Digest: c.Digest(), Account: "owner", Approve: true, At: start}))
	grant, err := c.Authorise(t.Context(), "operator", start)
	require.NoError(t, err)
	canonical, err := plan.Canonical()
	require.NoError(t, err)
	payload, err := json.Marshal(plan)
	require.NoError(t, err)
	others, same := 0, 0
	for i := range payload {
		changed := append([]byte{}, payload...)
		changed[i] ^= 1
		var p remediation.Plan
		if json.Unmarshal(changed, &p) != nil {
			continue
		}
		if err := grant.Permits(p, start); err != nil {
			require.ErrorIs(t, err, approval.ErrOther, "byte %d", i)
			others++
			continue
		}
		again, err := p.Canonical()
		require.NoError(t, err)
		require.Equal(t, string(canonical), string(again), "byte %d", i)
		same++
	}
	assert.Greater(t, others, len(payload)/2)
	t.Logf("%d bytes: %d make another plan, %d read as the same, the rest is no plan", len(payload), others, same)
}
