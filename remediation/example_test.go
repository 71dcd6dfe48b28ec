package remediation_test

import (
	"context"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/compliance/metric"
	"github.com/trueup-dev/trueup/remediation"
)

const policy = `
idle-days: 90
actions:
  - {kind: reclaim, owner: desktop team, notice-days: 14, effort: "15", disruption: 1}
  - {kind: buy, owner: purchasing, lead-days: 10}
waivers:
  - {guard: critical-system, reason: only desktops are in scope}
  - {guard: leave, reason: absences are checked when users are told}
  - {guard: work-pattern, reason: everyone works full time}
`

// shortfall is three workstations, one of them unused, with one entitlement.
func shortfall() (remediation.Request, error) {
	now := time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	b := compliance.NewBuilder(now)
	for i, idle := range []int{1, 2, 200} {
		id := compliance.DeviceID(fmt.Sprintf("ws-%d", i+1))
		if err := b.AddDevice(compliance.Device{ID: id, Kind: compliance.Physical}); err != nil {
			return remediation.Request{}, err
		}
		if err := b.AddInstall(compliance.Install{
			Device: id, Title: catalog.Title{Publisher: "Autodesk", Name: "Autodesk AutoCAD 2024"},
			FirstSeen: now.AddDate(-1, 0, 0), LastUsed: now.AddDate(0, 0, -idle),
		}); err != nil {
			return remediation.Request{}, err
		}
	}
	cat, err := catalog.Default()
	if err != nil {
		return remediation.Request{}, err
	}
	metrics, err := metric.Standard()
	if err != nil {
		return remediation.Request{}, err
	}
	price := compliance.Money{Amount: decimal.NewFromInt(1775), Currency: "EUR"}
	in := compliance.Input{
		Estate: b.Build(), Catalog: cat, Metrics: metrics,
		Entitlements: []compliance.Entitlement{{ID: "acad-1", Product: "autodesk/autocad", Metric: "generic.device", Quantity: decimal.NewFromInt(1), UnitPrice: price}},
		Licensing:    []compliance.Licensing{{Product: "autodesk/autocad", Metric: "generic.device", Price: price}},
	}
	res, err := compliance.Reconcile(context.Background(), in)
	if err != nil {
		return remediation.Request{}, err
	}
	var doc remediation.PolicyDocument
	if err := document.Read("policy.yaml", []byte(policy), &doc); err != nil {
		return remediation.Request{}, err
	}
	p, err := remediation.NewPolicy(doc)
	return remediation.Request{Input: in, Result: res, Policy: p, Now: now}, err
}

func ExampleSolve() {
	request, err := shortfall()
	if err != nil {
		fmt.Println(err)
		return
	}
	plan, err := remediation.Solve(context.Background(), request)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(plan.Text())
	// Output:
	// Plan of least-cost: 2 steps, 1790.00 EUR, disruption 1, done on 2026-06-15
	// No plan that closes as much has less cost.
	//
	// autodesk/autocad|generic.device, in licenses
	//   before  required 3, covered 1, short 2, exposure 3550.00 EUR
	//   after   required 2, covered 2, short 0, exposure 0.00 EUR (compliant)
	// Devices touched: 1, users: 0; steps that cannot be undone: 1
	//
	// 1. buy licenses of autodesk/autocad: 1
	//    owner purchasing, by 2026-06-11, cost 1775.00 EUR
	//    done when position.owned >= decimal("2")
	//    cannot be undone
	//
	// 2. reclaim autodesk/autocad from ws-3
	//    owner desktop team, by 2026-06-15, cost 15.00 EUR
	//    done when !position.consumers.exists(c, c.id == "ws-3")
	//    undo: install or assign again from the packages and entitlements at hand
	//
	// Done as a whole when position.status == "compliant"
	// Not used (refused): reclaim autodesk/autocad from ws-1: used within the window
	// Not used (refused): reclaim autodesk/autocad from ws-2: used within the window
	// Guard critical-system is waived: only desktops are in scope
	// Guard leave is waived: absences are checked when users are told
	// Guard work-pattern is waived: everyone works full time
	// Alternative least-disruption: 1 steps, 3550.00 EUR, disruption 0, done on 2026-06-11
	// Alternative fastest: 1 steps, 3550.00 EUR, disruption 0, done on 2026-06-11
}

