package playbook_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/playbook"
)

const notices = `
notices:
  channels: [{name: mail, kind: mail, settings: {host: 127.0.0.1, from: trueup@example.org}}]
  contacts:
    - {name: license.manager, channel: mail, address: lm@example.org, clearance: confidential}
`

// Somebody whom a chain tells and nobody can reach is a mistake of the playbook.
func TestContactsAreChecked(t *testing.T) {
	book, err := os.ReadFile("testdata/playbook.yaml")
	require.NoError(t, err)
	bought, err := os.ReadFile("testdata/entitlements.csv")
	require.NoError(t, err)
	load := func(text string) (*playbook.Playbook, error) {
		return playbook.LoadFS(fstest.MapFS{"p.yaml": {Data: []byte(text)}, "entitlements.csv": {Data: bought}}, "p.yaml")
	}
	_, err = load(string(book) + notices)
	require.ErrorContains(t, err, `p.yaml:25:18: "cfo" is told of cases and has no contact`)
	assert.NotContains(t, err.Error(), `"owner"`)
	p, err := load(string(book) + notices + "    - {name: cfo, channel: mail, address: cfo@example.org, clearance: internal}\n")
	require.NoError(t, err)
	assert.True(t, p.Notices().Has("cfo"))
	p, err = load(string(book))
	require.NoError(t, err)
	assert.Nil(t, p.Notices())
}

// A file of holidays beside the playbook moves due times, and is one of its files.
func TestHolidaysBesideThePlaybook(t *testing.T) {
	book, err := os.ReadFile("testdata/playbook.yaml")
	require.NoError(t, err)
	bought, err := os.ReadFile("testdata/entitlements.csv")
	require.NoError(t, err)
	text := strings.Replace(string(book), "  calendars:\n", "  feeds: [{name: at, files: [holidays/at.ics]}]\n  calendars:\n", 1)
	text = strings.Replace(text, "zone: Europe/Vienna\n", "zone: Europe/Vienna\n      holidays-from: [at]\n", 1)
	ics := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20261117\r\nSUMMARY:Day off\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	files := fstest.MapFS{"books/p.yaml": {Data: []byte(text)}, "books/entitlements.csv": {Data: bought}, "books/holidays/at.ics": {Data: []byte(ics)}}
	p, err := playbook.LoadFS(files, "books/p.yaml")
	require.NoError(t, err)
	assert.Contains(t, p.Files(), "books/holidays/at.ics")

	s := open(t, t.TempDir())
	s.engine, err = playbook.Open(t.Context(), playbook.Options{Playbook: p, Log: s.log})
	require.NoError(t, err)
	c := s.run(estate(t, now, 3, ""), now).Cases[0]
	assert.Equal(t, "2026-11-19T16:00:00Z", c.Due.Acknowledge.At.Format(time.RFC3339), "a day later than without the Tuesday")

	again := fstest.MapFS{}
	for name, data := range p.Files() {
		again[name] = &fstest.MapFile{Data: data}
	}
	q, err := playbook.LoadFS(again, p.File())
	require.NoError(t, err)
	assert.Equal(t, p.Digest(), q.Digest())
	again["books/holidays/at.ics"] = &fstest.MapFile{Data: []byte(strings.Replace(ics, "20261117", "20261118", 1))}
	q, err = playbook.LoadFS(again, p.File())
	require.NoError(t, err)
	assert.NotEqual(t, p.Digest(), q.Digest())
	delete(again, "books/holidays/at.ics")
	_, err = playbook.LoadFS(again, p.File())
	require.ErrorContains(t, err, "cannot read holidays/at.ics")
}
