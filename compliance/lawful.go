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
	case e.Metric != m.metric.Key() && !m.terms.counts(e.Metric):
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
	// order ranks rights of the same entitlement: 0 for what was bought, then by
	// the entitlement's own list.
	order int
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
	case slices.ContainsFunc(c.environments, func(env string) bool { return outside(e.Environments, env) }):
		return ruling{refused: OutsideEnvironment}
	}
	out := ruling{right: OwnVersion, sure: len(doubts(c, []Entitlement{e})) == 0}
	for _, u := range c.uses {
		ru := judgeUse(e, u, asOf)
		if ru.refused != "" {
			return ru
		}
		if ru.right != OwnVersion && ru.order >= out.order {
			out.right, out.order = ru.right, ru.order
		}
	}
	return out
}

// judgeUse judges one use. An entry of the downgrade list wins over a right that
// stretches as far, since it was named.
func judgeUse(e Entitlement, u use, asOf time.Time) ruling {
	own := e.Edition == "" || u.edition == "" || e.Edition == u.edition
	if own && includes(e.Version, u.version) {
		return ruling{right: OwnVersion}
	}
	if i := slices.IndexFunc(e.DowngradeTo, func(r Release) bool {
		return (r.Edition == "" && own || r.Edition == u.edition) && includes(r.Version, u.version)
	}); i >= 0 {
		return ruling{right: Downgrade, order: i + 1}
	}
	if !own && !slices.Contains(e.CrossEdition, u.edition) {
		return ruling{refused: OtherEdition}
	}
	right, refused := versionRight(e, u.version, asOf)
	if refused != "" {
		return ruling{refused: refused}
	}
	ru := ruling{right: right}
	if right == Downgrade {
		ru.order = 1
	}
	if !own {
		ru.right, ru.order = CrossEdition, len(e.DowngradeTo)+1
	}
	return ru
}

// outside says whether a known place is not among those allowed.
func outside(allowed []string, place string) bool {
	return len(allowed) > 0 && place != "" && !slices.Contains(allowed, place)
}

// includes says whether a version in use is the one bought, or a finer reading of
// it: 16.0.4 of 16.0. What is not known may be.
func includes(bought, inUse string) bool {
	return bought == "" || inUse == "" || bought == inUse || strings.HasPrefix(inUse, bought+".") ||
		catalog.CompareVersions(inUse, bought) == 0
}

// versionRight compares the version in use with the one that was bought. An
// upgrade needs maintenance in force, since releases after its end are not
// included.
func versionRight(e Entitlement, inUse string, asOf time.Time) (right, refused Reason) {
	switch {
	case includes(e.Version, inUse):
		return OwnVersion, ""
	case catalog.CompareVersions(inUse, e.Version) > 0 && e.MaintenanceEnd.After(asOf):
		return Upgrade, ""
	case catalog.CompareVersions(inUse, e.Version) > 0:
		return "", OlderVersion
	case e.Downgrade && len(e.DowngradeTo) == 0:
		return Downgrade, ""
	}
	return "", NoDowngrade
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
		add(e.Edition != "" && !c.suite, !slices.Contains(c.editions(), ""), "install.edition")
		add(e.Version != "", !slices.Contains(c.versions(), ""), "install.version")
		add(len(e.Entities)+len(e.Pools) > 0, c.entity != "", "entity")
		add(len(e.Countries) > 0, c.country != "", "country")
		add(len(e.Environments) > 0, !slices.Contains(c.environments, "") && len(c.environments) > 0, "environment")
	}
	slices.Sort(missing)
	return missing
}
