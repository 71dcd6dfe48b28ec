package remediation

import (
	"errors"
	"fmt"

	"github.com/trueup-dev/trueup/compliance"
)

// ErrNotShown is returned where an estate cannot show whether an action has been
// carried out: what it changes is in a contract or an order and not in the estate,
// or the source that would show it was not read to its end.
var ErrNotShown = errors.New("remediation: the estate does not show it")

// Shown says whether an estate shows the effect of an action. The error wraps
// [ErrNotShown] where it cannot tell.
func Shown(e *compliance.Estate, a Action) (bool, error) {
	if a.Verb != Uninstall && a.Verb != Unassign {
		return false, fmt.Errorf("%w: %s", ErrNotShown, a.Verb)
	}
	for _, s := range e.Sources() {
		if s.ID == a.Source && (s.Failure != "" || s.Collected.IsZero()) {
			return false, fmt.Errorf("%w: source %s: %s", ErrNotShown, s.ID, s.Failure)
		}
	}
	facts := Observe(compliance.Input{Estate: e}, nil, a)
	return len(facts) > 0 && facts[0].Value == gone, nil
}
