package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/connectortest"
)

// inGroup are the users of a group, sorted.
func inGroup(sink *connectortest.Recorder, group string) []string {
	var out []string
	for _, m := range sink.Memberships {
		if m.Group == group {
			out = append(out, string(m.User))
		}
	}
	slices.Sort(out)
	return out
}

// inChain are those whom the directory itself finds in a group, by the rule that
// follows groups within groups (MS-ADTS 3.1.1.3.4.4.3).
func inChain(t *testing.T, conn *ldap.Conn, group string) []string {
	t.Helper()
	request := ldap.NewSearchRequest(domain, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false,
		"(&(objectCategory=person)(memberOf:1.2.840.113556.1.4.1941:="+group+"))", []string{"sAMAccountName"}, nil)
	answer, err := conn.SearchWithPaging(request, 500)
	require.NoError(t, err)
	var out []string
	for _, e := range answer.Entries {
		out = append(out, e.GetAttributeValue("sAMAccountName"))
	}
	slices.Sort(out)
	return out
}

// A real domain controller: accounts in every state, more of them than a page holds,
// groups in groups and in a ring, a group whose members do not come at once, primary
// groups, managed accounts and machines.
func TestDomain(t *testing.T) {
	dc := samba(t)
	// A machine that signs in has been seen.
	dc.dial(t, "CN=ws1,CN=Computers,"+domain, "Ws1-passw0rd")
	settings := map[string]string{"url": dc.url, "ca-file": dc.certificate, "user": administrator, "base": domain, "computers": "true", "at": at.Format(time.RFC3339)}
	secrets := map[string]string{"password": domainPassword}
	r, sink := shop.Connector(t).Collect(t, settings, secrets)
	require.NoError(t, r.Err)
	assert.True(t, r.Complete)

	users := map[compliance.UserID]compliance.User{}
	for _, u := range sink.Users {
		u.Source = ""
		users[u.ID] = u
	}
	no, yes := false, true
	assert.Equal(t, compliance.User{ID: "anna", Name: "Anna Berg", Entity: "Example AG", Country: "DE", Active: &yes}, users["anna"])
	for id, active := range map[compliance.UserID]*bool{"bert": &no, "cora": &no, "dora": &yes, "krbtgt": &no, "Guest": &no, "Administrator": &yes, "gsvc$": &yes} {
		assert.Equal(t, active, users[id].Active, id)
	}
	assert.Equal(t, compliance.ServiceAccount, users["gsvc$"].Kind)
	assert.Equal(t, compliance.ServiceAccount, users["ssvc$"].Kind)
	assert.NotContains(t, users, compliance.UserID("WS1$"), "a machine is no user")
	assert.Equal(t, crowd+10, len(users), "every page counts") // with krbtgt, Guest, Administrator and dns-dc1

	conn := dc.dial(t, administrator, domainPassword)
	for _, group := range []string{"inner", "middle", "outer", "crowd"} {
		want := inChain(t, conn, "CN="+group+",OU=people,"+domain)
		require.NotEmpty(t, want)
		assert.Equal(t, want, inGroup(sink, group), group)
	}
	assert.Equal(t, []string{"anna", "bert", "cora", "dora"}, inGroup(sink, "inner"), "groups that are in each other have the same members")
	assert.Len(t, inGroup(sink, "crowd"), crowd)
	assert.Contains(t, inGroup(sink, "Domain Users"), "anna", "the primary group is in no list")
	assert.Contains(t, inGroup(sink, "Users"), "anna", "and counts within others")

	require.Len(t, sink.Devices, 2)
	byID := map[compliance.DeviceID]compliance.Device{}
	for _, d := range sink.Devices {
		byID[d.ID] = d
	}
	ws1 := byID["ws1.example.test"]
	assert.Equal(t, "Windows 11 Enterprise 10.0 (22631)", ws1.OperatingSystem)
	assert.WithinDuration(t, time.Now(), ws1.LastSeen, time.Hour)
	assert.Contains(t, byID, compliance.DeviceID("dc1.example.test"))
	assert.Contains(t, r.Totals, connectors.Total{Name: "computers whose account is disabled, which are left out", Count: 1})

	settings["nested"] = "false"
	_, sink = shop.Connector(t).Collect(t, settings, secrets)
	assert.Equal(t, []string{"anna", "bert"}, inGroup(sink, "inner"))

	// Without encryption a domain controller takes no password.
	settings["url"] = dc.plain
	err := shop.Connector(t).Check(t, settings, secrets)
	require.ErrorIs(t, err, &connectors.Error{Kind: connectors.AuthFailed})
	assert.NotContains(t, err.Error(), domainPassword)
	settings["start-tls"] = "true"
	require.NoError(t, shop.Connector(t).Check(t, settings, secrets))
}

func TestFiletime(t *testing.T) {
	for text, want := range map[string]time.Time{
		"0": {}, fmt.Sprint(uint64(never)): {}, "133801632000000001": time.Date(2025, 1, 1, 0, 0, 0, 100, time.UTC),
	} {
		got, err := filetimeOf(text)
		require.NoError(t, err)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"-1", "soon", "", strings.Repeat("9", 30)} {
		_, err := filetimeOf(text)
		assert.Error(t, err, text)
	}
}
