package lifecycle

// no is the entry of a step that is refused.
const no = StateInvalid

// table has the state that each step leads to, by the state that it is taken in.
// An owner can be given at any time; early on the new one must answer, while a
// plan under way goes on under them.
var table = [stateCount][stepCount]State{
	StateInvalid: {},
	Detected: {Triage: Triaged, Assign: no, Acknowledge: no, Lapse: no, Investigate: no, Plan: no, Submit: no,
		Approve: no, Reject: no, Remediate: no, Verify: no, Refute: no, Close: Closed, Reopen: no},
	Triaged: {Triage: Triaged, Assign: Assigned, Acknowledge: no, Lapse: no, Investigate: no, Plan: no, Submit: no,
		Approve: no, Reject: no, Remediate: no, Verify: no, Refute: no, Close: Closed, Reopen: no},
	Assigned: {Triage: Assigned, Assign: Assigned, Acknowledge: Acknowledged, Lapse: no, Investigate: no, Plan: no, Submit: no,
		Approve: no, Reject: no, Remediate: no, Verify: no, Refute: no, Close: Closed, Reopen: no},
	Acknowledged: {Triage: Acknowledged, Assign: Assigned, Acknowledge: Acknowledged, Lapse: Assigned, Investigate: Investigating, Plan: Planned, Submit: no,
		Approve: no, Reject: no, Remediate: no, Verify: no, Refute: no, Close: Closed, Reopen: no},
	Investigating: {Triage: Investigating, Assign: Assigned, Acknowledge: Investigating, Lapse: Assigned, Investigate: no, Plan: Planned, Submit: no,
		Approve: no, Reject: no, Remediate: no, Verify: no, Refute: no, Close: Closed, Reopen: no},
	Planned: {Triage: Planned, Assign: Planned, Acknowledge: no, Lapse: no, Investigate: Investigating, Plan: Planned, Submit: AwaitingApproval,
		Approve: no, Reject: no, Remediate: Remediating, Verify: no, Refute: no, Close: Closed, Reopen: no},
	AwaitingApproval: {Triage: AwaitingApproval, Assign: AwaitingApproval, Acknowledge: no, Lapse: no, Investigate: no, Plan: Planned, Submit: no,
		Approve: Remediating, Reject: Planned, Remediate: no, Verify: no, Refute: no, Close: Closed, Reopen: no},
	Remediating: {Triage: Remediating, Assign: Remediating, Acknowledge: no, Lapse: no, Investigate: no, Plan: Planned, Submit: no,
		Approve: no, Reject: no, Remediate: no, Verify: Verifying, Refute: no, Close: Closed, Reopen: no},
	Verifying: {Triage: Verifying, Assign: Verifying, Acknowledge: no, Lapse: no, Investigate: no, Plan: Planned, Submit: no,
		Approve: no, Reject: no, Remediate: no, Verify: no, Refute: Remediating, Close: Closed, Reopen: no},
	Closed: {Triage: no, Assign: no, Acknowledge: no, Lapse: no, Investigate: no, Plan: no, Submit: no,
		Approve: no, Reject: no, Remediate: no, Verify: no, Refute: no, Close: no, Reopen: Reopened},
	Reopened: {Triage: Triaged, Assign: Assigned, Acknowledge: no, Lapse: no, Investigate: no, Plan: no, Submit: no,
		Approve: no, Reject: no, Remediate: no, Verify: no, Refute: no, Close: Closed, Reopen: no},
}

// After is the state that a step leads to, and false when the step is refused.
func After(s State, step Step) (State, bool) {
	if s >= stateCount || step >= stepCount {
		return StateInvalid, false
	}
	next := table[s][step]
	return next, next != no
}

// MayClose says whether a case in a state can end with an outcome. Remedied needs
// a snapshot that shows it, so the case must be verifying, or still be so young
// that nothing was done and the deviation went away by itself.
func MayClose(s State, o Outcome) bool {
	if _, ok := After(s, Close); !ok {
		return false
	}
	switch o {
	case Remedied:
		return s != Planned && s != AwaitingApproval && s != Remediating
	case Accepted, False, Merged:
		return true
	}
	return false
}

// States are all states in their order.
func States() []State {
	var all []State
	for s := Detected; s < stateCount; s++ {
		all = append(all, s)
	}
	return all
}

// Steps are all steps in their order.
func Steps() []Step {
	var all []Step
	for s := Triage; s < stepCount; s++ {
		all = append(all, s)
	}
	return all
}