func ExampleOptions() {
	request, err := shortfall()
	if err != nil {
		fmt.Println(err)
		return
	}
	options, err := remediation.Options(context.Background(), request)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, o := range options {
		fmt.Printf("%-9s %s, helps by %s, costs %s a unit\n", o.State, o.Verb, o.Effect, o.Cost)
	}
	// Output:
	// available buy licenses of autodesk/autocad, helps by 2, costs 1775.00 EUR a unit
	// refused   reclaim autodesk/autocad from ws-1, helps by 1, costs 15.00 EUR a unit
	// refused   reclaim autodesk/autocad from ws-2, helps by 1, costs 15.00 EUR a unit
	// available reclaim autodesk/autocad from ws-3, helps by 1, costs 15.00 EUR a unit
}

func ExampleNewPolicy() {
	var doc remediation.PolicyDocument
	err := document.Read("policy.yaml", []byte(`
idle-days: 90
actions:
  - {kind: reclaim, owner: desktop team}
guards:
  - name: not-finance
    kinds: [reclaim]
    require: candidate.entty != "finance"
    reason: finance closes its books
`), &doc)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = remediation.NewPolicy(doc)
	fmt.Println(err)
	// Output:
	// remediation: policy: policy.yaml:8:23: undefined field 'entty'
	//       require: candidate.entty != "finance"
	//                         ^
}

func ExampleCriterion() {
	c, err := remediation.NewCriterion(document.Literal("criterion", `position.short <= 0 && size(position.doubtful) == 0`))
	if err != nil {
		fmt.Println(err)
		return
	}
	verdict, _, err := c.Met(context.Background(), compliance.Position{Doubtful: []compliance.SourceID{"glpi"}})
	fmt.Println(verdict, err)
	// Output:
	// fail <nil>
}

func ExampleProrated() {
	annual := decimal.RequireFromString("1200")
	from := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	fmt.Println(remediation.Prorated(annual, from, time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)))
	fmt.Println(remediation.Prorated(annual, from, time.Date(2027, 5, 1, 0, 0, 0, 0, time.UTC)))
	// Output:
	// 805.48
	// 1200
}

// Of three workstations one scripts, which the older version cannot, and of one nobody knows
// what it uses: the third changes over to the license that is left.
func ExampleSolve_downgrade() {
	request, err := shortfall()
	if err != nil {
		fmt.Println(err)
		return
	}
	request.Input.Entitlements = []compliance.Entitlement{
		{ID: "mechanical", Product: "autodesk/autocad", Version: "2024", Metric: "generic.device", Quantity: decimal.NewFromInt(1)},
		{ID: "older", Product: "autodesk/autocad", Version: "2021", Metric: "generic.device", Quantity: decimal.NewFromInt(1)},
	}
	if request.Result, err = compliance.Reconcile(context.Background(), request.Input); err != nil {
		fmt.Println(err)
		return
	}
	var doc remediation.PolicyDocument
	if err := document.Read("policy.yaml", []byte(policy+`
  - {guard: change-freeze, reason: nothing is frozen}
downgrades: [{product: autodesk/autocad, from: {version: "2024"}, to: {version: "2021"}, lacks: [scripts]}]
titles: [{product: autodesk/autocad, version: "2021", title: {publisher: Autodesk, name: Autodesk AutoCAD 2021}}]
facts:
  features:
    - {product: autodesk/autocad, device: ws-1, used: [scripts]}
    - {product: autodesk/autocad, device: ws-2, used: []}
`), &doc); err != nil {
		fmt.Println(err)
		return
	}
	doc.Actions = append(doc.Actions, remediation.ActionDocument{Kind: remediation.Downgrade, Owner: "desktop team", Effort: decimal.NewFromInt(30)})
	if request.Policy, err = remediation.NewPolicy(doc); err != nil {
		fmt.Println(err)
		return
	}
	plan, err := remediation.Solve(context.Background(), request)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range plan.Steps {
		fmt.Println(s.Cost, s.Verb)
		for _, a := range s.Actions {
			fmt.Println("  ", a)
		}
	}
	for _, u := range plan.Unused {
		if u.State == remediation.Unknown {
			fmt.Println(u.Verb, "waits:", u.Why)
		}
	}
	// Output:
	// 30.00 EUR downgrade autodesk/autocad from 2024 to 2021 on ws-2
	//    put Autodesk AutoCAD 2021 in place of Autodesk AutoCAD 2024 on ws-2
	// 15.00 EUR reclaim autodesk/autocad from ws-3
	//    uninstall Autodesk AutoCAD 2024 from ws-3
	// downgrade autodesk/autocad from 2024 to 2021 on ws-3 waits: missing candidate.beyond
}
