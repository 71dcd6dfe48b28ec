package export_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/export"
)

func assessment() export.Assessment {
	return export.Assessment{
		Run: "20260930T000000Z-0123456789ab", Title: "Third quarter", Start: at, End: at.Add(time.Hour),
		Engine: "trueup", Version: "0.1.0", Plan: "playbook.yaml", PlanDigest: strings.Repeat("0a", 32),
		Rules: []string{"shortfall", "stale source", "unrecognised"},
		Findings: []export.Finding{
			{ID: "f1", Rule: "shortfall", Subject: "oracle/database", Title: "oracle/database is short", Description: "3 processors are short.",
				Outcome: export.NotSatisfied, Severity: export.High, Due: at.AddDate(0, 0, 14), Entry: 3},
			{ID: "f2", Rule: "stale source", Subject: "agents", Title: "agents is stale", Description: "It was read 40 days ago.",
				Outcome: export.Undetermined, Severity: export.Low, Entry: 4},
			{ID: "f3", Rule: "unrecognised", Title: "All titles are known", Description: "None is unknown.", Outcome: export.Satisfied,
				Severity: export.Informational, Entry: 5},
		},
		Remedies: []export.Remedy{{Title: "Reclaim two, buy one", Description: "The cheapest plan.", Findings: []string{"f1"}, Tasks: []export.Task{
			{ID: "reclaim", Title: "Reclaim two", Owner: "it operations", Start: at, Due: at.AddDate(0, 0, 7), Done: true},
			{ID: "buy", Title: "Buy one", Description: "From the reseller.", Owner: "procurement", Due: at.AddDate(0, 0, 10)},
		}}},
		Checkpoint: evidence.Checkpoint{Origin: "example.com/licences", Size: 9, Note: []byte("note")},
	}
}

func ExamplePOAM() {
	b, err := export.POAM(assessment(), "Example AG")
	if err != nil {
		fmt.Println(err)
		return
	}
	var plan struct {
		POAM struct {
			Risks []struct {
				Title, Status string
				Deadline      string
				Remediations  []struct {
					Lifecycle string
					Tasks     []struct{ Title string }
				}
			}
		} `json:"plan-of-action-and-milestones"`
	}
	if err := json.Unmarshal(b, &plan); err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range plan.POAM.Risks {
		fmt.Println(r.Title, r.Status, r.Deadline, r.Remediations)
	}
	// Output:
	// oracle/database is short open 2026-10-14T00:00:00Z [{planned [{Reclaim two} {Buy one}]}]
	// agents is stale open  []
}

func ExampleAssessmentResults() {
	b, err := export.AssessmentResults(assessment())
	if err != nil {
		fmt.Println(err)
		return
	}
	for line := range strings.Lines(string(b)) {
		if strings.Contains(line, `"state"`) || strings.Contains(line, `"reason"`) {
			fmt.Println(strings.TrimSpace(line))
		}
	}
	// Output:
	// "state": "not-satisfied",
	// "reason": "fail"
	// "state": "not-satisfied",
	// "reason": "other",
	// "state": "satisfied"
}

func ExampleOCSF() {
	all, err := export.OCSF(assessment(), "Example AG")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, b := range all {
		var e struct {
			Class      int `json:"class_uid"`
			Compliance struct{ Control, Status string }
		}
		if err := json.Unmarshal(b, &e); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(e.Class, e.Compliance.Control, e.Compliance.Status)
	}
	// Output:
	// 2003 shortfall Fail
	// 2003 stale source Warning
	// 2003 unrecognised Pass
}

// schema compiles one of the schemas under testdata, with formats checked.
func schema(t require.TestingT, name string) *jsonschema.Schema {
	b, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	require.NoError(t, c.AddResource(name, doc))
	s, err := c.Compile(name)
	require.NoError(t, err)
	return s
}

func valid(t require.TestingT, s *jsonschema.Schema, b []byte) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	require.NoError(t, err)
	require.NoError(t, s.Validate(doc), string(b))
}

// The schemas accept what is written and refuse what is not like it, so that the
// check is one.
func TestExportsFollowTheirSchemas(t *testing.T) {
	oscal, ocsf := schema(t, "oscal_complete_schema-1.1.3.json"), schema(t, "ocsf_compliance_finding-1.3.0.json")
	results, err := export.AssessmentResults(assessment())
	require.NoError(t, err)
	valid(t, oscal, results)
	plan, err := export.POAM(assessment(), "Example AG")
	require.NoError(t, err)
	valid(t, oscal, plan)
	for _, broken := range []string{`"import-ap"`, `"state"`, `"methods"`} {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(bytes.Replace(results, []byte(broken), []byte(`"other"`), 1)))
		require.NoError(t, err)
		require.Error(t, oscal.Validate(doc), broken)
	}
	all, err := export.OCSF(assessment(), "Example AG")
	require.NoError(t, err)
	for _, b := range all {
		valid(t, ocsf, b)
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(bytes.Replace(b, []byte(`"finding_info"`), []byte(`"finding"`), 1)))
		require.NoError(t, err)
		require.Error(t, ocsf.Validate(doc))
	}
}

