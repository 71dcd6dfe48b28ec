// Command alertmanager matches label sets against one tree of routes twice: by
// trueup's escalation/route and by Route.Match of Prometheus' Alertmanager, whose
// dispatch package is linked as it is. Before anything is measured both must choose
// the same routes, in the same order, for every label set.
//
//	go run -tags alertmanager ./benchmarks/alertmanager -rounds 15
//
// prints a table in Markdown: CPU time and allocations of a match, and the ratio. The
// two take turns within each round, so that neighbours on the machine slow both; the
// ratio is the median of those of the rounds. Results are in benchmarks/escalation.md.
//
// It stands in a module of its own, so that nothing else ever links Alertmanager, and
// behind a build tag, so that testing the workspace does not compile it either.
package main
