// Package certificate checks that an assignment of entitlements to consumption
// is the cheapest lawful one, without knowing how it was found.
//
// It is meant for whoever doubts a position: an auditor, a supplier's counsel. It
// imports neither the solver nor the reconciler, only decimals and the standard
// library, and is short enough to be read before it is believed.
//
// # What is claimed
//
// A [Certificate] lists supplies (entitlements, with their quantity and what a
// unit is worth), demands (consumers that the contracts treat alike, with what
// they need and what a unit costs that stays uncovered), and which supply may
// cover which demand, with the quantity that it does cover. Least money at risk
// comes first, least value used up second; a [Cost] holds both and compares in
// that order.
//
// # Why it is so
//
// Each supply and demand also carries a price. Prices are sound when no supply's
// is negative, no demand's exceeds its penalty, and none of the arcs costs less
// than its demand's price minus its supply's. Then every lawful assignment, found
// or not, costs at least the sum of the demands at their prices less the supplies
// at theirs: this is the bound, by weak duality of linear programs, and [Check]
// computes it anew. Where cost and bound are equal nothing cheaper exists. Where
// they differ the gap says by how much the assignment may be improved at most;
// a certificate with a gap is sound but does not prove the optimum, see
// [Certificate.Optimal].
//
// Numbers that follow from others (what is used, what is left, reduced costs) are
// stated too. A reader sees each step, and no number can be changed without
// contradicting another one.
//
// # What it does not say
//
// That the quantities are the customer's and the arcs are lawful is for the
// evidence and the reasons in the position to show. Supplies without an arc
// decide nothing and are not listed.
package certificate
