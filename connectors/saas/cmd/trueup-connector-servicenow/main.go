// Command trueup-connector-servicenow reads computers, installed software, software
// entitlements and users from the tables of a ServiceNow instance.
//
// # How a table is read
//
// In the order of sys_id, each page from the last sys_id on. Pages by offset, which the
// interface also has, miss records when others are deleted meanwhile. The interface
// says how many records there are, whether or not the account may see them: when fewer
// come, some are hidden, and the source is not whole.
//
// # How it follows changes
//
// The cursor keeps, for each table, the latest sys_updated_on and the number of records.
// A later reading asks for records changed since, with a minute's overlap for those that
// were committed late. The interface does not tell of deletions, but the number of
// records does: when it is not the earlier one and the new records, something is gone,
// and the cursor is not good any more, so that the host reads anew. The same holds for
// an install that changed: what it was before is not told.
package main

import (
	"context"
	"net/url"
	"strings"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/saas/httpsource"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

func main() { sdk.Serve(about(), collector{}) }

func about() connectors.Description {
	return connectors.Description{
		Name:    "servicenow",
		Version: "1.0.0",
		Summary: "reads computers, software, entitlements and users from ServiceNow",
		Kinds:   []connectors.Kind{connectors.User, connectors.Device, connectors.Install, connectors.Entitlement},

		Incremental: true,
		Settings: []connectors.Setting{
			{Name: "url", Required: true, Doc: "address of the instance, such as https://example.service-now.com"},
			{Name: "ca-file", Doc: "certificates to trust in place of the system's, in PEM"},
			{Name: "user", Doc: "account to sign in with, whose time zone is GMT"},
			{Name: "password", Secret: true, Doc: "its password"},
			{Name: "client-id", Doc: "identifier of an OAuth client with the grant client credentials, in place of an account"},
			{Name: "client-secret", Secret: true, Doc: "its secret"},
			{Name: "users", Default: "sys_user", Doc: "table of users; empty leaves them out"},
			{Name: "computers", Default: "cmdb_ci_computer", Doc: "table of computers; empty leaves them out, and software with them"},
			{Name: "installs", Default: "cmdb_sam_sw_install", Doc: "table of installed software; empty leaves it out"},
			{Name: "entitlements", Default: "alm_license", Doc: "table of software entitlements; empty leaves them out"},
			{Name: "computer-filter", Default: "install_status!=7", Doc: "encoded query that computers must meet; by default they are not retired"},
			{Name: "install-filter", Default: "installed_on.install_status!=7", Doc: "encoded query that installs must meet"},
			{Name: "quantity", Default: "purchased_rights,rights", Doc: "fields of an entitlement that hold the rights purchased, the first that is filled"},
		},
	}
}

type collector struct{}

// open makes the client. wait may be nil.
func open(s connectors.Settings, wait httpsource.Wait) (*httpsource.Client, error) {
	c := httpsource.Config{Base: s.Values["url"], CAFile: s.Values["ca-file"], Auth: httpsource.Basic{User: s.Values["user"], Password: s.Secrets["password"]}}
	if id := s.Values["client-id"]; id != "" {
		auth, err := httpsource.NewClientCredentials(strings.TrimSuffix(c.Base, "/")+"/oauth_token.do", id, s.Secrets["client-secret"])
		if err != nil {
			return nil, err
		}
		c.Auth = auth
	}
	return httpsource.New(c, wait)
}

// Check asks each table for one record.
func (collector) Check(ctx context.Context, s connectors.Settings) error {
	client, err := open(s, nil)
	if err != nil {
		return err
	}
	defer client.Close()
	for _, t := range tables(s) {
		if _, err := client.Get(ctx, t.path(), url.Values{"sysparm_limit": {"1"}, "sysparm_fields": {"sys_id"}}); err != nil {
			return err
		}
	}
	return nil
}

// Collect reads the tables one after the other.
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
	r := &reading{client: client, to: to, now: before, quantity: strings.Split(req.Settings.Values["quantity"], ",")}
	all := tables(req.Settings)
	if before.Whole {
		return r.changes(ctx, all)
	}
	for _, t := range all {
		if err := r.table(ctx, t); err != nil {
			return err
		}
	}
	if r.broken > 0 {
		return nil
	}
	if r.crowded {
		return to.Complete("", nil)
	}
	r.now.Whole = true
	cursor, err := r.now.encode()
	if err != nil {
		return err
	}
	return to.Complete("", cursor)
}
