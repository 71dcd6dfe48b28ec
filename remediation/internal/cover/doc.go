// Package cover chooses the cheapest set of items that meets every need.
//
// A problem has needs (so many units of one position, and so many of another),
// items that each give some units for a cost, and limits that the chosen items
// load (a budget, a number of actions). An item may be taken once or, like a
// purchase, many times. Items may exclude each other, and one may need another.
// Whole numbers only: the caller scales money and quantities exactly.
//
// # How it is solved
//
// The problem falls apart into components that share no need and no binding
// limit; each is solved alone. Items that are equal in all but their name are one
// class with a count, which removes the symmetry that defeats a plain search.
//
// A component with one need and nothing else is solved by dynamic programming
// over what is still needed. Every other component is solved by branch and bound:
// depth first, with the bound of Lagrange, whose prices every node improves by a
// few steps of the subgradient method. Any prices that are not negative give a
// valid bound, so they are found with floating-point numbers, then rounded to
// whole ones, and all bounding is exact. What costs too much to be in any better
// choice is fixed, and good choices come from a greedy completion that is polished
// by doing without one item at a time.
//
// The search stops after a number of nodes, never after a time: equal problems
// give equal solutions on a slow machine too. [Solution.Bound] is then the least
// bound among what was not searched, and the difference to the cost is the most
// that can be wrong.
//
// What is left out: linear programming. The optima here are checked against
// exhaustive search and against GLPK in the tests; linking a solver of mixed
// integer programs would cost cgo and, for GLPK, the license.
package cover
