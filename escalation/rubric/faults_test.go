package rubric

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/document"
)

const sound = `name: base
version: 3
currency: EUR
severities: [low, medium, high]
factors:
  - name: exposure
    key: E
    levels:
      - {name: small, key: S}
      - {name: mid, key: M, at-least: 100}
      - {name: big, key: B, at-least: 1000.50}
  - name: days
    key: P
    fact: proximity
    levels:
      - {name: far, key: F}
      - {name: near, key: N, at-most: 30}
  - name: tier
    key: T
    levels:
      - {name: soft, key: S, words: [open, free]}
      - {name: hard, key: H}
rows:
  - when: {exposure: big}
    severity: high
    reason: Big.
  - name: middle
    when: {exposure: mid, tier: hard}
    severity: medium
    reason: Middle.
default:
  severity: low
  reason: Rest.
`

// TestFaults seeds one mistake at a time into a sound rubric; each must be found
// at its place.
func TestFaults(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"no default", "default:\n  severity: low\n  reason: Rest.\n", "", "r.yaml:1:7: rubric \"base\" has no default row, and no row answers 6 of 12 combinations, such as TU:3/E:S/P:F/T:S, TU:3/E:S/P:F/T:H, TU:3/E:S/P:N/T:S"},
		{"contradiction", "{exposure: mid, tier: hard}", "{tier: hard}", "r.yaml:29:15: middle says medium and row 1 (line 25) says high, yet both match TU:3/E:B/P:F/T:H"},
		{"not monotone in exposure", "{exposure: big}", "{exposure: small}", "r.yaml:29:15: middle says medium, yet row 1 (line 25) says high for less: raising exposure from small to mid in TU:3/E:S/P:F/T:H lowers the severity"},
		{"not monotone in tier", "{exposure: mid, tier: hard}", "{exposure: mid, tier: soft}", "default says low, yet middle (line 29) says medium for less: raising tier from soft to hard"},
		{"dead row", "{exposure: mid, tier: hard}\n    severity: medium", "{exposure: big, tier: hard}\n    severity: high", "r.yaml:29:15: middle never decides"},
		{"unknown factor", "{exposure: big}", "{expousre: big}", "r.yaml:24:22: row 1 names a factor \"expousre\" that the rubric does not have; known are exposure, days, tier"},
		{"unknown level", "{exposure: big}", "{exposure: small or bgi}", "r.yaml:24:31: no level \"bgi\"; known are small, mid, big"},
		{"unknown severity", "severity: medium", "severity: middling", "r.yaml:29:15: no severity \"middling\"; known are low, medium, high"},
		{"backwards range", "{exposure: big}", "{exposure: big to small}", "r.yaml:24:22: \"big to small\" runs backwards"},
		{"severity twice", "[low, medium, high]", "[low, medium, high, low]", "r.yaml:4:33: severity \"low\" is listed twice"},
		{"one severity", "[low, medium, high]", "[low]", "has 1 severities"},
		{"factor twice", "name: days", "name: exposure", "r.yaml:12:11: factor \"exposure\" is listed twice"},
		{"key twice", "key: P", "key: E", "r.yaml:13:10: key \"E\" stands for another factor already"},
		{"key of the vector", "key: P", "key: TU", "r.yaml:13:10: key \"TU\" of factor"},
		{"level key X", "key: F", "key: X", "r.yaml:16:26: key X means that there is no answer"},
		{"level key twice", "key: F", "key: N", "r.yaml:17:27: key \"N\" stands for another level"},
		{"level twice", "name: near", "name: far", "r.yaml:17:16: level \"far\" of factor \"days\" is listed twice"},
		{"bands not rising", "at-least: 1000.50", "at-least: 100.00", "r.yaml:11:16: level \"big\" must begin above 100"},
		{"no bound", ", at-least: 100}", "}", "r.yaml:10:16: level \"mid\" of factor \"exposure\" needs a bound"},
		{"bound on the first", "{name: small, key: S}", "{name: small, key: S, at-least: 0}", "r.yaml:9:16: level \"small\" is the least"},
		{"mixed bounds", "at-least: 1000.50", "at-most: 50", "r.yaml:11:16: factor \"exposure\" mixes at-least and at-most"},
		{"two bounds", "at-most: 30", "at-most: 30, at-least: 3", "r.yaml:17:16: level \"near\" has two bounds"},
		{"bound on a word", "{name: hard, key: H}", "{name: hard, key: H, at-least: 3}", "r.yaml:22:16: factor \"tier\" is not answered by a number"},
		{"words on a band", "at-most: 30", "at-most: 30, words: [close]", "r.yaml:17:51: factor \"days\" is answered by bands"},
		{"word twice", "{name: hard, key: H}", "{name: hard, key: H, words: [free]}", "r.yaml:22:38: word \"free\" means another level"},
		{"no currency", "currency: EUR\n", "", "bands of money, so the rubric needs a currency"},
		{"currency in words", "currency: EUR", "currency: euro", "r.yaml:3:11: currency \"euro\" is no code"},
		{"no such fact", "fact: proximity", "fact: nearness", "r.yaml:14:11: factor \"days\" is answered by no known fact"},
		{"no such assumption", "name: tier\n", "name: tier\n    assume: medium\n", "r.yaml:19:13: factor \"tier\" has no level \"medium\""},
		{"reserved name", "name: far", "name: any", "r.yaml:16:16: name \"any\" is a word of conditions"},
		{"version 0", "version: 3", "version: 0", "version of rubric \"base\" is 0"},
		{"row twice", "  - when: {exposure: big}", "  - name: middle\n    when: {exposure: big}", "r.yaml:28:11: another row is called \"middle\" already"},
		{"misspelt field", "severity: high", "severty: high", "r.yaml:25:5: unknown field \"severty\"; did you mean \"severity\"?"},
		{"no reason", "    reason: Big.\n", "", "r.yaml:24:5: rows[0] lacks the field \"reason\""},
	}
	_, err := Load("r.yaml", []byte(sound))
	require.NoError(t, err)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Contains(t, sound, tt.old)
			_, err := Load("r.yaml", []byte(strings.Replace(sound, tt.old, tt.new, 1)))
			var ps document.Problems
			require.ErrorAs(t, err, &ps)
			assert.Contains(t, err.Error(), tt.want)
			for _, p := range ps {
				assert.NotZero(t, p.At.Line, p.Error())
			}
		})
	}
}

func TestTooLarge(t *testing.T) {
	var b strings.Builder
	b.WriteString("name: large\nversion: 1\nseverities: [a, b]\nfactors:\n")
	for _, f := range []string{"a", "b", "c", "d", "e", "f"} {
		b.WriteString("  - {name: " + f + ", fact: asked, key: " + strings.ToUpper(f) + ", levels: [")
		for _, l := range "abcdefghijkl" {
			b.WriteString("{name: l" + string(l) + ", key: " + strings.ToUpper(string(l)) + "},")
		}
		b.WriteString("]}\n")
	}
	b.WriteString("rows: [{when: {a: la}, severity: a, reason: r}]\ndefault: {severity: a, reason: r}\n")
	_, err := Load("large.yaml", []byte(b.String()))
	assert.ErrorContains(t, err, `large.yaml:10:12: factor "f" brings the table past 1048576 combinations`)
}
