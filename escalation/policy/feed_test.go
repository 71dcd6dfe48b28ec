package policy

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/escalation/calendar"
)

func ExampleLoadFS() {
	p, err := LoadFS(os.DirFS("testdata"), "policy.yaml", Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	cal := p.Calendar("zurich")
	found := time.Date(2026, 4, 2, 15, 0, 0, 0, time.UTC) // Thursday before Easter
	due := cal.Add(found, calendar.Span{Count: 1, Unit: calendar.WorkingDays})
	fmt.Println(due.In(cal.Zone()).Format("Mon 2006-01-02 15:04"))
	for _, d := range cal.Explain(found, calendar.Span{Count: 1, Unit: calendar.WorkingDays}) {
		fmt.Println(d.Date, d.Counts, d.Why)
	}
	// Output:
	// Tue 2026-04-07 17:00
	// 2026-04-02 false the day of the event is not counted
	// 2026-04-03 false Good Friday
	// 2026-04-04 false no working day
	// 2026-04-05 false no working day
	// 2026-04-06 false Ostermontag
	// 2026-04-07 true
}

// folder is that of the example, below another one, so that paths are seen to be
// relative to the document.
func folder(t *testing.T) fstest.MapFS {
	files := fstest.MapFS{}
	for _, name := range []string{"policy.yaml", "holidays/ch-2026.json", "holidays/company.ics"} {
		data, err := os.ReadFile("testdata/" + name)
		require.NoError(t, err)
		files["eu/"+name] = &fstest.MapFile{Data: data}
	}
	return files
}

func TestFeedsOfTheProgram(t *testing.T) {
	data, err := os.ReadFile("testdata/policy.yaml")
	require.NoError(t, err)
	_, rest, ok := strings.Cut(string(data), "calendars:")
	require.True(t, ok)
	p, err := Load("policy.yaml", []byte("calendars:"+rest), Options{Holidays: map[string][]calendar.Holiday{
		"switzerland": nil, "company": {{Date: calendar.Date{Year: 2026, Month: 4, Day: 2}, Name: "Move"}},
	}})
	require.NoError(t, err)
	assert.False(t, p.Calendar("zurich").Open(time.Date(2026, 4, 2, 8, 0, 0, 0, time.UTC)))
	assert.True(t, p.Calendar("zurich").Open(time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)))
}

func TestFeedFaults(t *testing.T) {
	tests := []struct{ file, old, new, want string }{
		{"policy.yaml", "holidays/company.ics", "holidays/compny.ics", "eu/policy.yaml:3:29: cannot read holidays/compny.ics: file does not exist"},
		{"policy.yaml", "holidays/company.ics", "/etc/holidays.ics", `eu/policy.yaml:3:29: "/etc/holidays.ics" is no path below the policy's folder`},
		{"policy.yaml", "holidays/company.ics", "../../holidays.ics", `eu/policy.yaml:3:29: "../../holidays.ics" is no path below the policy's folder`},
		{"policy.yaml", "holidays/company.ics", `""`, `eu/policy.yaml:3:30: "" is no path below the policy's folder`},
		{"policy.yaml", "holidays/company.ics", "policy.yaml", "eu/policy.yaml:3:29: policy.yaml ends with neither .ics nor .json"},
		{"policy.yaml", "{name: company, files: [holidays/company.ics]}", "{name: company, files: []}", `eu/policy.yaml:3:12: feed "company" has no holiday; check its files, region and types`},
		{"policy.yaml", "region: CH-ZH", "region: CH-ZH, types: [Bank]", `eu/policy.yaml:2:12: feed "switzerland" has no holiday`},
		{"policy.yaml", "name: company", "name: switzerland", `eu/policy.yaml:3:12: feed "switzerland" is given twice`},
		{"policy.yaml", "[switzerland, company]", "[switzerland]", `eu/policy.yaml:3:12: no calendar takes holidays from the feed "company"`},
		{"policy.yaml", "[switzerland, company]", "[switzerland, company, bern]", `eu/policy.yaml:13:43: no feed of holidays "bern" was given`},
		{"holidays/ch-2026.json", `"2026-05-01"`, `"1 May 2026"`, `eu/holidays/ch-2026.json:5:3: record 4: "1 May 2026" is no date`},
		{"holidays/ch-2026.json", `"types": ["Observance"]}`, `"types": ["Observance"`, "eu/holidays/ch-2026.json:7:2: not a JSON array of holidays: unexpected end"},
		{"holidays/company.ics", "20260403", "20260403T100000Z", "DTSTART has a time of day"},
	}
	_, err := LoadFS(folder(t), "eu/policy.yaml", Options{})
	require.NoError(t, err)
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			files := folder(t)
			f := files["eu/"+tt.file]
			require.Contains(t, string(f.Data), tt.old)
			f.Data = []byte(strings.Replace(string(f.Data), tt.old, tt.new, 1))
			_, err := LoadFS(files, "eu/policy.yaml", Options{})
			var ps document.Problems
			require.ErrorAs(t, err, &ps)
			assert.ErrorContains(t, err, tt.want)
			for _, p := range ps {
				assert.NotZero(t, p.At.Line, p.Error())
				assert.NotZero(t, p.At.Column, p.Error())
			}
		})
	}
	data := folder(t)["eu/policy.yaml"].Data
	_, err = Load("policy.yaml", data, Options{})
	assert.ErrorContains(t, err, "policy.yaml:2:33: the policy was loaded without a folder, so that holidays/ch-2026.json cannot be read")
	_, err = LoadFS(folder(t), "policy.yaml", Options{})
	assert.ErrorContains(t, err, "file does not exist")
}
