// Package metric counts licenses as the contract counts them.
//
// A metric says what one unit is and how many a thing needs: two sockets of six
// cores need sixteen core licenses where each processor counts for eight at
// least. Publishers word such rules in hundreds of ways, and a rule that is code
// can be neither read nor checked by the person who signs for it. So a metric
// here is a document: its arithmetic is CEL over typed facts, and with it come
// the published source, the questions on which sources differ, and worked
// examples that run as its tests. The Go of this package knows no publisher.
//
// # From one consumer to the total
//
// A count has up to four stages, each an expression:
//
//   - each: what one host, machine, install or other consumer needs. Where holds
//     back those that do not count; once counts those that share a field once.
//   - pool: consumers that share a text are added before they are rounded, such
//     as all cores of one core factor, or of one region.
//   - total: what follows from the sum of the pools: a minimum by users, a cap,
//     a price.
//   - packs and also: the total in other units.
//
// Rounding is said at the stage where it happens. Tables (lookups, brackets that
// price everything, slices with a factor each, processors as the publisher words
// them, found by package topology) are functions of the expressions
// and their rows have days of validity. Parameters are numbers that a contract
// may set differently. A choice names the readings of a rule on which sources
// differ, with a default; [Facts] can choose another.
//
// # What is not known
//
// Every fact may be unknown, and the zero value of every field is. A count that
// needs a missing fact is unknown, names the fact and the consumers that lack it,
// and gives the bounds that hold whatever the fact is. It is never zero for want
// of data. What a rule does not allow at all is refused, with the reason.
//
// # Explanations
//
// The arithmetic of a count is kept while it is evaluated and written as a person
// would: 2 sockets x max(8, 6) = 16 core licenses, packs of 2: 8. It is not a
// text beside the evaluation; a test reads explanations back and reckons them.
//
// # What is left out
//
// Who owns what, use rights and their allocation are package compliance's. A
// metric counts what is there; it does not choose the layer or the edition that
// would be cheapest.
package metric
