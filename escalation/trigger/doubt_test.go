package trigger

import (
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/document"
)

func state(id string, age time.Duration) compliance.SourceState {
	return compliance.SourceState{Source: compliance.Source{ID: compliance.SourceID(id), Collected: at.Add(-age)}}
}

func ExampleStaleSources() {
	for _, f := range StaleSources([]compliance.SourceState{state("glpi", 9*day)}, Stale{After: 7 * day}, at) {
		fmt.Println(f.Verdict, f.Message)
	}
	// Output:
	// fail source glpi was last read to its end on 2026-02-21, 9 days ago
}

func TestStaleSources(t *testing.T) {
	s := Stale{After: 7 * day, Sources: map[compliance.SourceID]time.Duration{"okta": day}}
	never := compliance.SourceState{Source: compliance.Source{ID: "sql"}}
	got := StaleSources([]compliance.SourceState{state("glpi", 7*day), state("okta", 25*time.Hour), never, state("ocs", 7*day+1)}, s, at)
	var words []string
	for _, f := range got {
		words = append(words, fmt.Sprint(f.Subject, " ", f.Verdict))
	}
	assert.Equal(t, []string{"source okta fail", "source sql unknown", "source ocs fail"}, words)
}

func ExampleUnknownPositions() {
	p := compliance.Position{Product: "microsoft/sql-server", Metric: "generic.core", Short: units(0, 16), Missing: []string{"cores of esx3"},
		Exposure: compliance.Money{Currency: "EUR"}, ExposureHigh: decimal.NewNullDecimal(decimal.NewFromInt(110400))}
	for _, f := range UnknownPositions([]compliance.Position{p}, decimal.Zero, at) {
		fmt.Println(f.Verdict, f.Message+",", f.Exposure, f.Missing)
	}
	// Output:
	// unknown how much of microsoft/sql-server is short cannot be told: 0 to 16, 110400.00 EUR [cores of esx3]
}

func TestUnknownPositions(t *testing.T) {
	all := []compliance.Position{{Product: "known", Short: units(3)}, {Product: "narrow", Short: units(3, 7)}, {Product: "wide", Short: units(3, 8)}, {Product: "open", Short: units(0, -1)}}
	got := UnknownPositions(all, decimal.NewFromInt(5), at)
	require.Len(t, got, 2)
	assert.EqualValues(t, "wide", got[0].Product)
	assert.Contains(t, got[1].Message, "0 to any number")
	assert.Empty(t, got[1].Exposure.Currency, "money at risk is not known")
}

func thresholds(text string) (*Thresholds, error) {
	var d Document
	if err := document.Read("book.yaml", []byte(text), &d); err != nil {
		return nil, err
	}
	return New(d)
}

func TestThresholdsAreChecked(t *testing.T) {
	for text, want := range map[string]string{
		"spike: {least: 2}":                                                    `book.yaml:1:8: spike lacks the field "share"`,
		"spike: {share: 0}":                                                    "book.yaml:1:8: share is 0; it must be more than 0",
		"spike: {share: 1, over-runs: -1}":                                     "book.yaml:1:8: over-runs is -1",
		"undisclosed: {least: -1}":                                             "book.yaml:1:14: least is -1",
		"mismatch: {share: -0.5}":                                              "book.yaml:1:11: share -0.5 is negative",
		"coverage: {within-days: -1}":                                          "book.yaml:1:11: within-days is -1",
		"contract-end: {within-days: 0}":                                       "book.yaml:1:15: within-days is 0",
		"contract-end: {within-days: 3661}":                                    "book.yaml:1:15: within-days is 3661",
		"stale-source: {after-days: 0}":                                        "book.yaml:1:15: after-days is 0",
		"free-seats: [{product: x, lead-days: 0}]":                             "book.yaml:1:24: lead-days is 0",
		"free-seats: [{product: x, lead-days: many}]":                          "lead-days must be a whole number",
		"free-seats: [{product: x, lead-days: 1, per-day: -1}]":                "book.yaml:1:24: per-day -1 is negative",
		"free-seats: [{product: x, lead-days: 1}, {product: x, lead-days: 1}]": `book.yaml:1:52: free seats of "x" are set twice`,
		"stale-source: {after-days: 1, sources: [{id: a, after-days: 1}, {id: a, after-days: 1}]}": `book.yaml:1:70: source "a" is listed twice`,
		"spikes: {share: 1}": `book.yaml:1:1: unknown field "spikes"; did you mean "spike"?`,
	} {
		_, err := thresholds(text)
		assert.ErrorContains(t, err, want, text)
	}
}

func ExampleThresholds_Find() {
	t, err := thresholds("undisclosed: {}\nstale-source: {after-days: 7}\n")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range t.Find(Facts{Result: &compliance.Result{
		Unmanaged: []compliance.Unmanaged{{Product: "oracle/java-se", Installs: 3, Paid: true}},
		Sources:   []compliance.SourceState{state("glpi", 9*day)},
	}}, at) {
		fmt.Println(f.Rule, f.Subject)
	}
	// Output:
	// undisclosed product oracle/java-se
	// stale-source source glpi
}

// Every trigger that is set finds under a rule of the list, in its order, and one that
// is left out finds nothing.
func TestFindAppliesWhatIsSet(t *testing.T) {
	unread := measured(9, 1, 1)
	facts := Facts{
		Result: &compliance.Result{
			Positions: []compliance.Position{{Product: "a", Required: units(9), Short: units(0, 3), Consumers: []compliance.Outcome{
				abroad(2, compliance.NoEntitlement, compliance.OutsideCountry)}}},
			Sources: []compliance.SourceState{state("glpi", 9*day)},
		},
		Series:    []Series{series(units(50), 10)},
		Measured:  []Measured{unread},
		Contracts: []compliance.Contract{{ID: "EA", End: at.Add(day)}},
	}
	all, err := thresholds(`
spike: {share: 0.5}
undisclosed: {}
outside-scope: {}
mismatch: {}
stale-source: {after-days: 7}
unknown-position: {}
contract-end: {within-days: 30}
free-seats: [{product: autodesk/autocad, lead-days: 30, per-day: 1}]
`)
	require.NoError(t, err)
	var got []compliance.RuleID
	for _, f := range all.Find(facts, at) {
		got = append(got, f.Rule)
		assert.Equal(t, at, f.At, f.Rule)
		assert.NotEmpty(t, f.Remedy, f.Rule)
	}
	assert.Equal(t, []compliance.RuleID{RuleSpike, RuleUndisclosed, RuleOutsideScope, RuleUsageUnseen, RuleUsageOver, RuleStaleSource,
		RuleUnknownPosition, RuleContractEnd, RuleFreeSeats}, got)
	none, err := New(Document{})
	require.NoError(t, err)
	assert.Empty(t, none.Find(facts, at))
}
