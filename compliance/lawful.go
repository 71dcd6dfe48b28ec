package compliance

import (
	"slices"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/compliance/catalog"
)

// applies says whether an entitlement counts at all at an instant; the reason is
// empty when it does.
func applies(e Entitlement, m managedProduct, asOf time.Time) Reason {
	switch {
	case e.Metric != m.metric.Key():
		return OtherMetric
	case !e.Start.IsZero() && asOf.Before(e.Start):
		return NotStarted
	case !e.End.IsZero() && !asOf.Before(e.End):
		return Expired
	}
	return ""
}

// ruling is what the law says of one entitlement and one consumer.
type ruling struct {
	// right is the right under which it may cover the consumer, empty when it
	// may not; refused then says why.
	right, refused Reason
	// sure is false when a fact is missing that would have to turn out well.
	sure bool
}

// judge says under which right an entitlement may cover a consumer, or why it
// may not. Every use of the consumer must be allowed; the right named is the one
// that stretches furthest.
func judge(e Entitlement, c consumer, asOf time.Time) ruling {
	switch {
	case outside(e.Entities, c.entity):
		return ruling{refused: OutsideEntity}
	case outside(e.Countries, c.country):
		return ruling{refused: OutsideCountry}
	}
	out := ruling{right: OwnVersion, sure: len(doubts(c, []Entitlement{e})) == 0}
	for _, u := range c.uses {
		if e.Edition != "" && u.edition != "" && e.Edition != u.edition {
			return ruling{refused: OtherEdition}
		}
		right, refused := versionRight(e, u.version, asOf)
		if refused != "" {
			return ruling{refused: refused}
		}
		if right != OwnVersion {
			out.right = right
		}
	}
	return out
}

// outside says whether a known place is not among those allowed.
func outside(allowed []string, place string) bool {
	return len(allowed) > 0 && place != "" && !slices.Contains(allowed, place)
}

// versionRight compares the version in use with the one that was bought. A
// version is also its own when it is a finer reading of the one bought: 16.0.4 of
// 16.0. An upgrade needs maintenance in force, since releases after its end are
// not included.
func versionRight(e Entitlement, inUse string, asOf time.Time) (right, refused Reason) {
	if e.Version == "" || inUse == "" || e.Version == inUse || strings.HasPrefix(inUse, e.Version+".") {
		return OwnVersion, ""
	}
	switch cmp := catalog.CompareVersions(inUse, e.Version); {
	case cmp == 0:
		return OwnVersion, ""
	case cmp < 0 && e.Downgrade:
		return Downgrade, ""
	case cmp < 0:
		return "", NoDowngrade
	case e.MaintenanceEnd.After(asOf):
		return Upgrade, ""
	}
	return "", OlderVersion
}

// doubts names the facts of a consumer that are missing and that an entitlement
// asks for.
func doubts(c consumer, entitlements []Entitlement) []string {
	var missing []string
	add := func(asked bool, known bool, fact string) {
		if asked && !known && !slices.Contains(missing, fact) {
			missing = append(missing, fact)
		}
	}
	for _, e := range entitlements {
		add(e.Edition != "", !slices.Contains(c.editions(), ""), "install.edition")
		add(e.Version != "", !slices.Contains(c.versions(), ""), "install.version")
		add(len(e.Entities) > 0, c.entity != "", "entity")
		add(len(e.Countries) > 0, c.country != "", "country")
	}
	slices.Sort(missing)
	return missing
}
