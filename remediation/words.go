package remediation

import (
	"fmt"
	"strings"
	"time"
)

// String is the action in words, for whoever carries it out by hand.
func (a Action) String() string {
	title := strings.TrimSpace(a.Title.Name + " " + a.Title.Version)
	to := strings.TrimSpace(a.To.Name + " " + a.To.Version + " " + a.To.Edition)
	holder := string(a.Device)
	if holder == "" {
		holder = string(a.User)
	}
	switch a.Verb {
	case Uninstall:
		return fmt.Sprintf("uninstall %s from %s", title, a.Device)
	case Unassign:
		return fmt.Sprintf("take the seat of %s from %s", title, a.User)
	case Transfer:
		return fmt.Sprintf("transfer %s of %s to %s", a.Quantity, a.Entitlement, a.Entity)
	case Replace:
		return fmt.Sprintf("put %s in place of %s on %s", to, strings.TrimSpace(title+" "+a.Title.Edition), holder)
	case Assign:
		return fmt.Sprintf("give %s to %s under %s", title, holder, a.Entitlement)
	case Release:
		if a.Entity != "" {
			holder = "the pool of " + a.Entity
		}
		return fmt.Sprintf("release %s of %s from %s", a.Quantity, a.Entitlement, holder)
	case StepUp:
		return fmt.Sprintf("step up %s of %s to %s at %s each by %s", a.Quantity, a.Entitlement, a.Edition, a.Price, a.Quote)
	case Prolong:
		what := string(a.Entitlement)
		if a.Maintenance {
			what = "the maintenance of " + what
		}
		return fmt.Sprintf("renew %s until %s at %s", what, a.Until.UTC().Format(time.DateOnly), a.Price)
	case Relocate:
		return fmt.Sprintf("move %s to %s", a.Device, listed(a.Hosts))
	case Confine:
		return fmt.Sprintf("let %s run on %s only", a.Device, listed(a.Hosts))
	case Shrink:
		return fmt.Sprintf("leave %s %d virtual processors", a.Device, a.Processors)
	case Scrap:
		return fmt.Sprintf("take %s out of use", a.Device)
	case Except:
		return fmt.Sprintf("record that %s of %s stay short until %s by leave of %s, at risk %s", a.Quantity, a.Product, a.Until.UTC().Format(time.DateOnly), a.Approver, a.Price)
	}
	return fmt.Sprintf("%s %s of %s at %s each", a.Verb, a.Quantity, strings.TrimSpace(string(a.Product)+" "+a.Edition), a.Price)
}
