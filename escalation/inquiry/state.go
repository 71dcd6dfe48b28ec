package inquiry

// State is where a thread stands.
type State string

// The states of a thread.
const (
	Asked     State = "asked"     // somebody must write an answer
	Drafted   State = "drafted"   // an answer waits for its release
	Released  State = "released"  // it may leave
	Answered  State = "answered"  // it has left
	Withdrawn State = "withdrawn" // the supplier does not want it any more
)

// Step is what moves a thread on.
type Step string

// The steps.
const (
	Write    Step = "write"    // an answer is drafted, or drafted anew
	Return   Step = "return"   // the draft is sent back to its writers
	Release  Step = "release"  // it may leave
	Send     Step = "send"     // it has left
	Bounce   Step = "bounce"   // it could not be delivered and was given up
	Withdraw Step = "withdraw" // the question falls away
)

// States are all states, in the order of the table.
func States() []State { return []State{Asked, Drafted, Released, Answered, Withdrawn} }

// Steps are all steps, in the order of the table.
func Steps() []Step { return []Step{Write, Return, Release, Send, Bounce, Withdraw} }

// table has what is allowed. What is on its way cannot be called back.
var table = map[State]map[Step]State{
	Asked:    {Write: Drafted, Withdraw: Withdrawn},
	Drafted:  {Write: Drafted, Return: Asked, Release: Released, Withdraw: Withdrawn},
	Released: {Send: Answered, Bounce: Drafted},
}

// After is the state after a step, false when the step is refused.
func After(s State, step Step) (State, bool) {
	next, ok := table[s][step]
	return next, ok
}
