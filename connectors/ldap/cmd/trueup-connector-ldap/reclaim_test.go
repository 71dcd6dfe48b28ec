package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/compliance/ledger"
	"github.com/trueup-dev/trueup/compliance/metric"
	"github.com/trueup-dev/trueup/compliance/usage"
	"github.com/trueup-dev/trueup/connectors/entitlements"
	"github.com/trueup-dev/trueup/internal/shareddata"
	"github.com/trueup-dev/trueup/remediation"
)

// judged is the instant at which the real log is looked at, some weeks after its end.
var judged = time.Date(2022, 8, 1, 0, 0, 0, 0, time.UTC)

// university puts the people of the log into a directory: each with an account, and the
// groups that its administration keeps.
func university(t *testing.T, url string) {
	t.Helper()
	conn, err := ldap.DialURL(url)
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.Bind(admin, secret))
	add := func(dn string, attributes ...string) {
		request := ldap.NewAddRequest(dn, nil)
		values := map[string][]string{}
		for _, a := range attributes {
			name, value, _ := strings.Cut(a, "=")
			values[name] = append(values[name], value)
		}
		for name, v := range values {
			request.Attribute(name, v)
		}
		require.NoError(t, conn.Add(request), dn)
	}
	add(suffix, "objectClass=dcObject", "objectClass=organization", "o=University", "dc=example")
	for _, ou := range []string{"people", "services"} {
		add("ou="+ou+","+suffix, "objectClass=organizationalUnit", "ou="+ou)
	}
	staff := []string{"objectClass=groupOfNames", "cn=staff"}
	for uid, more := range map[string]string{
		"fírst last024": "userAccountControl=512", "newcomer": "userAccountControl=512", "user001": "userAccountControl=512", "user013": "userAccountControl=512",
		"user020": "userAccountControl=514", "user021": "userAccountControl=512", "user022": "accountExpires=" + filetime(judged.AddDate(0, 0, -2)), "user025": "userAccountControl=512",
	} {
		dn := "uid=" + uid + ",ou=people," + suffix
		add(dn, "objectClass=inetOrgPerson", "objectClass=directoryAccount", "uid="+uid, "cn="+uid, "sn=S", more)
		if uid != "user021" { // a visitor whom nobody knows
			staff = append(staff, "member="+dn)
		}
	}
	add("uid=user016,ou=services,"+suffix, "objectClass=inetOrgPerson", "objectClass=directoryAccount", "uid=user016", "cn=laboratory", "sn=S")
	add("cn=staff,"+suffix, staff...)
	add("cn=on-leave,"+suffix, "objectClass=groupOfNames", "cn=on-leave", "member=uid=user013,ou=people,"+suffix)
}

// administration is what the groups of the directory say of people.
type administration map[compliance.UserID][]string

func (a administration) User(id compliance.UserID) remediation.UserFacts {
	away, days := slices.Contains(a[id], "on-leave"), 5
	return remediation.UserFacts{OnLeave: &away, WorkDays: &days}
}

func (administration) Device(compliance.DeviceID) (f remediation.DeviceFacts) { return f }

// estateOf joins the people of the directory with the seats of the license server's log.
func estateOf(t *testing.T, users []compliance.User, groups administration) *compliance.Estate {
	f, err := os.Open(shareddata.Path(t, "usage", "flexlm_debug_logs", "maple.log"))
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	log, err := usage.Read(t.Context(), f, usage.Options{Name: "maple.log"})
	require.NoError(t, err)
	last := map[compliance.UserID]time.Time{"newcomer": {}}
	for _, feature := range log.Features {
		for _, c := range feature.Checkouts {
			id := compliance.UserID(c.User.Key())
			if c.Held.To.After(last[id]) {
				last[id] = c.Held.To
			}
		}
	}
	b := compliance.NewBuilder(judged)
	require.NoError(t, b.AddSource(compliance.Source{ID: "license server", Collected: judged, Devices: -1, Installs: -1}))
	for _, u := range users {
		if slices.Contains(groups[u.ID], "staff") {
			u.Kind = compliance.Person
		}
		require.NoError(t, b.AddUser(u))
	}
	for id, used := range last {
		assigned := time.Date(2021, 9, 1, 0, 0, 0, 0, time.UTC)
		if id == "newcomer" {
			assigned = time.Date(2022, 7, 18, 0, 0, 0, 0, time.UTC)
		}
		require.NoError(t, b.AddSeat(compliance.Seat{User: id, Title: catalog.Title{Publisher: "Maplesoft", Name: "Maple"}, Assigned: assigned, LastUsed: used, Source: "license server"}))
	}
	return b.Build()
}

