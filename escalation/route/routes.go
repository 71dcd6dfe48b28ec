package route

import (
	"context"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/escalation/internal/levels"
)

// Routes is a checked tree, safe for concurrent use.
type Routes struct {
	root  *node
	named map[string]*Route
	order []*Route
}

// node is a compiled route and how it matches.
type node struct {
	route *Route
	equal []pair
	// severities are the names that match; nil means any.
	severities []string
	when       *matcher
	proceed    bool
	children   []*node
	index      index

	// set is the severity condition for checks between routes.
	set levels.Set
	at  document.Text
}

type pair struct {
	field field
	value string
}

// Match is the routes that a subject goes to, in the order of the document. There
// is always at least one. The error joins what went wrong in expressions, each
// with its place; their routes did not match, and the routes returned are valid.
func (r *Routes) Match(ctx context.Context, s *Subject) ([]*Route, error) {
	return r.Append(ctx, nil, s)
}

// Append is [Routes.Match] into a slice that the caller keeps: it allocates
// nothing when the slice has room and expressions have met the subject's values
// before.
func (r *Routes) Append(ctx context.Context, dst []*Route, s *Subject) ([]*Route, error) {
	w := walk{ctx: ctx, subject: s}
	dst = w.descend(r.root, dst)
	return dst, w.err()
}

// Named is the route with a name, nil when there is none.
func (r *Routes) Named(name string) *Route { return r.named[name] }

// All are the routes in the order of the document, the root first.
func (r *Routes) All() []*Route { return append([]*Route(nil), r.order...) }
