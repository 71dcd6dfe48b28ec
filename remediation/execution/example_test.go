package execution_test

import (
	"context"
	"fmt"
	"time"

	"github.com/trueup-dev/trueup/remediation"
	"github.com/trueup-dev/trueup/remediation/execution"
)

// fleet is what a connector to a software distribution would be.
type fleet map[string]bool

func (f fleet) Facts(_ context.Context, a remediation.Action) ([]remediation.Fact, error) {
	if f[string(a.Device)] {
		return []remediation.Fact{{Name: "install", Value: "present"}}, nil
	}
	return []remediation.Fact{{Name: "install", Value: "gone"}}, nil
}

func (f fleet) Done(_ context.Context, _ string, a remediation.Action) (bool, error) {
	return !f[string(a.Device)], nil
}

func (f fleet) Act(_ context.Context, _ string, a remediation.Action) error {
	delete(f, string(a.Device))
	return nil
}

func ExampleRehearse() {
	there := []remediation.Fact{{Name: "install", Value: "present"}}
	plan := remediation.Plan{Steps: []remediation.Step{
		{ID: "first", Actions: []remediation.Action{{Verb: remediation.Uninstall, Device: "ws-1", Preconditions: there}}},
		{ID: "second", Actions: []remediation.Action{{Verb: remediation.Uninstall, Device: "ws-2", Preconditions: there}}},
	}}
	devices := fleet{"ws-1": true}
	state, err := execution.Rehearse(context.Background(), plan, devices, execution.Caps{}, time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range state.Steps {
		fmt.Printf("%s: %s; changed: %q\n", s.ID, s.Outcome(), s.Drift)
	}
	fmt.Println("devices still there:", len(devices))
	// Output:
	// first: done; changed: ""
	// second: skipped; changed: "install was present, is gone"
	// devices still there: 1
}
