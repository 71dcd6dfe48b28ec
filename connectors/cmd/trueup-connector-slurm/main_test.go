package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/connectortest"
	"github.com/trueup-dev/trueup/connectors/internal/trial"
)

var shop trial.Shop

func TestMain(m *testing.M) { shop.Main(m) }

// peaks are the peaks of a collection by title, at an instant or of days.
func peaks(sink *connectortest.Recorder, days bool) map[string]int {
	out := map[string]int{}
	for _, u := range sink.Usage {
		if u.To.After(u.From) == days {
			out[u.Title.Name] = max(out[u.Title.Name], u.Peak)
		}
	}
	return out
}

// quantities are those of a collection.
func quantities(sink *connectortest.Recorder) map[string]string {
	out := map[string]string{}
	for _, l := range sink.Licenses {
		out[l.ID] = l.Quantity.Decimal.String()
	}
	return out
}

// A real cluster: what jobs hold now, what they held at once before, what is reserved,
// what a server gives to several clusters, and a job that lost its end.
func TestCluster(t *testing.T) {
	c := start(t)
	settings := map[string]string{"conf": c.conf, "publisher": "Various", "publishers": "matlab=MathWorks"}
	require.NoError(t, shop.Connector(t).Check(t, settings, nil))

	first, second := c.submit(t, "matlab:2,ansys:1"), c.submit(t, "matlab:2,ansys@two:3,fluent@flexhost:7")
	c.submit(t, "matlab:3") // must wait
	c.uses(t, "matlab", 4)
	for _, job := range []string{first, second} {
		c.eventually(t, func() bool { return c.run(t, "squeue", "-h", "-j", job, "-o", "%M") != "0:00" })
	}
	c.run(t, "scontrol", "create", "reservation", "reservationname=kept", "starttime=now", "duration=60", "users=root", "licenses=abaqus:3", "flags=LICENSE_ONLY,ANY_NODES")
	r, sink := shop.Connector(t).Collect(t, settings, nil)
	require.NoError(t, r.Err)
	assert.True(t, r.Complete)
	assert.Equal(t, map[string]int{"matlab": 4, "ansys": 4, "fluent": 7, "abaqus": 0}, peaks(sink, false), "what waits and what is reserved is not in use")
	assert.Empty(t, peaks(sink, true))
	assert.Equal(t, map[string]string{"alpha/matlab": "5", "alpha/ansys": "2", "alpha/ansys@two": "4", "alpha/abaqus": "50", "fluent@flexhost": "100"}, quantities(sink))
	for _, u := range sink.Usage {
		assert.WithinDuration(t, time.Now(), u.At, time.Minute)
		want := "Various"
		if u.Title.Name == "matlab" {
			want = "MathWorks"
		}
		assert.Equal(t, want, u.Title.Publisher)
	}

	c.run(t, "scancel", first, second)
	c.uses(t, "matlab", 3)
	// Accounts hear of jobs a little later.
	c.eventually(t, func() bool {
		ends := strings.Fields(c.try("sacct", "-anXP", "-S", "now-1hour", "-j", first+","+second, "-o", "End"))
		all := strings.Fields(c.try("sacct", "-anXP", "-S", "now-1hour", "-o", "JobIDRaw"))
		return len(all) == 3 && len(ends) == 2 && !slices.Contains(ends, "Unknown")
	})
	settings["since"] = time.Now().UTC().AddDate(0, 0, -7).Format(time.DateOnly)
	r, sink = shop.Connector(t).Collect(t, settings, nil)
	require.ErrorIs(t, r.Err, &connectors.Error{Kind: connectors.BadData})
	assert.ErrorContains(t, r.Err, "license abaqus: its use in the past is in no accounts")
	assert.Len(t, r.Problems, 1, "%v", r.Problems)
	assert.Equal(t, map[string]int{"matlab": 3, "ansys": 0, "fluent": 0, "abaqus": 0}, peaks(sink, false))
	assert.Equal(t, map[string]int{"matlab": 4, "ansys": 4, "fluent": 7}, peaks(sink, true))

	// A job of five days ago whose end was lost may have held its licenses ever since.
	lost := time.Now().UTC().AddDate(0, 0, -5)
	tres := strings.TrimSpace(c.db.Run(t, "SELECT id FROM acct.tres_table WHERE type = 'license' AND name = 'ansys@two'"))
	c.db.Run(t, fmt.Sprintf("USE acct; CREATE TEMPORARY TABLE lost SELECT * FROM alpha_job_table LIMIT 1;"+
		"UPDATE lost SET job_db_inx = 1000000, id_job = 4000, state = 1, time_submit = %[1]d, time_eligible = %[1]d, time_start = %[1]d, time_end = 0, tres_alloc = '%[2]s=2';"+
		"INSERT INTO alpha_job_table SELECT * FROM lost", lost.Unix(), tres))
	r, sink = shop.Connector(t).Collect(t, settings, nil)
	assert.Equal(t, []int{2, 2, 2, 2, 2, 6}, days(sink, "ansys"))
	require.Len(t, r.Problems, 2, "%v", r.Problems)
	assert.Contains(t, r.Problems[1].Message, "1 jobs have no end")
	assert.True(t, r.Problems[1].Harmless)

	// From a cursor on, only the last days come again.
	require.NotEmpty(t, r.Cursor)
	at := sink.Usage[0].At
	c.eventually(t, func() bool { return time.Now().Unix() > at.Unix() })
	_, sink = shop.Connector(t).Resume(t, settings, nil, r.Cursor)
	assert.Equal(t, []int{2, 6}, days(sink, "ansys"))
	assert.Equal(t, []int{0, 4}, days(sink, "matlab"), "a day without use counts once the title was in use")
}

// days are the peaks of a title by day, in order.
func days(sink *connectortest.Recorder, title string) []int {
	var out []int
	for _, u := range sink.Usage {
		if u.To.After(u.From) && u.Title.Name == title {
			out = append(out, u.Peak)
		}
	}
	return out
}
