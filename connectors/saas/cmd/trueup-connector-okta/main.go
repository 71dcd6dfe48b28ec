// Command trueup-connector-okta reads users, and the applications that they are assigned
// to, from Okta. It also takes assignments away.
//
// # How it follows changes
//
// A later reading lists users and assignments again, since Okta can be asked neither for
// assignments nor for sign-ins since an instant, and gives what is new: users by their
// lastUpdated, seats of users who signed in since, and the assignments that the system
// log says were given or taken. The log goes back 90 days; an older cursor is refused, and
// so is one since which applications were made, changed or deleted.
//
// # What a sign-in says
//
// A user's last sign-in to Okta is given as the last use of each of the user's seats: no
// application was opened through Okta later. Of a user who never signed in it is not known.
package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/saas/httpsource"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

func main() { sdk.Serve(about(), collector{}) }

func about() connectors.Description {
	return connectors.Description{
		Name:    "okta",
		Version: "1.0.0",
		Summary: "reads users and their applications from Okta, and takes assignments away",
		Kinds:   []connectors.Kind{connectors.User, connectors.Seat},
		Verbs:   []connectors.Verb{connectors.Reclaim, connectors.Revoke},

		Incremental: true,
		Settings: []connectors.Setting{
			{Name: "url", Required: true, Doc: "address of the organisation, such as https://example.okta.com"},
			{Name: "token", Secret: true, Required: true, Doc: "API token of an account with the role of a read-only administrator"},
			{Name: "ca-file", Doc: "certificates to trust in place of the system's, in PEM"},
			{Name: "log", Default: "true", Values: []string{"true", "false"}, Doc: "false asks no log, and each reading is of everything"},
		},
	}
}

type collector struct{}

// open makes the client. wait may be nil.
func open(s connectors.Settings, wait httpsource.Wait) (*httpsource.Client, error) {
	return httpsource.New(httpsource.Config{
		Base: s.Values["url"], CAFile: s.Values["ca-file"], Auth: httpsource.Token("SSWS " + s.Secrets["token"]),
		Header: http.Header{"User-Agent": {"trueup-connector-okta"}}, Code: errorCode,
	}, wait)
}

// errorCode is the code in an error of Okta.
func errorCode(body []byte) string {
	var answer struct {
		Code string `json:"errorCode"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return ""
	}
	return answer.Code
}

// Check asks for what a reading asks for, in the smallest pages.
func (collector) Check(ctx context.Context, s connectors.Settings) error {
	client, err := open(s, nil)
	if err != nil {
		return err
	}
	defer client.Close()
	paths := []string{"api/v1/users", "api/v1/apps"}
	if s.Values["log"] == "true" {
		paths = append(paths, "api/v1/logs")
	}
	for _, path := range paths {
		if _, err := client.Get(ctx, path, url.Values{"limit": {"1"}}); err != nil {
			return err
		}
	}
	return nil
}

// Collect reads users, then the assignments of each application.
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
	r := &reading{client: client, to: to, log: req.Settings.Values["log"] == "true", before: before, now: cursor{Apps: map[string]app{}},
		at: time.Now().UTC(), listed: map[string]user{}, fresh: map[string]bool{}, touched: map[pair]bool{}, left: map[string]bool{}}
	return r.read(ctx)
}
