package choice

import "github.com/trueup-dev/trueup/internal/flow"

// Proof says why no assignment costs less than the bound: for each part of the
// problem that shares no supply with the rest a tree that divides its assignments
// into boxes, and for each box prices that bound it.
type Proof struct{ Parts []Part }

// Part is a part of the problem.
type Part struct {
	// Supplies are those of the part, by their index, in the order of its prices.
	Supplies []int
	// Classes are sets of groups that differ in nothing, by their index.
	Classes     [][]int
	Cost, Bound flow.Cost
	// Grain is the steps in which the part's costs go.
	Grain flow.Cost
	// Tree lists the nodes from the root on, each cut followed by what is within
	// its first half and then its second.
	Tree []Node
}

// Node cuts a box in two, by how many copies of a class take an option, or is a
// leaf. In the first half they are At at most, in the second more.
type Node struct {
	Leaf          bool
	Class, Option int
	At            int64
	// Risk and Value bound a leaf: the prices of Risk weigh nothing but risk, and
	// say that it is at least Bound.Risk; those of Value say that the value is at
	// least Bound.Value where the risk is no more than that.
	Risk, Value Prices
	Bound       flow.Cost
}

// proof states the tree of a search.
func (q *part) proof(r result) Part {
	out := Part{Supplies: q.supplies, Cost: r.plan.cost, Bound: r.bound, Grain: q.grain}
	for _, c := range q.classes {
		out.Classes = append(out.Classes, c.groups)
	}
	for stack := []*node{r.root}; len(stack) > 0; {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if n.children == nil {
			out.Tree = append(out.Tree, Node{Leaf: true, Risk: n.proof.risk, Value: n.proof.value, Bound: n.bound})
			continue
		}
		class := q.options[n.cut.option].class
		out.Tree = append(out.Tree, Node{Class: class, Option: n.cut.option - q.classes[class].first, At: n.cut.at})
		stack = append(stack, n.children[1], n.children[0])
	}
	return out
}
