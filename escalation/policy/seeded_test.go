package policy

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/document"
)

var update = flag.Bool("update", false, "write the golden file anew")

// seed is one mistake in a sound policy. The bar in place stands before the character
// at which it must be reported: in the mistaken file, or in the policy.
type seed struct{ file, name, old, new, place string }

// seeds are the mistakes by kind.
var seeds = map[string][]seed{
	"rubric": {
		{"", "no default row", "  default: {severity: low, reason: Everything else.}\n", "", "name: |house"},
		{"", "rows that contradict each other", "{exposure: mid, tier: hard}", "{tier: hard}", "severity: |medium\n      reason"},
		{"", "more exposure is less severe", "{exposure: big}", "{exposure: small}", "severity: |medium\n      reason"},
		{"", "a row that never decides", "exposure: mid, tier: hard}\n      severity: medium", "exposure: big, tier: hard}\n      severity: high", "severity: |high\n      reason: The license"},
		{"", "a level that there is not", "{exposure: big}", "{exposure: bgi}", "exposure: |bgi"},
		{"", "a factor that there is not", "{exposure: big}", "{expousre: big}", "expousre: |big"},
		{"", "a severity that there is not", "severity: medium\n", "severity: middling\n", "severity: |middling"},
		{"", "bands that do not rise", "250000.50", "9999.99", "{name: |big"},
		{"", "a key of two levels", "{name: mid, key: M", "{name: mid, key: S", "mid, key: |S"},
		{"", "bands of money without a currency", "  currency: CHF\n", "", "name: |exposure"},
	},
	"routes": {
		{"", "a field that there is not", "{duty: audit}", "{dutty: audit}", "{dutty: |audit"},
		{"", "a chain that there is not", "  chain: standard\n", "  chain: standrad\n", "chain: |standrad"},
		{"", "a name given twice", "name: sources", "name: oracle", "    - name: |oracle\n      when"},
		{"", "a root with conditions", "  owner: sam-desk\n", "  owner: sam-desk\n  match: {publisher: IBM}\n", "name: |all"},
		{"", "a root without an owner", "  owner: sam-desk\n", "", "name: |all"},
		{"", "a route that is never reached", "    - name: sources\n", "    - {name: late, match: {publisher: Oracle}}\n    - name: sources\n", "{name: |late"},
		{"", "a route against the one above it", "severity: high, owner", "match: {publisher: IBM}, owner", "{name: |oracle-severe"},
		{"", "a misspelt fact in an expression", "finding.verdict", "finding.verdit", `&& finding|.verdit`},
		{"", "a pattern that does not compile", "^(glpi|ocs)-", "^(glpi-", `finding.source.matches(|"`},
		{"", "a field of the document that there is not", "continue: true", "contniue: true", "|contniue"},
	},
	"calendar": {
		{"", "a zone that there is not", "Europe/Zurich", "Europe/Zuerich", "zone: |Europe/Zuerich"},
		{"", "a time of day that there is not", "22:00-06:00 next day", "22:00-25:00", `"08:00-12:00", "|22:00-25:00`},
		{"", "stretches that overlap", `"13:00-17:00"]` + "\n      tuesday", `"11:00-17:00"]` + "\n      tuesday", `"|11:00-17:00`},
		{"", "a night that is not said to be one", "22:00-06:00 next day", "22:00-06:00", `"08:00-12:00", "|22:00-06:00`},
		{"", "a date that there is not", "2026-08-01", "2026-02-30", "date: |2026-02-30"},
		{"", "two exceptions for a day", "2026-12-31", "2026-12-23", "{date: |2026-12-23, hours: []"},
		{"", "a feed that there is not", "[switzerland, company]", "[switzerland, company, bern]", "company, |bern"},
		{"", "a feed whose file is missing", "holidays/company.ics", "holidays/compny.ics", "[|holidays/compny.ics"},
		{"holidays/company.ics", "a holiday with a time of day", "DTSTART;VALUE=DATE:20260403", "DTSTART:20260403T100000Z", "|DTSTART:20260403T100000Z"},
		{"holidays/ch-2026.json", "a holiday without a date", `"date": "2026-05-01", `, "", `|{"localName": "Tag der Arbeit"`},
		{"holidays/ch-2026.json", "a file that is cut off", `"types": ["Observance"]}` + "\n]\n", `"types": ["Observance"]`, `["Observance"|]`},
	},
	"policy": {
		{"", "a severity without a clock", "medium or less", "medium", "chains:\n  - name: |standard"},
		{"", "a severity with two clocks", "medium or less", "high or less", "severity: |high or less"},
		{"", "a clock that is longer than the next", "acknowledge: 1 working day,", "acknowledge: 6 working days,", "severity: |medium or less"},
		{"", "the more severe has more time", "remedy: 20 working days", "remedy: 90 working days", "severity: |high, acknowledge"},
		{"", "a span without a unit", "lease: 4 working hours", "lease: 4", "lease: |4"},
		{"", "a calendar that there is not", "calendar: zurich\n    clocks", "calendar: zurch\n    clocks", "calendar: |zurch"},
		{"", "a severity without a stage", "{name: owner, tell: [owner], wait: 2 working hours}\n      - {name: manager, tell: [sam-manager, owner], wait: 4 working hours, acknowledgement: all}", "{name: owner, tell: [owner], wait: 2 working hours, severity: high}", "chains:\n  - name: |standard"},
		{"", "a chain without a fallback", "[board-office]", "[]", "chains:\n  - name: |standard"},
		{"", "the owner as the fallback", "[board-office]", "[owner]", "fallback: [|owner"},
		{"", "a stage that waits no time", "wait: 1 working day, severity", "wait: 0 working days, severity", "{name: |counsel"},
		{"", "a repetition without a wait", "{times: 1, after: 1 working day}", "{times: 1}", "chains:\n  - name: |standard"},
		{"", "an absence that runs backwards", "until: 2026-07-17", "until: 2026-07-01", "until: |2026-07-01"},
		{"", "an exception without a reason", "    reason: The old cluster runs until the move is done.\n", "    reason: \"\"\n", "reason: \"|\"\n    match"},
		{"", "an exception that lasts too long", "until: 2026-06-30", "until: 2028-06-30", "until: |2028-06-30"},
		{"", "an inhibition that keeps everything back", "equal: [source]", "equal: []", "name: |silent-source"},
		{"", "quiet hours of a team", "people: [ann]", "people: [sam-desk]", "people: [|sam-desk"},
		{"", "a message that there is not", "[exhausted]", "[exhausted, whenever]", "exhausted, |whenever"},
		{"", "a drill without a calendar", "calendar: zurich, since", "calendar: bern, since", "calendar: |bern"},
	},
}

