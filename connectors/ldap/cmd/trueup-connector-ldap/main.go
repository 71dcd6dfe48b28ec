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
// RFC 2307, nsAccountLock of 389 Directory Server. A password that has expired leaves
// an account active: its owner may set another.
//
// # Who is in a group
//
// Groups within groups count, and so does the primary group of an account in Active
// Directory, which is in no list of members.
package main

import (
	"context"
	"errors"

	"github.com/go-ldap/ldap/v3"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

func main() { sdk.Serve(about(), collector{}) }

func about() connectors.Description {
	return connectors.Description{
		Name:    "ldap",
		Version: "1.0.0",
		Summary: "reads users and groups from Active Directory and other LDAP directories",
		Kinds:   []connectors.Kind{connectors.User, connectors.GroupMember, connectors.Device},
		Settings: []connectors.Setting{
			{Name: "url", Required: true, Doc: "address, such as ldaps://dc.example.org or ldap://127.0.0.1:389"},
			{Name: "start-tls", Default: "false", Values: []string{"true", "false"}, Doc: "true turns a connection by ldap:// into an encrypted one"},
			{Name: "ca-file", Doc: "certificates to trust in place of the system's, in PEM"},
			{Name: "user", Doc: "name to sign in with, such as cn=reader,dc=example,dc=org; empty asks anonymously"},
			{Name: "password", Secret: true, Doc: "its password"},
			{Name: "base", Required: true, Doc: "where to search, such as dc=example,dc=org"},
			{Name: "user-filter", Default: userFilter, Doc: "filter of users"},
			{Name: "group-filter", Default: "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=group)(objectClass=posixGroup))", Doc: "filter of groups"},
			{Name: "nested", Default: "true", Values: []string{"true", "false"}, Doc: "false leaves out who is in a group only by way of another"},
			{Name: "computers", Default: "false", Values: []string{"true", "false"}, Doc: "true gives the machines of Active Directory as well"},
			{Name: "id", Default: "sAMAccountName,uid", Doc: "attributes that identify a user, the first that is there"},
			{Name: "service-base", Doc: "accounts below it are service accounts"},
			{Name: "at", Doc: "instant at which accounts are judged to have expired, such as 2026-03-31T12:00:00Z; now when empty"},
		},
	}
}

// userFilter finds people and accounts of services. Those that Active Directory manages
// are of no person's category.
const userFilter = "(|(objectClass=inetOrgPerson)(&(objectCategory=person)(objectClass=user))(objectClass=posixAccount)" +
	"(objectClass=msDS-ManagedServiceAccount)(objectClass=msDS-GroupManagedServiceAccount))"

type collector struct{}

// Check signs in and looks at the base.
func (collector) Check(ctx context.Context, s connectors.Settings) error {
	d, err := open(ctx, s)
	if err != nil {
		return err
	}
	return errors.Join(d.probe(), d.close())
}

// Collect reads users, then groups, then machines.
func (collector) Collect(ctx context.Context, req sdk.Request, to *sdk.Writer) (err error) {
	d, err := open(ctx, req.Settings)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	if err := d.recognise(); err != nil {
		return err
	}
	values := req.Settings.Values
	r := &reading{directory: d, to: to, names: map[string]string{}, taken: map[string]string{}, primary: map[string][]string{}, byName: map[string]*group{}}
	if err := d.search(ctx, values["user-filter"], userAttributes(d.ids), r.user); err != nil {
		return err
	}
	if to.Wants(connectors.GroupMember) {
		err := d.search(ctx, values["group-filter"], d.groupAttributes(), func(e *ldap.Entry) error { return r.group(ctx, e) })
		if err != nil {
			return err
		}
		if err := r.memberships(values["nested"] == "true"); err != nil {
			return err
		}
		to.Total(connectors.Total{Name: "members that are no users of the search", Count: r.strangers})
	}
	if values["computers"] == "true" {
		if err := d.search(ctx, computerFilter, computerAttributes, r.computer); err != nil {
			return err
		}
		to.Total(connectors.Total{Name: "computers", Kind: connectors.Device, Count: r.computers})
		to.Total(connectors.Total{Name: "computers whose account is disabled, which are left out", Count: r.disabled})
	}
	to.Total(connectors.Total{Name: "referrals to other directories, which are not followed", Count: d.referrals})
	to.Total(connectors.Total{Name: "users", Kind: connectors.User, Count: r.users})
	if r.broken > 0 {
		return nil
	}
	return to.Complete("", nil)
}
