package renewal

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/compliance"
)

// contracts are those that end within the horizon.
func (l *looker) contracts() []ContractEnd {
	var out []ContractEnd
	for _, c := range l.in.Contracts {
		if !l.within(c.End) {
			continue
		}
		end := ContractEnd{Contract: c.ID, End: c.End.UTC(), Decide: c.End.AddDate(0, 0, -l.notice(c.ID)).UTC()}
		end.Late = !end.Decide.After(l.now)
		for _, e := range l.in.Entitlements {
			if e.Contract == c.ID && (e.End.IsZero() || e.End.After(c.End)) {
				end.Entitlements = append(end.Entitlements, e.ID)
			}
		}
		slices.Sort(end.Entitlements)
		out = append(out, end)
	}
	slices.SortFunc(out, func(a, b ContractEnd) int {
		return cmp.Or(a.Decide.Compare(b.Decide), strings.Compare(string(a.Contract), string(b.Contract)))
	})
	return out
}

// coTerm is the day on which all of an entitlement's contract could end: that of the
// contract, or else the last day on which something under it ends.
func (l *looker) coTerm(e compliance.Entitlement) time.Time {
	if e.Contract == "" {
		return time.Time{}
	}
	var last time.Time
	for _, c := range l.in.Contracts {
		if c.ID == e.Contract && c.End.After(l.now) {
			last = c.End
		}
	}
	if !last.After(e.End) {
		for _, other := range l.in.Entitlements {
			if other.Contract == e.Contract && other.End.After(last) {
				last = other.End
			}
		}
	}
	if !last.After(e.End) {
		return time.Time{}
	}
	return last.UTC()
}