const reclaimPolicy = `idle-days: 28
new-days: 60
actions: [{kind: reclaim, owner: software desk, notice-days: 14, effort: 10, disruption: 1}]
guards:
  - name: recent-activity
    kinds: [reclaim]
    require: "!candidate.user_active || candidate.idle_days >= policy.idle_days"
    reason: used within the window
  - name: work-pattern
    kinds: [reclaim]
    require: "!candidate.user_active || candidate.idle_days * candidate.work_days >= policy.idle_days * 5"
    reason: too few working days in the window
`

// inputOf is what is judged of the estate: two licenses for everyone who has a seat.
func inputOf(t *testing.T, e *compliance.Estate) compliance.Input {
	var l ledger.Ledger
	require.NoError(t, entitlements.Read(&l, "entitlements.csv", []byte("id,product,metric,quantity\nM,maplesoft/maple,generic.user,2\n")))
	titles, err := catalog.Default()
	require.NoError(t, err)
	metrics, err := metric.Standard()
	require.NoError(t, err)
	in := l.Input(compliance.Input{Estate: e, Catalog: titles, Metrics: metrics}, judged, time.Time{})
	in.Licensing = []compliance.Licensing{{Product: "maplesoft/maple", Metric: "generic.user"}}
	return in
}

// People from a real directory, use from the log of a real license server: who is
// proposed, who is not, and why, is what is written out in testdata/reclaim.txt.
func TestReclaimOnRealUsage(t *testing.T) {
	url := slapd(t)
	university(t, url)
	settings := map[string]string{"url": url, "user": admin, "base": suffix, "service-base": "ou=services," + suffix, "at": judged.Format(time.RFC3339)}
	r, sink := shop.Connector(t).Collect(t, settings, map[string]string{"password": secret})
	require.NoError(t, r.Err)
	groups := administration{}
	for _, m := range sink.Memberships {
		groups[m.User] = append(groups[m.User], m.Group)
	}
	in := inputOf(t, estateOf(t, sink.Users, groups))
	res, err := compliance.Reconcile(t.Context(), in)
	require.NoError(t, err)
	var doc remediation.PolicyDocument
	require.NoError(t, document.Read("policy.yaml", []byte(reclaimPolicy), &doc))
	policy, err := remediation.NewPolicy(doc)
	require.NoError(t, err)
	request := remediation.Request{Input: in, Result: res, Policy: policy, Facts: groups, Now: judged}
	options, err := remediation.Options(t.Context(), request)
	require.NoError(t, err)
	var got []string
	for _, o := range options {
		if o.Kind == remediation.Reclaim {
			got = append(got, told(in.Estate, o))
		}
	}
	slices.Sort(got)
	text, err := os.ReadFile("testdata/reclaim.txt")
	require.NoError(t, err)
	var want []string
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "#") {
			want = append(want, strings.TrimSuffix(line, "\n"))
		}
	}
	assert.Equal(t, want, got)
	plan, err := remediation.Solve(t.Context(), request)
	require.NoError(t, err)
	var taken []string
	for _, s := range plan.Steps {
		taken = append(taken, string(s.Actions[0].User))
	}
	slices.Sort(taken)
	assert.Equal(t, []string{"user001", "user020", "user022"}, taken, "the plan takes those who are proposed, and nobody else")
	assert.False(t, plan.Closed(), "four seats too many stay")
}

// told is what an option says of one user.
func told(e *compliance.Estate, o remediation.Option) string {
	id := o.Actions[0].User
	u, _ := e.User(id)
	var last time.Time
	for s := range e.Seats() {
		if s.User == id {
			last = s.LastUsed
		}
	}
	var why, missing []string
	for _, c := range o.Checks {
		if c.Reason != "" {
			why = append(why, c.Reason)
		}
		missing = append(missing, c.Missing...)
	}
	switch {
	case o.State == remediation.Refused:
		return fmt.Sprintf("%s: kept: %s", id, strings.Join(why, "; "))
	case o.State == remediation.Unknown:
		return fmt.Sprintf("%s: not known: missing %s", id, strings.Join(missing, ", "))
	case u.Active == nil || *u.Active:
		return fmt.Sprintf("%s: proposed, idle since %s", id, last.Format(time.DateOnly))
	}
	return fmt.Sprintf("%s: proposed, account not active, last used %s", id, last.Format(time.DateOnly))
}
