package renewal

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/remediation"
)

// LetEnd plans what has to be done before an entitlement ends, so that nothing is short
// from then on without it: what is taken away, covered otherwise, or bought, by the policy
// of the request, and done by the end. A policy that lists reclaim and remove alone gives
// the deprovisioning. The request needs Input, Policy and Now; Result, Positions and Due
// are those of the end. A plan without steps says that nothing needs to be done.
//
// The clock stays, as it does in package forecast: the terms are those of the end, the
// use is that of today. The error wraps compliance.ErrInput or remediation.ErrRequest.
func LetEnd(ctx context.Context, r remediation.Request, id compliance.EntitlementID) (remediation.Plan, error) {
	in := r.Input
	if in.Estate == nil {
		return remediation.Plan{}, fmt.Errorf("renewal: %w: an estate is needed", compliance.ErrInput)
	}
	at := slices.IndexFunc(in.Entitlements, func(e compliance.Entitlement) bool { return e.ID == id })
	if at < 0 {
		return remediation.Plan{}, fmt.Errorf("renewal: %w: there is no entitlement %q", compliance.ErrInput, id)
	}
	ending := in.Entitlements[at]
	if !ending.End.After(r.Now) {
		return remediation.Plan{}, fmt.Errorf("renewal: %w: entitlement %s does not end after %s", compliance.ErrInput, id, r.Now.Format(time.DateOnly))
	}
	in.Entitlements = slices.DeleteFunc(slices.Clone(in.Entitlements), func(e compliance.Entitlement) bool {
		return e.ID == id || !e.End.IsZero() && !e.End.After(ending.End)
	})
	for i, e := range in.Entitlements {
		if !e.Start.After(ending.End) {
			in.Entitlements[i].Start = time.Time{}
		}
	}
	res, err := compliance.Reconcile(ctx, in)
	if err != nil {
		return remediation.Plan{}, fmt.Errorf("renewal: %w", err)
	}
	r.Input, r.Result, r.Due, r.Positions = in, res, ending.End, nil
	for _, p := range res.Positions {
		if p.Product == ending.Product {
			r.Positions = append(r.Positions, p.Key())
		}
	}
	if len(r.Positions) == 0 {
		return remediation.Plan{Created: r.Now, Due: ending.End, Estate: res.Estate}, nil
	}
	return remediation.Solve(ctx, r)
}