// TestSeededFaults: thirty mistakes at least, each found when the policy loads, at the
// place where it stands; what an author then reads is in the golden file.
func TestSeededFaults(t *testing.T) {
	files := fstest.MapFS{}
	for _, name := range []string{"policy.yaml", "holidays/ch-2026.json", "holidays/company.ics"} {
		data, err := os.ReadFile("testdata/seeded/" + name)
		require.NoError(t, err)
		files[name] = &fstest.MapFile{Data: data}
	}
	_, err := LoadFS(files, "policy.yaml", Options{})
	require.NoError(t, err, "the policy is sound before anything is seeded")

	var page strings.Builder
	count := 0
	for _, kind := range []string{"rubric", "routes", "calendar", "policy"} {
		for _, s := range seeds[kind] {
			if s.file == "" {
				s.file = "policy.yaml"
			}
			t.Run(kind+"/"+s.name, func(t *testing.T) {
				sound := string(files[s.file].Data)
				require.Equal(t, 1, strings.Count(sound, s.old), "what is replaced stands once")
				mistaken := fstest.MapFS{}
				for name, f := range files {
					mistaken[name] = f
				}
				text := strings.Replace(sound, s.old, s.new, 1)
				mistaken[s.file] = &fstest.MapFile{Data: []byte(text)}
				_, err := LoadFS(mistaken, "policy.yaml", Options{})
				var ps document.Problems
				require.ErrorAs(t, err, &ps)
				want := position(t, s, text)
				assert.True(t, slices.ContainsFunc(ps, func(p *document.Problem) bool { return p.At == want }), "not reported at %s:\n%v", want, err)
				for _, p := range ps {
					assert.NotZero(t, p.At.Line, p)
					assert.NotZero(t, p.At.Column, p)
				}
				fmt.Fprintf(&page, "%s: %s\n%v\n\n", kind, s.name, err)
			})
			count++
		}
	}
	assert.GreaterOrEqual(t, count, 30)
	const golden = "testdata/faults.txt"
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(page.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), page.String())
}

// position is where the bar of a seed's place stands.
func position(t *testing.T, s seed, text string) document.Position {
	before, after, ok := strings.Cut(s.place, "|")
	require.True(t, ok, "the place has no bar")
	require.Equal(t, 1, strings.Count(text, before+after), "the place is one place")
	head := text[:strings.Index(text, before+after)+len(before)]
	line := head[strings.LastIndexByte(head, '\n')+1:]
	return document.Position{File: s.file, Line: 1 + strings.Count(head, "\n"), Column: 1 + utf8.RuneCountInString(line)}
}
