package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

// account is a user as Request Tracker lists them.
type account struct {
	ID       string `json:"id"`
	Name     string `json:"Name"`
	RealName string `json:"RealName"`
}

// Collect reads the users. The listing does not say who is disabled, so it is read
// twice: with the disabled and without.
func (*desk) Collect(ctx context.Context, req sdk.Request, to *sdk.Writer) error {
	c, err := open(req.Settings)
	if err != nil {
		return err
	}
	all, err := c.users(ctx, true)
	if err != nil {
		return err
	}
	enabled, err := c.users(ctx, false)
	if err != nil {
		return err
	}
	active := map[string]bool{}
	for _, a := range enabled {
		active[a.Name] = true
	}
	slices.SortFunc(all, func(a, b account) int { return strings.Compare(a.Name, b.Name) })
	for _, a := range all {
		can := active[a.Name]
		u := compliance.User{ID: compliance.UserID(a.Name), Name: a.RealName, Active: &can}
		if a.Name == "RT_System" || a.Name == "Nobody" { // made by Request Tracker itself
			u.Kind = compliance.ServiceAccount
		}
		if err := to.User(u); err != nil {
			return err
		}
	}
	to.Total(connectors.Total{Name: "users", Kind: connectors.User, Count: int64(len(all))})
	return to.Complete("", nil)
}

// pageSize is how many users an answer holds, as many as REST 2 gives by itself.
const pageSize = 20

// users lists the users page by page. A listing that shrinks or grows while it is read
// is an error: a user may have been passed over.
func (c *client) users(ctx context.Context, disabled bool) ([]account, error) {
	query := url.Values{"fields": {"Name,RealName"}, "per_page": {fmt.Sprint(pageSize)}, "orderby": {"id"}}
	if disabled {
		query.Set("find_disabled_rows", "1")
	}
	everyone := []map[string]string{{"field": "id", "operator": ">", "value": "0"}}
	var all []account
	for page := 1; ; page++ {
		query.Set("page", fmt.Sprint(page))
		var answer struct {
			Items []account `json:"items"`
			Total int       `json:"total"`
		}
		if err := c.do(ctx, http.MethodPost, "users?"+query.Encode(), everyone, &answer); err != nil {
			return nil, err
		}
		all = append(all, answer.Items...)
		switch {
		case len(all) == answer.Total:
			return all, nil
		case len(answer.Items) == 0 || len(all) > answer.Total:
			return nil, &connectors.Error{Kind: connectors.BadData, Err: fmt.Errorf("%d users were listed where %d were stated; read them again", len(all), answer.Total)}
		}
	}
}
