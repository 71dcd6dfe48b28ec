package closure_test

import (
	"context"
	"fmt"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/remediation"
	"github.com/trueup-dev/trueup/remediation/closure"
	"github.com/trueup-dev/trueup/remediation/execution"
)

// The position looks well, but its source was not read since the plan was made.
func ExampleVerify() {
	made := time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	plan := remediation.Plan{
		Created:   made,
		Positions: []remediation.Change{{Position: "autodesk/autocad|generic.device", Sources: []compliance.SourceID{"glpi"}}},
		Success:   remediation.DefaultSuccess,
	}
	digest, err := plan.Digest()
	if err != nil {
		fmt.Println(err)
		return
	}
	result := &compliance.Result{
		Positions: []compliance.Position{{Product: "autodesk/autocad", Metric: "generic.device", Status: compliance.Compliant}},
		Sources:   []compliance.SourceState{{Source: compliance.Source{ID: "glpi", Collected: made.Add(-time.Hour)}}},
	}
	for range 2 {
		report, err := closure.Verify(context.Background(), closure.Evidence{
			Plan: plan, Run: execution.State{Digest: digest}, Result: result, Now: made.Add(48 * time.Hour),
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(report.Positions[0].Success.Verdict, report.Positions[0].Success.Missing, report.Verified)
		result.Sources[0].Collected = made.Add(24 * time.Hour)
	}
	// Output:
	// unknown [source glpi read since 2026-06-01T09:00:00Z] false
	// pass [] true
}
