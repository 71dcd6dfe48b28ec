package remediation

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/usage"
	"github.com/trueup-dev/trueup/internal/shareddata"
)

// judged is the instant at which the real log is looked at, some weeks after its end.
var judged = time.Date(2022, 8, 1, 0, 0, 0, 0, time.UTC)

// directory is what a company knows of the people of the log.
type directory map[compliance.UserID]UserFacts

func (d directory) User(id compliance.UserID) UserFacts        { return d[id] }
func (d directory) Device(compliance.DeviceID) (f DeviceFacts) { return f }

// seatsOfLog gives everyone in the log of a real license server of a university, May to
// July 2022, a seat that was last used when the last license was given back.
func seatsOfLog(t *testing.T, kinds map[compliance.UserID]compliance.UserKind) *compliance.Estate {
	f, err := os.Open(shareddata.Path(t, "usage", "flexlm_debug_logs", "maple.log"))
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	log, err := usage.Read(t.Context(), f, usage.Options{Name: "maple.log"})
	require.NoError(t, err)
	last := map[compliance.UserID]time.Time{}
	for _, feature := range log.Features {
		for _, c := range feature.Checkouts {
			id := compliance.UserID(c.User.Key())
			last[id] = later(last[id], c.Held.To)
		}
	}
	b := compliance.NewBuilder(judged)
	require.NoError(t, b.AddSource(compliance.Source{ID: "license server", Collected: judged, Devices: -1, Installs: -1}))
	for id, used := range last {
		require.NoError(t, b.AddUser(compliance.User{ID: id, Kind: kinds[id], Source: "license server"}))
		require.NoError(t, b.AddSeat(compliance.Seat{User: id, Title: catalog.Title{Publisher: "maplesoft", Name: "maple"},
			Assigned: time.Date(2021, 9, 1, 0, 0, 0, 0, time.UTC), LastUsed: used, Source: "license server"}))
	}
	return b.Build()
}

// Who is proposed, who is not, and why, written out for all people of a real log.
func TestReclaimOnRealUsage(t *testing.T) {
	person, no, yes, five := compliance.Person, yesNo(false), yesNo(true), number(5)
	kinds := map[compliance.UserID]compliance.UserKind{
		"fírst last024": person, "user001": person, "user013": person, "user016": compliance.SharedAccount,
		"user020": person, "user022": person, "user025": person,
	}
	in := input(t, seatsOfLog(t, kinds))
	in.Entitlements = []compliance.Entitlement{{ID: "maple", Product: "maplesoft/maple", Metric: "generic.user", Quantity: entitlement("", 4).Quantity, UnitPrice: eur("900")}}
	in.Licensing = []compliance.Licensing{{Product: "maplesoft/maple", Metric: "generic.user", Price: eur("1000")}}
	r := request(t, in)
	r.Now = judged
	r.Policy = readPolicy(t, func(d *PolicyDocument) { d.IdleDays, d.Waivers = 28, nil })
	r.Facts = directory{
		"fírst last024": {no, five}, "user001": {no, five}, "user013": {yes, five}, "user016": {no, five},
		"user020": {no, five}, "user021": {no, five}, "user022": {no, five}, "user025": {no, number(3)},
	}
	options, err := Options(t.Context(), r)
	require.NoError(t, err)
	type answer struct {
		state State
		why   string
	}
	got := map[string]answer{}
	for _, o := range options {
		if o.Kind == Reclaim {
			why := o.refusal()
			if o.State == Unknown {
				why = "missing " + o.Missing[0]
			}
			got[o.consumer] = answer{o.State, why}
		}
	}
	assert.Equal(t, map[string]answer{
		"user001":       {Available, ""},                                                         // gave its last back on 30 June, 31 days before
		"user013":       {Refused, "its user is on leave"},                                       // idle as long, but away
		"user016":       {Refused, "service or shared account"},                                  // idle since 17 June; a laboratory's account
		"user021":       {Unknown, "missing candidate.user_kind"},                                // idle since 30 June; nobody knows who that is
		"user020":       {Refused, "used within the window; too few working days in the window"}, // 4 July
		"fírst last024": {Refused, "used within the window; too few working days in the window"},
		"user022":       {Refused, "used within the window; too few working days in the window"},
		"user025":       {Refused, "used within the window; too few working days in the window"},
	}, got)
	plan, err := Solve(t.Context(), r)
	require.NoError(t, err)
	assert.Equal(t, []string{"buy licenses of maplesoft/maple: 3", "reclaim maplesoft/maple from user001"}, verbsOf(plan))
	assert.True(t, plan.Closed())
}
