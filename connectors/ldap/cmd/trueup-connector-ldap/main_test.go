package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/internal/trial"
)

var shop trial.Shop

func TestMain(m *testing.M) { shop.Main(m) }

const (
	suffix = "dc=example,dc=org"
	admin  = "cn=admin," + suffix
	secret = "canary-password"
)

// conf is a directory with the attributes of Active Directory beside those that
// OpenLDAP brings.
const conf = `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
include /etc/ldap/schema/inetorgperson.schema
attributetype ( 1.2.840.113556.1.4.8 NAME 'userAccountControl' SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.159 NAME 'accountExpires' SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.221 NAME 'sAMAccountName' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
objectclass ( 1.3.6.1.4.1.55555.1 NAME 'directoryAccount' SUP top AUXILIARY MAY ( userAccountControl $ accountExpires $ sAMAccountName ) )
modulepath /usr/lib/ldap
moduleload back_mdb
database mdb
directory %[1]s
suffix "%[2]s"
rootdn "%[3]s"
rootpw %[4]s
`

// slapd starts a directory of its own and gives its address. Where none is installed
// it skips the test, or fails it if CI is set.
func slapd(t *testing.T) string {
	t.Helper()
	const program = "/usr/sbin/slapd"
	if _, err := os.Stat(program); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("no slapd: install the package slapd")
		}
		t.Skip("no slapd")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "slapd.conf")
	require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, conf, dir, suffix, admin, secret), 0o600))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	url := "ldap://" + l.Addr().String()
	require.NoError(t, l.Close())
	cmd := exec.Command(program, "-f", file, "-h", url+"/", "-d", "0")
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	require.Eventually(t, func() bool {
		conn, err := ldap.DialURL(url)
		if err != nil {
			return false
		}
		return conn.Close() == nil
	}, time.Minute, 20*time.Millisecond, "%s", &output)
	return url
}

// filetime is an instant as Active Directory writes it.
func filetime(t time.Time) string { return fmt.Sprint(t.Unix()*10_000_000 + filetimeEpoch) }

var at = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

// fill puts people, a service and groups into the directory, more than one page.
func fill(t *testing.T, url string) {
	t.Helper()
	conn, err := ldap.DialURL(url)
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.Bind(admin, secret))
	add := func(dn string, attributes map[string][]string) {
		request := ldap.NewAddRequest(dn+","+suffix, nil)
		for name, values := range attributes {
			request.Attribute(name, values)
		}
		require.NoError(t, conn.Add(request), dn)
	}
	require.NoError(t, conn.Add(&ldap.AddRequest{DN: suffix, Attributes: []ldap.Attribute{
		{Type: "objectClass", Vals: []string{"dcObject", "organization"}}, {Type: "o", Vals: []string{"Example"}}, {Type: "dc", Vals: []string{"example"}}}}))
	for _, ou := range []string{"people", "services"} {
		add("ou="+ou, map[string][]string{"objectClass": {"organizationalUnit"}, "ou": {ou}})
	}
	person := func(uid, ou string, more map[string][]string) {
		attributes := map[string][]string{"objectClass": {"inetOrgPerson", "directoryAccount", "shadowAccount"}, "uid": {uid}, "cn": {"Name of " + uid}, "sn": {"S"}}
		for name, values := range more {
			attributes[name] = values
		}
		add("uid="+uid+",ou="+ou, attributes)
	}
	for uid, more := range map[string]map[string][]string{
		"silent":   nil,
		"enabled":  {"userAccountControl": {"512"}, "accountExpires": {"9223372036854775807"}, "o": {"Example AG"}},
		"disabled": {"userAccountControl": {"514"}, "accountExpires": {"0"}},
		"expired":  {"userAccountControl": {"512"}, "accountExpires": {filetime(at.Add(-time.Hour))}},
		"expiring": {"userAccountControl": {"512"}, "accountExpires": {filetime(at.Add(time.Hour))}},
		"shadow":   {"shadowExpire": {fmt.Sprint(at.Unix()/86400 - 1)}},
		"unshadow": {"shadowExpire": {"-1"}},
	} {
		person(uid, "people", more)
	}
	person("backup", "services", nil)
	for i := range 2 * pageSize {
		person(fmt.Sprintf("u%04d", i), "people", nil)
	}
	add("cn=designers", map[string][]string{"objectClass": {"groupOfNames"}, "cn": {"designers"},
		"member": {"uid=enabled,ou=people," + suffix, "UID=silent, OU=people, DC=example,DC=org", "cn=admin," + suffix}})
	add("cn=staff", map[string][]string{"objectClass": {"groupOfNames"}, "cn": {"staff"}, "member": {"cn=designers," + suffix}})
	add("cn=unix", map[string][]string{"objectClass": {"posixGroup"}, "cn": {"unix"}, "gidNumber": {"100"}, "memberUid": {"shadow", "nobody"}})
}

