package remediation

import (
	"errors"
	"fmt"
	"slices"

	"github.com/trueup-dev/trueup/compliance"
)

// ErrNotShown is returned where an estate cannot show whether an action has been
// carried out: what it changes is in a contract or an order and not in the estate,
// or the source that would show it was not read to its end.
var ErrNotShown = errors.New("remediation: the estate does not show it")

// Shown says whether an estate shows the effect of an action. The error wraps
// [ErrNotShown] where it cannot tell.
func Shown(e *compliance.Estate, a Action) (bool, error) {
	for _, s := range e.Sources() {
		if s.ID == a.Source && (s.Failure != "" || s.Collected.IsZero()) {
			return false, fmt.Errorf("%w: source %s: %s", ErrNotShown, s.ID, s.Failure)
		}
	}
	d, there := e.Device(a.Device)
	switch a.Verb {
	case Uninstall, Unassign:
		return a.ofRow(e)[0].Value == gone, nil
	case Replace:
		other := a
		other.Title = a.To
		return a.ofRow(e)[0].Value == gone && other.ofRow(e)[0].Value == present, nil
	case Assign:
		return a.ofRow(e)[0].Value == present, nil
	case Relocate:
		return there && d.Host == a.Hosts[0], nil
	case Confine:
		return there && slices.Equal(d.MayRunOn, a.Hosts), nil
	case Shrink:
		return there && d.VCPUs > 0 && d.VCPUs <= a.Processors, nil
	case Scrap:
		return !there, nil
	}
	return false, fmt.Errorf("%w: %s", ErrNotShown, a.Verb)
}
