// Command trueup-connector-github reads who uses the licences of a GitHub enterprise,
// how many were bought, and who has a seat of Copilot and when they last used it.
//
// # What a licence is
//
// GitHub counts a person once, whether on github.com or on servers of the enterprise,
// and says so in one row with the type of the licence. That row is a seat here. A
// person without a login on github.com goes by the account on the first server. What
// GitHub counts itself stands in the totals of the collection, to compare with.
package main

import (
	"context"
	"net/http"
	"net/url"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/saas/httpsource"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

func main() { sdk.Serve(about(), collector{}) }

func about() connectors.Description {
	return connectors.Description{
		Name:    "github",
		Version: "1.0.0",
		Summary: "reads licences, their users and Copilot seats of a GitHub enterprise",
		Kinds:   []connectors.Kind{connectors.User, connectors.Seat, connectors.Entitlement},
		Settings: []connectors.Setting{
			{Name: "url", Default: "https://api.github.com", Doc: "address of the API; of an enterprise server https://HOST/api/v3"},
			{Name: "ca-file", Doc: "certificates to trust in place of the system's, in PEM"},
			{Name: "enterprise", Required: true, Doc: "short name of the enterprise, as in its address"},
			{Name: "token", Secret: true, Required: true, Doc: "personal access token (classic) of an enterprise owner or billing manager"},
			{Name: "copilot", Default: "false", Values: []string{"true", "false"}, Doc: "true reads the seats of Copilot as well"},
		},
	}
}

type collector struct{}

// open makes the client. wait may be nil.
func open(s connectors.Settings, wait httpsource.Wait) (*httpsource.Client, error) {
	return httpsource.New(httpsource.Config{
		Base: s.Values["url"], CAFile: s.Values["ca-file"], Auth: httpsource.Token("Bearer " + s.Secrets["token"]),
		Header: http.Header{
			"Accept":               {"application/vnd.github+json, application/json"},
			"User-Agent":           {"trueup-connector-github"},
			"X-Github-Api-Version": {"2022-11-28"},
		},
	}, wait)
}

func licensesOf(s connectors.Settings) string {
	return "enterprises/" + url.PathEscape(s.Values["enterprise"]) + "/consumed-licenses"
}

// Check asks for the smallest page.
func (collector) Check(ctx context.Context, s connectors.Settings) error {
	client, err := open(s, nil)
	if err != nil {
		return err
	}
	defer client.Close()
	_, err = client.Get(ctx, licensesOf(s), url.Values{"per_page": {"1"}})
	return err
}

// Collect reads licences, then Copilot.
func (collector) Collect(ctx context.Context, req sdk.Request, to *sdk.Writer) error {
	client, err := open(req.Settings, to.Wait)
	if err != nil {
		return err
	}
	defer client.Close()
	r := &reading{to: to, enterprise: req.Settings.Values["enterprise"], users: map[string]bool{}}
	pages := url.Values{"per_page": {"100"}}
	if err := client.Each(ctx, licensesOf(req.Settings), pages, r.licenses); err != nil {
		return err
	}
	if req.Settings.Values["copilot"] == "true" {
		r.copilot = map[string]seatOfCopilot{}
		path := "enterprises/" + url.PathEscape(r.enterprise) + "/copilot/billing/seats"
		if err := client.Each(ctx, path, pages, r.copilotSeats); err != nil {
			return err
		}
	}
	to.Total(connectors.Total{Name: "users", Kind: connectors.User, Count: int64(len(r.users))})
	if r.broken > 0 {
		return nil
	}
	return to.Complete("", nil)
}
