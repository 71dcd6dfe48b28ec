// Package choice assigns supplies to demands at least cost where there is something
// to choose first, and proves how good the assignment is.
//
// Package flow solves what licenses mostly are: every consumer has a demand, every
// entitlement a supply. Some contracts ask more. A host is licensed as a whole
// under one edition, stacked under another, or machine by machine; a device by a
// suite or by its members; a metric covers all or nothing; packs come in sizes and
// what is left of one cannot move. Then a group takes exactly one of several
// options, and only the option taken says what is demanded. With the options
// taken the rest is a flow, so whole numbers matter for the options alone.
//
// # Bounds
//
// Give each supply a price that is not negative. If whatever is used had to be
// bought at these prices, each copy of a group could be decided alone: it would
// take the option, and each demand the supplies, that are cheapest for it. What
// that comes to, less what the supplies are worth, is no more than any assignment
// costs (Lagrangian relaxation; Geoffrion 1974). It is so for any prices: they need
// not be good, nor does anyone need to know where they come from. Two facts that
// each copy faces alone make the bound sharper: it cannot draw more on a supply
// than there is, and an option that must be served in full is open to no more
// copies than its supplies can serve.
//
// A cost has two parts, of which the risk decides, so a bound has two steps. Prices
// that weigh nothing but risk say that the risk is at least so much; costs go in
// steps, their [Part.Grain], so this is rounded up. For assignments at just that
// risk other prices, which weigh value and as much of the risk as helps, bound the
// value.
//
// # Search
//
// Groups that share no supply are solved apart, equal groups are merged. The
// assignments of a part are cut in two, again and again, by how many copies take an
// option, until each box is bounded by the cost of the best assignment found. The
// prices come from the linear relaxation, by the simplex method in floating point,
// are rounded to a few decimal places and evaluated exactly; so an error of
// rounding may cost time and never truth. Boxes of one choice take the prices of
// its flow, which are exact. A [Proof] is the tree with the prices of its leaves:
// a stranger evaluates them without knowing the solver, see package certificate.
//
// Where the limits stop the search the best assignment found is given, with the
// bound of what is left open.
//
// # Order
//
// Groups are brought into one order first, so what is taken and its cost depend on
// what the groups are and not on how they are listed. Supplies are known by their
// position, and options by theirs.
//
// # What is left out
//
// Cutting planes would close gaps earlier, but a bound would no longer fall apart
// into groups, and a proof by it could not be read. Supplies that can only be used
// whole are options of a group: one that serves nothing and one that serves.
package choice
