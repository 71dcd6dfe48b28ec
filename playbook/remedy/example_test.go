package remedy_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/remedy"
	"github.com/trueup-dev/trueup/remediation/approval"
	"github.com/trueup-dev/trueup/remediation/closure"
)

// must stands in for handling errors.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func done(err error) {
	if err != nil {
		panic(err)
	}
}

// exampleDir is a folder with a playbook for a fleet, and two licenses.
func exampleDir() string {
	dir := must(os.MkdirTemp("", "remedy"))
	for name, text := range map[string][]byte{
		"playbook.yaml":    must(os.ReadFile("testdata/playbook.yaml")),
		"entitlements.csv": []byte("id,product,metric,quantity,unit_price,currency\nE1,autodesk/autocad,generic.device,2,1900,EUR\n"),
	} {
		done(os.WriteFile(filepath.Join(dir, name), text, 0o600))
	}
	return dir
}

// A finding is taken to its verified closure; the machines stand in for connectors.
func Example() {
	ctx, now := context.Background(), start
	dir := exampleDir()
	defer func() { _ = os.RemoveAll(dir) }()
	book := must(playbook.Load(filepath.Join(dir, "playbook.yaml")))
	signer := must(evidence.GenerateKeyFile(filepath.Join(dir, "log.key"), "example.org/log"))
	log := must(evidence.Open(ctx, filepath.Join(dir, "log"), evidence.Options{Signer: signer}))
	defer func() { _ = log.Close() }()
	hands := &machines{fleet{LastUse: map[string]time.Time{
		"ws-1": now.AddDate(0, 0, -1), "ws-2": now.AddDate(0, 0, -2), "ws-3": now.AddDate(0, 0, -200),
	}, Asked: map[string]int{}, Changed: map[string]int{}}, func() time.Time { return now }}
	engine := must(playbook.Open(ctx, playbook.Options{Playbook: book, Log: log}))
	plan := must(engine.Run(ctx, must(hands.Look(ctx)), now)).Plan

	desk := must(remedy.Open(ctx, book, log, "example"))
	c := must(desk.Request(ctx, must(plan.Digest()), "manager", now))
	done(desk.Vote(ctx, approval.Vote{Case: c.Case, Account: "owner", Approve: true, At: now}, nil))
	x := remedy.Execution{Case: c.Case, Executor: "operator", Hands: hands, Now: func() time.Time { return now }}
	res := must(desk.Execute(ctx, x))
	fmt.Println("users are told; go on", res.Next.Format(time.DateOnly))
	now = res.Next
	fmt.Println(must(desk.Execute(ctx, x)).State.Status)

	now = now.AddDate(0, 0, 1)
	verified := must(desk.Settle(ctx, must(engine.Run(ctx, must(hands.Look(ctx)), now))))
	fmt.Println("verified:", verified[0].Report.Verified)
	done(desk.SignOff(ctx, c.Case, "owner", "license owner", now))
	done(desk.SignOff(ctx, c.Case, "auditor", "internal audit", now))
	must(desk.Close(ctx, c.Case, []closure.Lesson{{
		Cause: "nobody looks between true-ups", What: "a machine was idle for half a year", Change: "look sooner",
		Positions: []string{"autodesk/autocad|generic.device"}, Path: "remediation.idle-days", Value: "60",
	}}, now))

	i := must(desk.Indicators(ctx))
	fmt.Println("days:", i.MeanDays.Decimal, "saved:", i.Saving[0], "of", i.PlannedSaving[0])
	fmt.Print(must(desk.Proposals(ctx, "playbook.yaml", must(os.ReadFile(filepath.Join(dir, "playbook.yaml")))))[0].Diff)
	// Output:
	// users are told; go on 2026-06-15
	// over
	// verified: true
	// days: 15 saved: 2100.00 EUR of 2100.00 EUR
	// --- a/playbook.yaml
	// +++ b/playbook.yaml
	// @@ -21,7 +21,7 @@
	//        fallback: [cfo]
	//    routes: {name: desk, owner: license.manager, chain: license}
	//  remediation:
	// -  idle-days: 90
	// +  idle-days: 60
	//    actions:
	//      - {kind: reclaim, owner: desktop team, notice-days: 14, effort: 15, disruption: 1}
	//      - {kind: buy, owner: purchasing, lead-days: 10, effort: 5}
}

func ExampleKeep() {
	dir := must(os.MkdirTemp("", "kept"))
	defer func() { _ = os.RemoveAll(dir) }()
	for month := range 3 {
		m := &machines{fleet{LastUse: map[string]time.Time{"ws-1": start}}, func() time.Time { return start.AddDate(0, month, 0) }}
		done(remedy.Keep(dir, must(m.Look(context.Background()))))
	}
	before := must(remedy.Kept(dir, start.AddDate(0, 2, 0)))
	fmt.Println("the run of August knows the estate of", before.Estate.At().Format(time.DateOnly))
	// Output:
	// the run of August knows the estate of 2026-07-01
}
