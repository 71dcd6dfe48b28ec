package host

import (
	"fmt"
	"path/filepath"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/trust"
)

// policy says which binaries may run.
type policy struct {
	lock         trust.Lock
	demand       trust.Level
	certificates []trust.Certificate
}

// pin is the checksum that a source's binary must have.
func (p policy) pin(src Source) (string, error) {
	locked, ok := p.lock[filepath.Base(src.Path)]
	switch {
	case p.lock == nil:
		return src.SHA256, nil
	case !ok:
		return "", &connectors.Error{Kind: connectors.Unpinned, Err: fmt.Errorf("the lock file does not name %s", filepath.Base(src.Path))}
	case src.SHA256 != "" && src.SHA256 != locked:
		return "", &connectors.Error{Kind: connectors.ChecksumMismatch, Err: fmt.Errorf("the source pins %s, the lock file %s", src.SHA256, locked)}
	}
	return locked, nil
}

// certified is an error unless a certificate shows the level demanded, and for
// an action that actions were tried.
func (p policy) certified(sum string, src Source) error {
	demand, acts := max(p.demand, src.Demand), src.acts
	if demand == trust.None {
		return nil
	}
	best := trust.None
	for _, c := range p.certificates {
		if c.SHA256 == sum && (c.Acts || !acts) {
			best = max(best, c.Level)
		}
	}
	if best >= demand {
		return nil
	}
	what := fmt.Sprintf("level %s is demanded", demand)
	if acts {
		what += " with actions"
	}
	return &connectors.Error{Kind: connectors.Uncertified, Err: fmt.Errorf("%s, the certificates of SHA-256 %s show %s", what, sum, best)}
}
