package main

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/saas/httpsource"
)

// Act takes an assignment away. The target is a seat: user, and product_code as the
// reading gives it.
func (collector) Act(ctx context.Context, s connectors.Settings, a connectors.Action) (connectors.Effect, error) {
	effect := connectors.Effect{Outcome: connectors.Refused}
	_, appID, ok := strings.Cut(a.Target["product_code"], "/")
	if a.Kind != connectors.Seat || a.Target["user"] == "" || !ok || appID == "" {
		return effect, &connectors.Error{Kind: connectors.Unsupported, Err: errors.New("only seats can be changed, of a user and a product_code that are named")}
	}
	client, err := open(s, nil)
	if err != nil {
		return effect, err
	}
	defer client.Close()
	path := "api/v1/apps/" + url.PathEscape(appID) + "/users/" + url.PathEscape(a.Target["user"])
	p, err := client.Get(ctx, path, nil)
	var status *httpsource.StatusError
	none := map[string]string{"assigned": "false"}
	if errors.As(err, &status) && status.Status == http.StatusNotFound {
		return connectors.Effect{Outcome: connectors.Unchanged, Before: none, After: none}, nil
	}
	if err != nil {
		return effect, err
	}
	var now assignment
	if err := p.Into(&now); err != nil {
		return effect, err
	}
	effect.Before = map[string]string{"assigned": "true", "status": now.Status, "scope": now.Scope}
	if now.Scope != "USER" {
		effect.After = effect.Before
		return effect, &connectors.Error{Kind: connectors.Unsupported, Err: errors.New("the application comes from a group; take the user out of the group")}
	}
	effect.Outcome, effect.After = connectors.Performed, none
	if a.DryRun {
		return effect, nil
	}
	_, err = client.Send(ctx, http.MethodDelete, path, nil)
	if errors.Is(err, httpsource.ErrUncertain) {
		effect.Outcome = connectors.Uncertain
	}
	return effect, err
}
