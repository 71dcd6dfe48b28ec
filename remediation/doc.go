// Package remediation finds the cheapest lawful way back to compliance.
//
// # From a shortfall to options
//
// [Options] lists what the data supports for positions that are short: reclaim
// what nobody uses, remove what nothing covers, move units to the legal entity
// that lacks them, put a lesser edition in place, give out a suite that is owned,
// move, pin, resize or retire machines, renew, buy. Each option names its target,
// its cost, its risk, what it disturbs, when it can be ready, who does it and how
// it is undone. What may be negotiated counts for nothing until it is answered, and
// what is accepted stays short: a plan states both with what is at risk.
//
// Guards decide whether an option may be taken: no new starter, nobody on leave,
// no part-timer counted as idle, no service account, no critical system, nothing
// in a change freeze. They are conditions in CEL over what is known about the
// candidate. A fact that nobody knows makes the option unknown, never available,
// and the option says which facts it waits for. A policy may replace a guard or
// waive it with a reason, which every plan then repeats.
//
// # Effects are reconciled, never added up
//
// Two options that each close three units may together close three, six or none:
// one entitlement covers either consumer, a minimum applies, versions do not fit.
// So the effect of every option, and of every plan, is computed by applying its
// actions to the input and reconciling again ([Apply]). The actions are the very
// ones that are carried out later.
//
// # The cheapest sufficient set
//
// [Solve] chooses among the available options. Its model is a covering problem
// whose rows hold for every sufficient choice: an option helps by no more than
// what its consumer needs. The model's best choice is tried by a what-if. If
// that leaves more short than need be, the options outside of the choice must make
// up for it, which is a new row; and so on until a best choice of the model proves
// sufficient, which makes it the best of all. This rests on one property: what may
// be left out of a set of options leaves no less short than its best part does. For
// what is taken away or bought the best part is all of it. Another edition, another
// host or a step-up may hurt in bad company, as where two change over to one free
// unit; there the parts are tried, or where these are too many a form of the option
// that hurts nobody stands in for it. Options that share something, a seller's tier,
// a host's room, a row that can go only once, are bound to each other in the model.
// Where the search is cut short, or units fit some consumers only, the plan states
// the bound that still holds ([Plan.Bound]) and does not call itself exact.
//
// Every plan comes with two others, of least disruption and fastest. What stays
// open is stated with its exposure and the reason.
//
// # Equal requests, equal plans
//
// Nothing reads a clock and no result depends on the order of the input. The
// canonical form of a plan ([Plan.Canonical]) has a digest, which is what an
// approval is given for.
//
// What is left out: guessing. An option without a price, a rate or a right is
// unknown until someone states it.
package remediation
