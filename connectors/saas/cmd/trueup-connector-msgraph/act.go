package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/saas/httpsource"
)

// holding is what a user has of one licence: directly, or through groups.
type holding struct{ direct, group bool }

func (h holding) state() map[string]string {
	return map[string]string{"assigned": strconv.FormatBool(h.direct || h.group), "direct": strconv.FormatBool(h.direct)}
}

// Act assigns a licence to a user, or takes it back. The target is a seat: user, and
// product_code or name.
func (collector) Act(ctx context.Context, s connectors.Settings, a connectors.Action) (connectors.Effect, error) {
	refused := connectors.Effect{Outcome: connectors.Refused}
	id := a.Target["user"]
	if a.Kind != connectors.Seat || id == "" {
		return refused, &connectors.Error{Kind: connectors.Unsupported, Err: errors.New("only seats can be changed, of a user that is named")}
	}
	client, err := open(s, nil)
	if err != nil {
		return refused, err
	}
	defer client.Close()
	sku, err := skuOf(ctx, client, a.Target)
	if err != nil {
		return refused, err
	}
	now, err := held(ctx, client, id, sku)
	if err != nil {
		return refused, err
	}
	effect := connectors.Effect{Outcome: connectors.Unchanged, Before: now.state(), After: now.state()}
	body := map[string]any{"addLicenses": []any{}, "removeLicenses": []string{}}
	if a.Verb == connectors.Assign {
		if now.direct || now.group {
			return effect, nil
		}
		body["addLicenses"] = []any{map[string]any{"skuId": sku, "disabledPlans": []string{}}}
		effect.After = holding{direct: true}.state()
	} else {
		switch {
		case !now.direct && !now.group:
			return effect, nil
		case now.group:
			effect.Outcome = connectors.Refused
			return effect, &connectors.Error{Kind: connectors.Unsupported, Err: errors.New("the licence comes from a group; take the user out of the group")}
		}
		body["removeLicenses"] = []string{sku}
		effect.After = holding{}.state()
	}
	effect.Outcome = connectors.Performed
	if a.DryRun {
		return effect, nil
	}
	_, err = client.Send(ctx, http.MethodPost, "users/"+url.PathEscape(id)+"/assignLicense", body)
	if errors.Is(err, httpsource.ErrUncertain) {
		effect.Outcome = connectors.Uncertain
	}
	return effect, err
}

// skuOf is the identifier of the licence that a target names.
func skuOf(ctx context.Context, client *httpsource.Client, target map[string]string) (string, error) {
	if code := target["product_code"]; code != "" {
		return code, nil
	}
	var match string
	err := client.Each(ctx, "subscribedSkus", nil, func(p *httpsource.Page) (string, error) {
		page, err := listOf(p)
		if err != nil {
			return "", err
		}
		for _, raw := range page.Value {
			if s, err := httpsource.Record[subscribedSKU](raw); err == nil && s.Name == target["name"] {
				match = s.ID
			}
		}
		return page.Next, nil
	})
	if err == nil && match == "" {
		err = &connectors.Error{Kind: connectors.BadData, Err: fmt.Errorf("the tenant has no licence %q", target["name"])}
	}
	return match, err
}

// held is what a user has of a licence now.
func held(ctx context.Context, client *httpsource.Client, user, sku string) (holding, error) {
	p, err := client.Get(ctx, "users/"+url.PathEscape(user), url.Values{"$select": {"id,licenseAssignmentStates"}})
	if err != nil {
		return holding{}, err
	}
	var answer struct {
		States *[]struct {
			SKU   string  `json:"skuId"`
			Group *string `json:"assignedByGroup"`
		} `json:"licenseAssignmentStates"`
	}
	if err := p.Into(&answer); err != nil {
		return holding{}, err
	}
	if answer.States == nil {
		return holding{}, p.Lacks("licenseAssignmentStates")
	}
	var h holding
	for _, s := range *answer.States {
		if s.SKU == sku {
			h.direct, h.group = h.direct || s.Group == nil, h.group || s.Group != nil
		}
	}
	return h, nil
}
