package rule_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/compliance/rule"
)

type pack struct {
	Rules []rule.Document `yaml:"rules,required"`
}

func load(src string) (*rule.Set, error) {
	var p pack
	if err := document.Read("rules.yaml", []byte(src), &p); err != nil {
		return nil, err
	}
	return rule.New(p.Rules)
}

func position(short int64, missing ...string) compliance.Position {
	d := decimal.NewFromInt(short)
	p := compliance.Position{Publisher: "acme", Product: "acme/server", Metric: "generic.core", Unit: "core licenses",
		Status: compliance.Short, Short: compliance.Interval{Low: d, High: decimal.NewNullDecimal(d)},
		Exposure: compliance.Money{Amount: d.Mul(decimal.NewFromInt(100)), Currency: "EUR"}}
	if len(missing) > 0 {
		p.Short.High, p.Missing = decimal.NullDecimal{}, missing
	}
	return p
}

func Example() {
	const src = `
rules:
  - id: shortfall
    over: position
    when: position.short_low > 0
    message: "{position.short_low} {position.unit} short of {position.product}"
    evidence: [position.exposure, position.currency]
    remedy: reclaim, reallocate or buy
`
	set, err := load(src)
	if err != nil {
		fmt.Println(err)
		return
	}
	found, err := set.Evaluate(context.Background(), rule.Input{Result: &compliance.Result{
		Positions: []compliance.Position{position(4), position(0)},
	}})
	if err != nil {
		fmt.Println(err)
	}
	for _, f := range found {
		fmt.Println(f.Verdict, f.Subject, f.Message, f.Facts)
	}
	// Output:
	// fail position acme/server|generic.core 4 core licenses short of acme/server [{position.exposure 400} {position.currency EUR}]
}

func TestProblemsHavePlaces(t *testing.T) {
	const src = `rules:
  - id: a
    over: position
    when: position.shrt > 0
    message: "{position.unit"
  - id: a
    over: positions
    when: "true"
    message: x
  - id: b
    over: source
    applies: source.id
    when: source.doubt == "stale" && asOf > 3
    message: "{source.nosuch} }"
    evidence: [position.short]
`
	_, err := load(src)
	var ps document.Problems
	require.ErrorAs(t, err, &ps)
	var got []string
	for _, p := range ps {
		got = append(got, strings.Split(p.Error(), "\n")[0])
	}
	assert.Equal(t, []string{
		"rules.yaml:4:19: undefined field 'shrt'",
		"rules.yaml:5:15: brace is not closed; write {{ for a brace",
		`rules.yaml:6:5: rule "a" is already defined at rules.yaml:2:5`,
		`rules.yaml:7:11: rules cannot be over "positions"; known are position, source, title, product, entitlement, contract, disagreement`,
		"rules.yaml:12:14: expression gives string, but bool is needed here",
		"rules.yaml:13:43: found no matching overload for '_>_' applied to '(timestamp, int)'",
		"rules.yaml:15:16: unknown name 'position'",
		"rules.yaml:14:22: undefined field 'nosuch'",
		"rules.yaml:14:31: brace closes nothing; write }} for a brace",
	}, got)
}

func TestVerdicts(t *testing.T) {
	const src = `
rules:
  - {id: r, over: position, applies: position.metric == "generic.core", when: position.short > 10, message: "{{{position.short}}}"}
`
	tests := []struct {
		name     string
		position compliance.Position
		verdict  compliance.Verdict
		message  string
	}{
		{"fails", position(11), compliance.Fail, "{11}"},
		{"passes", position(10), compliance.Pass, ""},
		{"unknown", position(1, "host.cores"), compliance.Unknown, "rule cannot be decided without position.short"},
		{"not meant", func() compliance.Position { p := position(11); p.Metric = "generic.user"; return p }(), compliance.NotApplicable, ""},
	}
	set, err := load(src)
	require.NoError(t, err)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found, err := set.Evaluate(t.Context(), rule.Input{Result: &compliance.Result{Positions: []compliance.Position{tt.position}}})
			require.NoError(t, err)
			if tt.verdict == compliance.Pass || tt.verdict == compliance.NotApplicable {
				assert.Empty(t, found)
				return
			}
			require.Len(t, found, 1)
			assert.Equal(t, tt.verdict, found[0].Verdict)
			assert.Equal(t, tt.message, found[0].Message)
		})
	}
}

