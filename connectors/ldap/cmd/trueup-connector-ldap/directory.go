package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/trueup-dev/trueup/connectors"
)

// directory is a connection that is signed in.
type directory struct {
	conn        *ldap.Conn
	base        string
	ids         []string
	serviceBase *ldap.DN
	at          time.Time
	// active is true of Active Directory and what is compatible with it.
	active bool
	// referrals counts the parts that other directories hold.
	referrals int64
	// stop takes the watch of the context off.
	stop func() bool
}

// open connects and signs in. Errors name the address and never the password.
func open(ctx context.Context, s connectors.Settings) (*directory, error) {
	d := &directory{base: s.Values["base"], ids: strings.Split(s.Values["id"], ","), at: time.Now()}
	var err error
	if at := s.Values["at"]; at != "" {
		if d.at, err = time.Parse(time.RFC3339, at); err != nil {
			return nil, badConfig(fmt.Errorf("setting at is %q, want an instant such as 2026-03-31T12:00:00Z", at))
		}
	}
	if dn := s.Values["service-base"]; dn != "" {
		if d.serviceBase, err = ldap.ParseDN(dn); err != nil {
			return nil, badConfig(fmt.Errorf("setting service-base is %q, want a name such as ou=services,dc=example,dc=org", dn))
		}
	}
	for _, name := range []string{"user-filter", "group-filter"} {
		if _, err := ldap.CompileFilter(s.Values[name]); err != nil {
			return nil, badConfig(fmt.Errorf("setting %s: %w", name, err))
		}
	}
	secure, err := trust(s.Values["ca-file"])
	if err != nil {
		return nil, err
	}
	if d.conn, err = ldap.DialURL(s.Values["url"], ldap.DialWithTLSConfig(secure)); err != nil {
		return nil, &connectors.Error{Kind: connectors.Unavailable, Err: fmt.Errorf("%s: %w", s.Values["url"], err)}
	}
	d.stop = context.AfterFunc(ctx, func() { _ = d.conn.Close() })
	if err := d.signIn(s, secure); err != nil {
		return nil, errors.Join(err, d.close())
	}
	return d, nil
}

func badConfig(err error) error { return &connectors.Error{Kind: connectors.BadConfig, Err: err} }

// trust are the certificates to accept.
func trust(file string) (*tls.Config, error) {
	if file == "" {
		return &tls.Config{MinVersion: tls.VersionTLS12}, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, badConfig(fmt.Errorf("setting ca-file: %w", err))
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, badConfig(fmt.Errorf("setting ca-file: %s holds no certificate in PEM", file))
	}
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, nil
}

func (d *directory) signIn(s connectors.Settings, secure *tls.Config) error {
	if s.Values["start-tls"] == "true" {
		secure = secure.Clone()
		_, host, _ := strings.Cut(s.Values["url"], "://")
		secure.ServerName, _, _ = strings.Cut(host, ":")
		if err := d.conn.StartTLS(secure); err != nil {
			return failure("encrypt", err)
		}
	}
	if s.Values["user"] == "" {
		return nil
	}
	if s.Secrets["password"] == "" {
		// Directories take a name without a password for an anonymous user.
		return badConfig(errors.New("a user is set without a password"))
	}
	return failure("sign in", d.conn.Bind(s.Values["user"], s.Secrets["password"]))
}

// probe looks at the base, so that a wrong one is found before it gives no users.
func (d *directory) probe() error {
	request := ldap.NewSearchRequest(d.base, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 1, 60, false, "(objectClass=*)", []string{"1.1"}, nil)
	_, err := d.conn.Search(request)
	return failure("base "+d.base, err)
}

// activeDirectory is the capability by which Active Directory is told (MS-ADTS
// 3.1.1.3.4.3.1).
const activeDirectory = "1.2.840.113556.1.4.800"

// recognise finds out whether the directory is Active Directory. One that does not say
// is none.
func (d *directory) recognise() error {
	request := ldap.NewSearchRequest("", ldap.ScopeBaseObject, ldap.NeverDerefAliases, 1, 60, false, "(objectClass=*)", []string{"supportedCapabilities"}, nil)
	answer, err := d.conn.Search(request)
	if err != nil && ldap.IsErrorAnyOf(err, ldap.LDAPResultNoSuchObject, ldap.LDAPResultInsufficientAccessRights) {
		return nil
	}
	if err != nil {
		return failure("ask what the directory can", err)
	}
	for _, e := range answer.Entries {
		d.active = d.active || slices.Contains(e.GetEqualFoldAttributeValues("supportedCapabilities"), activeDirectory)
	}
	return nil
}

// pageSize is how many entries an answer holds; Active Directory gives at most 1000.
const pageSize = 500

// search gives the entries below the base, page by page.
func (d *directory) search(ctx context.Context, filter string, attributes []string, each func(*ldap.Entry) error) error {
	paging := ldap.NewControlPaging(pageSize)
	for {
		request := ldap.NewSearchRequest(d.base, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, filter, attributes, []ldap.Control{paging})
		answer, err := d.conn.Search(request)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return failure("search "+d.base, err)
		}
		d.referrals += int64(len(answer.Referrals))
		for _, e := range answer.Entries {
			if err := each(e); err != nil {
				return err
			}
		}
		next, ok := ldap.FindControl(answer.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging)
		if !ok || len(next.Cookie) == 0 {
			return nil
		}
		paging.SetCookie(next.Cookie)
	}
}

func (d *directory) close() error {
	d.stop()
	if err := d.conn.Close(); err != nil && !d.conn.IsClosing() {
		return err
	}
	return nil
}

// failure gives an answer of the directory its kind.
func failure(doing string, err error) error {
	if err == nil {
		return nil
	}
	kind := connectors.Unavailable
	switch {
	case ldap.IsErrorAnyOf(err, ldap.LDAPResultInvalidCredentials, ldap.LDAPResultInappropriateAuthentication, ldap.LDAPResultStrongAuthRequired):
		kind = connectors.AuthFailed
	case ldap.IsErrorAnyOf(err, ldap.LDAPResultInsufficientAccessRights, ldap.LDAPResultSizeLimitExceeded):
		kind = connectors.PermissionDenied
	case ldap.IsErrorAnyOf(err, ldap.LDAPResultNoSuchObject, ldap.LDAPResultInvalidDNSyntax):
		kind = connectors.BadConfig
	}
	return &connectors.Error{Kind: kind, Err: fmt.Errorf("%s: %w", doing, err)}
}
