// Command trueup-connector-msgraph reads, through Microsoft Graph, what licences a
// tenant of Microsoft 365 or Entra ID has, who they are assigned to, and when those
// people last signed in. It also assigns licences and takes them back.
//
// # How it follows changes
//
// Users come by delta query, so that a later reading asks only for those that changed.
// A user that changed may have lost a licence, and Graph does not say which: seats of
// all licences of the tenant that the user does not have are taken away. Sign-ins are
// not part of a delta query. They are listed each time, and a checksum for each day
// tells the days on which something is new, so that a sign-in that Graph reports late
// is not missed.
//
// # What a sign-in says
//
// Graph knows when a person last signed in to the tenant, not which product was used.
// The last use of each seat is therefore the last sign-in, of whatever kind: no product
// was used later. Without a sign-in on record it is not known, which is not never.
package main

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/saas/httpsource"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

func main() { sdk.Serve(about(), collector{}) }

func about() connectors.Description {
	return connectors.Description{
		Name:    "msgraph",
		Version: "1.0.0",
		Summary: "reads licences, users and sign-ins of Microsoft 365, and assigns and reclaims licences",
		Kinds:   []connectors.Kind{connectors.User, connectors.Seat, connectors.Entitlement},
		Verbs:   []connectors.Verb{connectors.Reclaim, connectors.Assign, connectors.Revoke},

		Incremental: true,
		Settings: []connectors.Setting{
			{Name: "tenant", Required: true, Doc: "identifier or domain of the tenant"},
			{Name: "client-id", Required: true, Doc: "identifier of the registered application"},
			{Name: "client-secret", Secret: true, Required: true, Doc: "its secret"},
			{Name: "sign-ins", Default: "true", Values: []string{"true", "false"}, Doc: "false leaves out when users last signed in, which needs Entra ID P1"},
			{Name: "url", Default: "https://graph.microsoft.com/v1.0", Doc: "address of Graph; national clouds have others"},
			{Name: "authority", Default: "https://login.microsoftonline.com", Doc: "address that gives tokens"},
			{Name: "ca-file", Doc: "certificates to trust in place of the system's, in PEM"},
		},
	}
}

type collector struct{}

// open makes the client. wait may be nil.
func open(s connectors.Settings, wait httpsource.Wait) (*httpsource.Client, error) {
	scope := s.Values["url"]
	if u, err := url.Parse(scope); err == nil {
		scope = u.Scheme + "://" + u.Host + "/.default"
	}
	tokens := strings.TrimSuffix(s.Values["authority"], "/") + "/" + url.PathEscape(s.Values["tenant"]) + "/oauth2/v2.0/token"
	auth, err := httpsource.NewClientCredentials(tokens, s.Values["client-id"], s.Secrets["client-secret"], scope)
	if err != nil {
		return nil, err
	}
	return httpsource.New(httpsource.Config{Base: s.Values["url"], CAFile: s.Values["ca-file"], Auth: auth, Code: errorCode}, wait)
}

// errorCode is the code in an error of Graph.
func errorCode(body []byte) string {
	var answer struct {
		Error struct {
			Code string `json:"code"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return ""
	}
	return answer.Error.Code
}

// Check asks for what a reading asks for, in the smallest pages.
func (collector) Check(ctx context.Context, s connectors.Settings) error {
	client, err := open(s, nil)
	if err != nil {
		return err
	}
	defer client.Close()
	if _, err := client.Get(ctx, "subscribedSkus", nil); err != nil {
		return err
	}
	fields := "id"
	if s.Values["sign-ins"] == "true" {
		fields += ",signInActivity"
	}
	_, err = client.Get(ctx, "users", url.Values{"$select": {fields}, "$top": {"1"}})
	return err
}

// Collect reads licences, sign-ins, then users.
func (collector) Collect(ctx context.Context, req sdk.Request, to *sdk.Writer) error {
	before, err := parseCursor(req.Cursor)
	if err != nil {
		return err
	}
	client, err := open(req.Settings, to.Wait)
	if err != nil {
		return err
	}
	defer client.Close()
	r := &reading{client: client, to: to, resumed: before.Link != "", now: before, signIns: map[string]signIn{}, done: map[string]bool{}}
	if err := r.licenses(ctx); err != nil {
		return err
	}
	days := before.Days
	if req.Settings.Values["sign-ins"] == "true" {
		if days, err = r.listSignIns(ctx); err != nil {
			return err
		}
	}
	if !r.resumed {
		r.now.First, r.now.Days = true, days
	}
	if err := r.users(ctx); err != nil {
		return err
	}
	return r.finish(days)
}