func TestAnErrorIsNoPass(t *testing.T) {
	set, err := load(`rules: [{id: r, over: contract, when: contract.cure_days * 9223372036854775807 > 0, message: x}]`)
	require.NoError(t, err)
	found, err := set.Evaluate(t.Context(), rule.Input{Result: &compliance.Result{}, Contracts: []compliance.Contract{{ID: "C", CureDays: 30, AuditNoticeDays: -1}}})
	require.NoError(t, err)
	require.Len(t, found, 1)
	assert.Equal(t, compliance.Error, found[0].Verdict)
	assert.Contains(t, found[0].Message, "rules.yaml:1:")
}

// Every kind of subject can be judged, and its findings say what they are about.
func TestSubjects(t *testing.T) {
	const src = `
rules:
  - {id: source, over: source, when: 'source.doubt != ""', message: "{source.id}: {source.failure}"}
  - {id: title, over: title, when: title.installs > 1, message: "{title.name}"}
  - {id: product, over: product, when: product.paid, message: "{product.key}"}
  - {id: entitlement, over: entitlement, when: entitlement.end < asOf + days(30), message: "{entitlement.id} ends {entitlement.end}"}
  - {id: contract, over: contract, when: has(contract.true_up) && contract.true_up < asOf + days(90), message: "{contract.id}"}
  - {id: disagreement, over: disagreement, when: disagreement.fact == "cores", message: "{disagreement.kept} or {disagreement.other}"}
`
	set, err := load(src)
	require.NoError(t, err)
	at := time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)
	in := rule.Input{
		Result: &compliance.Result{
			AsOf:         at,
			Sources:      []compliance.SourceState{{Source: compliance.Source{ID: "s", Failure: "refused"}, Doubt: compliance.DoubtFailed}},
			Unrecognised: []compliance.Unrecognised{{Title: title("t"), Installs: 2}, {Title: title("u"), Installs: 1}},
			Unmanaged:    []compliance.Unmanaged{{Product: "acme/a", Installs: 1, Paid: true}, {Product: "acme/b", Installs: 9}},
		},
		Entitlements:  []compliance.Entitlement{{ID: "E", Product: "acme/a", Contract: "C", End: at.AddDate(0, 0, 29)}, {ID: "F", End: at.AddDate(0, 0, 31)}},
		Contracts:     []compliance.Contract{{ID: "C", Publisher: "acme", TrueUp: at.AddDate(0, 0, 89)}, {ID: "D"}},
		Disagreements: []compliance.Disagreement{{Device: "d", Fact: "cores", Kept: "4", Other: "8", By: "a", Against: "b"}},
	}
	found, err := set.Evaluate(t.Context(), in)
	require.NoError(t, err)
	var got []string
	identities := map[string]bool{}
	for _, f := range found {
		got = append(got, fmt.Sprintf("%s %s: %s", f.Rule, f.Subject, f.Message))
		identities[f.Identity()] = true
	}
	assert.Equal(t, []string{
		"source source s: s: refused",
		"title title |t||: t",
		"product product acme/a: acme/a",
		"entitlement entitlement E: E ends 2026-12-15T00:00:00Z",
		"contract contract C: C",
		"disagreement disagreement d cores b: 4 or 8",
	}, got)
	assert.Len(t, identities, len(found), "each finding has an identity of its own")
}

// A use that the contract forbids is not a shortfall, and no purchase mends it.
func TestUseThatIsNotAllowed(t *testing.T) {
	set, err := load(`rules: [{id: r, over: position, when: size(position.not_allowed) > 0, message: "{position.not_allowed}"}]`)
	require.NoError(t, err)
	p := position(0)
	p.Consumers = []compliance.Outcome{{Consumer: "db1"}, {Consumer: "db2", NotAllowed: "more than two sockets"}}
	found, err := set.Evaluate(t.Context(), rule.Input{Result: &compliance.Result{Positions: []compliance.Position{p, position(0)}}})
	require.NoError(t, err)
	require.Len(t, found, 1)
	assert.Equal(t, "db2: more than two sockets", found[0].Message)
}

func TestCancelled(t *testing.T) {
	set, err := load(`rules: [{id: r, over: source, when: "true", message: x}]`)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = set.Evaluate(ctx, rule.Input{Result: &compliance.Result{}})
	assert.ErrorIs(t, err, context.Canceled)
}
