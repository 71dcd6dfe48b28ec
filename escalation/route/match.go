package route

import (
	"context"
	"errors"
)

// walk is one descent through the tree.
type walk struct {
	ctx     context.Context
	subject *Subject
	errs    []error
}

func (w *walk) err() error {
	if w.errs == nil {
		return nil
	}
	return errors.Join(w.errs...)
}

// descend appends the routes at or below a node that matched. The node answers
// itself when none of its children does.
func (w *walk) descend(n *node, dst []*Route) []*Route {
	if len(n.children) == 0 {
		return append(dst, n.route)
	}
	before := len(dst)
	var c candidates
	n.index.start(w, &c)
	for {
		i, list := c.next()
		if list < 0 {
			break
		}
		child := n.children[i]
		if !w.matches(child, n.index.decides(list)) {
			continue
		}
		dst = w.descend(child, dst)
		if !child.proceed {
			break
		}
	}
	if len(dst) == before {
		dst = append(dst, n.route)
	}
	return dst
}

// matches checks the conditions of a node. decided says that the index has
// settled the expression already.
func (w *walk) matches(n *node, decided bool) bool {
	for i := range n.equal {
		if w.subject.get(n.equal[i].field) != n.equal[i].value {
			return false
		}
	}
	if n.severities != nil && !contains(n.severities, w.subject.Severity) {
		return false
	}
	if n.when == nil || decided {
		return true
	}
	ok, err := n.when.matches(w.ctx, w.subject)
	if err != nil {
		w.errs = append(w.errs, err)
	}
	return ok
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}
