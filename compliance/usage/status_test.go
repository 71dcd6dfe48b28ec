package usage

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const lmstatHead = "lmutil - Copyright (c) 1989-2025 Flexera. All Rights Reserved.\n" +
	"Flexible License Manager status on Mon 3/2/2026 12:16\n\n"

// Two servers in one output add up; the same server again is a later status.
func TestLmstatOfSeveralServers(t *testing.T) {
	status := func(server, minute, used string) string {
		return strings.ReplaceAll(lmstatHead, "12:16", "12:"+minute) +
			"License server status: 27000@" + server + "\n" +
			"Users of draw:  (Total of 5 licenses issued;  Total of " + used + " licenses in use)\n"
	}
	r := read(t, status("lic1", "16", "2")+status("lic2", "16", "3"), Options{})
	require.Len(t, r.Features, 1)
	assert.EqualValues(t, 10, *r.Features[0].Owned)
	assert.EqualValues(t, 5, *r.Features[0].InUse)
	assert.Empty(t, r.Notes)

	r = read(t, status("lic1", "16", "2")+status("lic1", "17", "4"), Options{})
	require.Len(t, r.Features, 1)
	assert.EqualValues(t, 5, *r.Features[0].Owned)
	assert.EqualValues(t, 4, *r.Features[0].InUse)
	assert.Equal(t, 17, r.At.Minute())
	assert.Len(t, r.Features[0].Snapshots, 2)
}

func TestSplitHolder(t *testing.T) {
	for _, tc := range []struct {
		in, user, host string
		sure           bool
	}{
		{"ann pc-1 /dev/pts/0", "ann", "pc-1", true},
		{"ann pc-1", "ann", "pc-1", true},
		{"ann pc-1 pc-1:0 lc80_1", "ann", "pc-1", true},
		{"Ann Maria Lee pc-1 PC-1", "Ann Maria Lee", "pc-1", true},
		{"ann pc-1 tty draw:part", "ann", "pc-1", true},
		{"ann pc-1 /dev/tty feature=draw", "ann", "pc-1", true},
		{"ann pc-1 one two", "ann", "pc-1", false},
		{`Ann Lee pc-1 "U,K$` + "`" + `0'"C iQ<&!`, "Ann Lee", "pc-1", false},
		{"ann", "ann", "", false},
	} {
		user, host, sure := splitHolder(tc.in, "draw")
		assert.Equal(t, tc.user, string(user), tc.in)
		assert.Equal(t, tc.host, string(host), tc.in)
		assert.Equal(t, tc.sure, sure, tc.in)
	}
}

func TestPast(t *testing.T) {
	taken := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC) // a Monday
	for _, tc := range []struct {
		name                              string
		weekday, month, day, hour, minute int
		want                              string
	}{
		{"today", 1, 3, 2, 8, 0, "2026-03-02 08:00:00"},
		{"the status's own minute", 1, 3, 2, 12, 1, "2026-03-02 12:01:00"},
		{"last year", 2, 12, 30, 9, 0, "2025-12-30 09:00:00"},
		{"later in the day is a year ago", -1, 3, 2, 13, 0, "2025-03-02 13:00:00"},
		{"the weekday is of no such year", 1, 6, 11, 11, 1, "?"},
		{"no such day", -1, 2, 30, 8, 0, "?"},
		{"no such month", -1, 13, 5, 8, 0, "?"},
		{"no such minute", -1, 3, 1, 8, 75, "?"},
	} {
		got, _ := past(taken, tc.weekday, tc.month, tc.day, tc.hour, tc.minute)
		assert.Equal(t, tc.want, short(got), tc.name)
	}
	_, ok := past(time.Time{}, -1, 3, 2, 8, 0)
	assert.False(t, ok)
}

func TestLotExpires(t *testing.T) {
	for _, tc := range []struct {
		text string
		want string
	}{
		{"31-dec-2026", "2027-01-01 00:00:00"},
		{"1-Jan-2026", "2026-01-02 00:00:00"},
		{"2026-12-31", "2027-01-01 00:00:00"},
		{"12/31/2026", "2027-01-01 00:00:00"},
		{"2026-12-31 23:59:59", "2026-12-31 23:59:59"},
		{"permanent(no expiration date)", "permanent"},
		{"permanent", "permanent"},
		{"1-jan-0", "permanent"},
		{"01-jan-0000", "permanent"},
		{"1-jan-00", "permanent"},
		{"31-dec-26", ""}, // of which century?
		{"2026-13-01", ""},
		{"", ""},
	} {
		var l Lot
		ok := l.expires(tc.text, time.UTC)
		got := ""
		switch {
		case l.Permanent:
			got = "permanent"
		case ok:
			got = short(l.Expires)
		}
		assert.Equal(t, tc.want, got, tc.text)
	}
}

func TestUncountedIsAStatus(t *testing.T) {
	text := "LM-X End-user Utility v3.32\nFeature: F Version: 1 Vendor: V\n7 of 2147483647 license(s) used\n"
	f := read(t, text, Options{}).Features[0]
	assert.Equal(t, Uncounted, f.Status)
	assert.Nil(t, f.Owned)
	assert.EqualValues(t, 7, *f.InUse)
	assert.Equal(t, "uncounted", f.Status.String())
}
