package choice_test

import (
	"context"
	"fmt"

	"github.com/trueup-dev/trueup/internal/choice"
	"github.com/trueup-dev/trueup/internal/flow"
)

// Two hosts of 16 cores may be licensed by 16 Datacenter cores each, or by
// Standard cores for every two machines: 16 for the host with two machines, 48 for
// that with six. There are 16 cores of Datacenter and 20 of Standard.
func ExampleSolve() {
	host := func(stacks int64) choice.Group {
		return choice.Group{Options: []choice.Option{
			{Demands: []choice.Demand{{Amount: 16, Penalty: flow.Cost{Risk: 385}, Arcs: []choice.Arc{{Supply: 0, Cost: flow.Cost{Value: 385}}}}}},
			{Demands: []choice.Demand{{Amount: 16 * stacks, Penalty: flow.Cost{Risk: 67}, Arcs: []choice.Arc{{Supply: 1, Cost: flow.Cost{Value: 67}}}}}},
		}}
	}
	s, err := choice.Solve(context.Background(), choice.Problem{
		Supply: []int64{16, 20},
		Groups: []choice.Group{host(1), host(3)},
	}, choice.Limits{})
	fmt.Println(s.Taken, s.Cost, s.Bound, err)
	// Output:
	// [[0 1] [1 0]] {0 7232} {0 7232} <nil>
}
