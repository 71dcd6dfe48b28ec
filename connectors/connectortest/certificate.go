package connectortest

import (
	"slices"

	"github.com/trueup-dev/trueup/connectors/trust"
)

// Certificate is what the report comes to: the level below which, and in which,
// no rule is broken. Sign it to let hosts demand it.
func (r Report) Certificate() trust.Certificate {
	c := trust.Certificate{
		Name: r.Connector.Name, Version: r.Connector.Version, SHA256: r.SHA256,
		Level: trust.Resuming, Checks: len(checks()),
	}
	tried, broken := 0, len(r.Outcomes) < len(checks()) // what was not run shows nothing
	for _, o := range r.Outcomes {
		i := slices.IndexFunc(checks(), func(k check) bool { return k.name == o.Check })
		level := checks()[i].level
		switch o.Verdict {
		case Skipped:
			c.Skips = append(c.Skips, o.Check+": "+o.Why)
		case Passed:
			if level == acting {
				tried++
			}
		default:
			if level == acting {
				broken = true
			} else {
				c.Level = min(c.Level, level-1)
			}
		}
	}
	if !r.Connector.Incremental {
		c.Level = min(c.Level, trust.Reading)
	}
	if len(r.Outcomes) < len(checks()) {
		c.Level = trust.None
	}
	c.Acts = tried > 0 && !broken
	return c
}
