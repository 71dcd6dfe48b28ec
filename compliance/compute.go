package compliance

import (
	"cmp"
	"slices"
	"strings"
)

func publisher(key string) string {
	name, _, _ := strings.Cut(key, "/")
	return name
}

// reason is the code of a consumer's outcome: of the right that covers it, or of
// what kept it from being covered.
func (o Outcome) reason(coverable bool) Reason {
	switch {
	case o.Through != nil:
		return o.Through.Right
	case o.Short.IsPositive() && !coverable:
		return NoEntitlement
	case o.Short.IsPositive():
		return Exhausted
	case !o.Required.Known():
		return MissingFacts
	case o.Required.Low.IsZero():
		return NothingRequired
	}
	right := OwnVersion
	for _, c := range o.Covered {
		if c.Right != OwnVersion {
			right = c.Right
		}
	}
	return right
}

// settle adds the position up from its parts.
func (p *Position) settle() {
	for _, s := range p.Entitlements {
		p.Owned = p.Owned.Add(s.Owned)
		p.Surplus = p.Surplus.Add(s.left())
		p.Covered = p.Covered.Add(s.Used)
	}
	for _, o := range p.Consumers {
		p.Missing = union(p.Missing, o.Missing)
	}
	switch {
	case p.Short.Low.IsPositive():
		p.Status = Short
	case p.Short.Known():
		p.Status = Compliant
	default:
		p.Status = StatusUnknown
	}
}

// union merges two lists of names into a sorted one without repeats.
func union(a, b []string) []string {
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

func compareOutcomes(a, b Outcome) int { return cmp.Compare(a.Consumer, b.Consumer) }