// Whatever the texts, what is written follows the schema, and the same assessment
// gives the same bytes.
func TestAnyAssessmentFollowsTheSchema(t *testing.T) {
	oscal, ocsf := schema(t, "oscal_complete_schema-1.1.3.json"), schema(t, "ocsf_compliance_finding-1.3.0.json")
	rapid.Check(t, func(t *rapid.T) {
		a := assessment()
		text := rapid.StringMatching(`[a-zäß0-9 .:/\t\n=<>&"-]{0,20}[a-z]`)
		a.Title, a.Rules[0] = text.Draw(t, "title"), text.Draw(t, "rule")
		a.Run = evidence.RunID(text.Draw(t, "run"))
		f := &a.Findings[0]
		f.Rule, f.Subject, f.Title, f.Description = a.Rules[0], rapid.String().Draw(t, "subject"), text.Draw(t, "finding"), text.Draw(t, "description")
		f.Severity = export.Severity(rapid.IntRange(0, 5).Draw(t, "severity"))
		f.Outcome = export.Outcome(rapid.IntRange(2, 3).Draw(t, "outcome"))
		a.Remedies[0].Tasks[1].Owner = rapid.String().Draw(t, "owner")
		a.Remedies[0].Tasks[1].Done = rapid.Bool().Draw(t, "done")
		results, err := export.AssessmentResults(a)
		require.NoError(t, err)
		valid(t, oscal, results)
		again, err := export.AssessmentResults(a)
		require.NoError(t, err)
		require.Equal(t, results, again)
		plan, err := export.POAM(a, text.Draw(t, "system"))
		require.NoError(t, err)
		valid(t, oscal, plan)
		require.Equal(t, a.Remedies[0].Tasks[1].Done, bytes.Contains(plan, []byte(`"closed"`)), "a risk is closed when all is done")
		all, err := export.OCSF(a, "x")
		require.NoError(t, err)
		for _, b := range all {
			valid(t, ocsf, b)
		}
	})
}

// Every reference within a document is to something in it, and no two things share a
// UUID but a thing and its references.
func TestReferencesHold(t *testing.T) {
	for _, write := range []func() ([]byte, error){
		func() ([]byte, error) { return export.AssessmentResults(assessment()) },
		func() ([]byte, error) { return export.POAM(assessment(), "x") },
	} {
		b, err := write()
		require.NoError(t, err)
		var doc any
		require.NoError(t, json.Unmarshal(b, &doc))
		defined, used := map[string]int{}, map[string]bool{}
		var walk func(v any)
		walk = func(v any) {
			switch v := v.(type) {
			case []any:
				for _, e := range v {
					walk(e)
				}
			case map[string]any:
				for k, e := range v {
					if k == "uuid" {
						defined[e.(string)]++
					} else if strings.HasSuffix(k, "-uuid") {
						used[e.(string)] = true
					}
					walk(e)
				}
			}
		}
		walk(doc)
		require.NotEmpty(t, used)
		for id := range used {
			require.Equal(t, 1, defined[id], id)
		}
		for id, n := range defined {
			require.Equal(t, 1, n, id)
		}
	}
}

func TestAssessmentsThatAreRefused(t *testing.T) {
	for name, change := range map[string]func(*export.Assessment){
		"needs a run":                func(a *export.Assessment) { a.Run = "" },
		"not before it":              func(a *export.Assessment) { a.End = a.Start.Add(-1) },
		"needs the plan":             func(a *export.Assessment) { a.Plan = "" },
		"needs the rules":            func(a *export.Assessment) { a.Rules = nil },
		"needs the checkpoint":       func(a *export.Assessment) { a.Checkpoint = evidence.Checkpoint{} },
		"no ID of its own":           func(a *export.Assessment) { a.Findings[1].ID = "f1" },
		"needs a title and a":        func(a *export.Assessment) { a.Findings[0].Description = "" },
		"none of the rules":          func(a *export.Assessment) { a.Findings[0].Rule = "other" },
		"no outcome":                 func(a *export.Assessment) { a.Findings[0].Outcome = 0 },
		"no severity of the scale":   func(a *export.Assessment) { a.Findings[0].Severity = 9 },
		"does not cover":             func(a *export.Assessment) { a.Findings[0].Entry = 9 },
		"which is not there":         func(a *export.Assessment) { a.Remedies[0].Findings = []string{"f9"} },
		"needs an ID, a title and a": func(a *export.Assessment) { a.Remedies[0].Tasks[0].Due = time.Time{} },
	} {
		a := assessment()
		change(&a)
		for _, err := range []error{second(export.AssessmentResults(a)), second(export.POAM(a, "x")), second(export.OCSF(a, "x"))} {
			require.ErrorIs(t, err, export.ErrExport)
			require.ErrorContains(t, err, name)
		}
	}
	a := assessment()
	a.Findings, a.Remedies = a.Findings[2:], nil
	require.ErrorContains(t, second(export.POAM(a, "x")), "nothing to mend")
	require.ErrorContains(t, second(export.POAM(assessment(), " ")), "the system")
	require.ErrorContains(t, second(export.OCSF(assessment(), "")), "the vendor")
}

func second[T any](_ T, err error) error { return err }
