// Package reckon evaluates the checked expressions of metrics over facts of
// which some are not known.
//
// CEL's own evaluator answers "unknown" as soon as a fact is missing. A count of
// licenses can say more: two sockets of at least one core, with a minimum of eight
// cores a processor, need sixteen licenses or more. So a number is an interval
// here, exact at both ends; a condition is true, false or open; a list may hold
// elements that are perhaps not in it. Operations on them are sound: the true
// result lies within the interval, and where the ends meet it is known, whatever
// is missing. Where everything is known the result equals CEL's (a test compares
// the two on random expressions), with two differences that only remove errors:
// whole numbers do not overflow, and per(a, b) divides exactly.
//
// Every number carries the [Term] it came from, so that the arithmetic shown to a
// person is the arithmetic that was done.
package reckon
