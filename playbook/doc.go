// Package playbook joins the parts of trueup into one loop, run by a document.
//
// # The document
//
// A playbook is a YAML file that a compliance lead writes and others review: the
// sources that facts come from, what was bought, how products are licensed, the
// rules that say what a deviation is, the rubric that says how bad it is, the
// routes that say whose it is, and the policy of remedies. [Load] checks it like
// code: every expression against the vocabulary of facts, every name against
// what it names, the rubric for holes and contradictions, all problems at once
// with line and column.
//
// # The engine
//
// [Open] joins a playbook with an evidence log. [Engine.Run] takes an estate, as
// package collect gathers it through connectors or as the caller built it from
// Go values, and goes the one way: positions, findings, severities, routes,
// cases, plan. Each stage appends what it came to before the next one sees it,
// and the run ends with a statement of how many entries it consists of, so that
// a verifier can tell a whole run from a shortened one.
//
// Cases last longer than a run. They are folded from the log, and what others have
// appended since is caught up with before each run; nothing else is kept. The log is a
// folder or a database ([Log]); where several processes share one, they take turns
// ([SharedLog]).
//
// # What is left out
//
// A clock: Run is told the instant. Scheduling of runs: the embedding program
// has a scheduler. Starting connectors: see package playbook/collect, apart so
// that whoever has facts already does not link gRPC.
package playbook