func TestDirectory(t *testing.T) {
	url := slapd(t)
	fill(t, url)
	settings := map[string]string{"url": url, "user": admin, "base": suffix, "service-base": "ou=Services," + suffix, "at": at.Format(time.RFC3339)}
	secrets := map[string]string{"password": secret}
	r, sink := shop.Connector(t).Collect(t, settings, secrets)
	require.NoError(t, r.Err)
	assert.True(t, r.Complete)
	require.Len(t, sink.Users, 8+2*pageSize, "every page counts")
	byID := map[compliance.UserID]compliance.User{}
	for _, u := range sink.Users {
		byID[u.ID] = u
	}
	no, yes := false, true
	for id, want := range map[compliance.UserID]*bool{
		"silent": nil, "enabled": &yes, "disabled": &no, "expired": &no, "expiring": &yes, "shadow": &no, "unshadow": &yes, "backup": nil,
	} {
		assert.Equal(t, want, byID[id].Active, id)
	}
	assert.Equal(t, compliance.User{ID: "enabled", Name: "Name of enabled", Entity: "Example AG", Active: &yes, Source: trial.SourceID}, byID["enabled"])
	assert.Equal(t, compliance.ServiceAccount, byID["backup"].Kind)
	assert.ElementsMatch(t, []connectors.Membership{
		{Group: "designers", User: "enabled", Source: trial.SourceID}, {Group: "designers", User: "silent", Source: trial.SourceID}, {Group: "unix", User: "shadow", Source: trial.SourceID},
		{Group: "staff", User: "enabled", Source: trial.SourceID}, {Group: "staff", User: "silent", Source: trial.SourceID},
	}, sink.Memberships)
	shop.Connector(t).Conforms(t, settings, secrets)

	for name, c := range map[string]struct {
		change map[string]string
		kind   connectors.ErrorKind
	}{
		"wrong name":    {map[string]string{"user": "cn=nobody," + suffix}, connectors.AuthFailed},
		"wrong base":    {map[string]string{"base": "dc=elsewhere,dc=org"}, connectors.BadConfig},
		"wrong filter":  {map[string]string{"user-filter": "(uid="}, connectors.BadConfig},
		"wrong address": {map[string]string{"url": "ldap://127.0.0.1:1"}, connectors.Unavailable},
	} {
		other := map[string]string{}
		for k, v := range settings {
			other[k] = v
		}
		for k, v := range c.change {
			other[k] = v
		}
		err := shop.Connector(t).Check(t, other, secrets)
		require.ErrorIs(t, err, &connectors.Error{Kind: c.kind}, name)
		assert.NotContains(t, err.Error(), secret)
	}
	other := map[string]string{"url": url, "base": suffix, "user": admin, "id": "mail"}
	r, _ = shop.Connector(t).Collect(t, other, secrets)
	require.ErrorIs(t, r.Err, &connectors.Error{Kind: connectors.BadData})
	assert.NotContains(t, r.Err.Error(), "uid=", "a person is not named")
}
