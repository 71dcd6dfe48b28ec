// Package trueup is the essay of a library: the words it uses, the one way in
// which data flows through it, what it guarantees, and what it leaves to others.
// It holds no code; the packages below it do.
//
// # What it is for
//
// Companies buy software under contracts that say what may be used, counted in
// odd ways: cores with factors and minimums, named users, concurrent peaks,
// suites. What is installed drifts from that, and publishers audit. trueup takes
// inventory, computes what the contracts allow, says where the two part, how bad
// that is, who must act by when and what the cheapest lawful way back is, and
// keeps evidence that an outsider can check without trusting anyone. Other
// products embed it: it is a library, with no server and no goroutine that
// outlives a Close.
//
// # Vocabulary
//
//   - An estate is everything installed, assigned and used at one instant:
//     devices, users, installs, seats, usage, and the sources they came from.
//   - A catalog recognises raw titles as products, with version and edition.
//   - A metric says what one unit is and how many a thing needs.
//   - An entitlement is a right to use a quantity of a product. A use right, such
//     as upgrade or downgrade, says what else it may cover.
//   - A position is the effective license position of a product: owned, required,
//     covered, short, surplus, with a reason for every consumer.
//   - A finding is a deviation that a rule found. It has no severity of its own.
//   - Severity is what the company's rubric makes of a finding; it prints as a
//     vector.
//   - A case is a finding with an owner and a clock.
//   - A plan is the cheapest sufficient set of remedies: reclaim, remove,
//     reallocate, buy.
//   - A playbook is the reviewed document that holds all of the above.
//   - The log is an append-only Merkle tree of what happened; an entry's proof
//     needs nothing but the log's folder and a public key.
//
// # The one way through
//
//	connectors ─▶ compliance.Estate ─▶ recognise ─▶ measure ─▶ allocate ─▶ Position ─▶ Finding
//	                                                                                      │
//	remediation.Plan ◀─ plan ── escalation.Case ◀─ route, clock ── Severity ◀─ classify ──┘
//	     └──────────────────────────────▶ evidence.Log ◀─ every arrow appends first
//
// Nothing flows back up but through a new run.
//
// # Which package to use
//
// With facts at hand as Go values, compliance alone computes positions and links
// neither gRPC nor a database. playbook joins all parts, for whoever wants the
// whole loop; cmd/trueup is a small program over it. Authors of connectors need
// connectors/sdk. An auditor needs evidence/verify.
//
// # Guarantees
//
//   - Equal inputs give equal bytes, whatever order facts arrive in.
//   - Money and quantities are exact decimals; expressions have no floating point.
//   - What is not known is unknown, with the missing fact named and bounds where
//     they are known. It is never zero.
//   - A source that fails, hangs or floods marks what it feeds and stops nothing
//     else.
//   - What the log acknowledged survives kill -9, and a flipped bit is found and
//     named.
//   - Bad documents are reported with file, line, column and a caret, all mistakes
//     at once.
//
// # Non-goals
//
// trueup does not discover machines, does not hold a company's assets, renders no
// legal advice, and ships no publisher's price list. It knows no exchange rates:
// one product is priced in one currency. It does not decide what a contract
// means where sources disagree; a metric names the readings, takes one and lets
// the reader choose another.
package trueup
