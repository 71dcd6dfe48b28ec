// Command trueup-connector-ldap reads users and groups from a directory: Active
// Directory, Samba, OpenLDAP, and others that speak LDAP version 3.
//
// # Who is active
//
// A user is inactive when the directory says that the account is disabled, locked for
// good, or expired, and active when it says something of it and nothing of these
// holds. A directory that says nothing of an account leaves it unknown. What is read:
// userAccountControl and accountExpires of Active Directory (MS-ADTS 2.2.16,
// MS-ADA1 2.2), pwdAccountLockedTime of the password policy draft, shadowExpire of
// RFC 2307, nsAccountLock of 389 Directory Server.
package main

import (
	"context"
	"errors"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

func main() { sdk.Serve(about(), collector{}) }

func about() connectors.Description {
	return connectors.Description{
		Name:    "ldap",
		Version: "1.0.0",
		Summary: "reads users and groups from Active Directory and other LDAP directories",
		Kinds:   []connectors.Kind{connectors.User, connectors.GroupMember},
		Settings: []connectors.Setting{
			{Name: "url", Required: true, Doc: "address, such as ldaps://dc.example.org or ldap://127.0.0.1:389"},
			{Name: "start-tls", Default: "false", Values: []string{"true", "false"}, Doc: "true turns a connection by ldap:// into an encrypted one"},
			{Name: "ca-file", Doc: "certificates to trust in place of the system's, in PEM"},
			{Name: "user", Doc: "name to sign in with, such as cn=reader,dc=example,dc=org; empty asks anonymously"},
			{Name: "password", Secret: true, Doc: "its password"},
			{Name: "base", Required: true, Doc: "where to search, such as dc=example,dc=org"},
			{Name: "user-filter", Default: "(|(objectClass=inetOrgPerson)(&(objectCategory=person)(objectClass=user))(objectClass=posixAccount))", Doc: "filter of users"},
			{Name: "group-filter", Default: "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=group)(objectClass=posixGroup))", Doc: "filter of groups"},
			{Name: "id", Default: "sAMAccountName,uid", Doc: "attributes that identify a user, the first that is there"},
			{Name: "service-base", Doc: "accounts below it are service accounts"},
			{Name: "at", Doc: "instant at which accounts are judged to have expired, such as 2026-03-31T12:00:00Z; now when empty"},
		},
	}
}

type collector struct{}

// Check signs in and looks at the base.
func (collector) Check(ctx context.Context, s connectors.Settings) error {
	d, err := open(ctx, s)
	if err != nil {
		return err
	}
	return errors.Join(d.probe(), d.close())
}

// Collect reads users, then groups.
func (collector) Collect(ctx context.Context, req sdk.Request, to *sdk.Writer) (err error) {
	d, err := open(ctx, req.Settings)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	r := &reading{directory: d, to: to, names: map[string]string{}, taken: map[string]string{}, members: map[string]bool{}}
	if err := d.search(ctx, req.Settings.Values["user-filter"], userAttributes(d.ids), r.user); err != nil {
		return err
	}
	if to.Wants(connectors.GroupMember) {
		if err := d.search(ctx, req.Settings.Values["group-filter"], []string{"cn", "sAMAccountName", "member", "uniqueMember", "memberUid"}, r.group); err != nil {
			return err
		}
		to.Total(connectors.Total{Name: "members that are no users of the search", Count: r.strangers})
	}
	to.Total(connectors.Total{Name: "users", Kind: connectors.User, Count: r.users})
	if r.broken > 0 {
		return nil
	}
	return to.Complete("", nil)
}
