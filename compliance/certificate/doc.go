// Package certificate checks that an assignment of entitlements to consumption
// is the cheapest lawful one, without knowing how it was found.
//
// It is meant for whoever doubts a position: an auditor, a supplier's counsel. It
// imports neither the solver nor the reconciler, only decimals and the standard
// library, and is short enough to be read before it is believed.
//
// # What is claimed
//
// A [Certificate] lists supplies (entitlements, with their quantity) and groups
// (what is licensed as one: consumers that the contracts treat alike, a host, a
// device). A group has options (by its cores under one edition, stacked under
// another, machine by machine; a suite or its members; all or nothing), of which
// each copy takes one. An option has demands: what a copy then needs, which
// supplies may cover it, and what a unit costs that stays uncovered. Where nothing
// is to be chosen a group has one option. The least money at risk comes first, the
// least value used up second; a [Cost] holds both and compares in that order.
//
// The certificate says what each group takes, what covers it, and what that costs.
// [Check] adds all of it up.
//
// # Why nothing is cheaper
//
// Put a price on a unit of each supply, any that is not negative. If all that is
// used were bought at these prices, each copy could decide alone: it would take the
// option, and for each demand the supplies, or the penalty, that are cheapest for
// it, prices included. What all copies then pay, less what the supplies are worth
// at these prices, is at most what any lawful assignment costs: an assignment pays
// no less than the cheapest, and gets back no more than what the supplies are worth
// (weak duality). Two more facts are used. No copy can get more of a supply than
// there is. And an option that must be covered in full can be taken by no more
// copies than its supplies are enough for.
//
// This bounds a number, and costs are pairs. So there are two sums. The first
// weighs the risk alone and says that the risk is at least so much; as everything
// comes in steps it is rounded up to the next, r. The second adds the value to the
// risk times a weight w, at prices of its own, and says that w times risk plus
// value is at least so much, b. An assignment of less risk than r does not exist,
// and one of just that risk has a value of b - w r at least.
//
// One set of prices is not always enough, as options cannot be split. So the
// assignments are cut in two by how many copies of a group take an option, and each
// half again, as often as needed. The tree of these cuts leaves nothing out; each
// leaf has its own prices, and the least bound of all leaves is that of the part.
//
// Where cost and bound are equal nothing cheaper exists. Where they differ the gap
// says by how much the assignment may be improved at most; a certificate with a gap
// is sound but does not prove the optimum, see [Certificate.Optimal].
//
// # What cannot be changed
//
// The digest covers everything, so a certificate with one number changed is
// refused. It is no signature: whoever changes a number may compute a new digest.
// What is then accepted is another certificate, true of what it states: prices,
// weights and cuts are no claims but means to prove one, and others may do as well.
//
// # What it does not say
//
// That the quantities are the customer's and the arcs are lawful is for the
// evidence and the reasons in the position to show. Supplies that could cover
// nothing decide nothing and are not listed.
package certificate
