package cacao_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/remediation"
	"github.com/trueup-dev/trueup/remediation/cacao"
)

var made = time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)

func eur(n int64) compliance.Money {
	return compliance.Money{Amount: decimal.NewFromInt(n), Currency: "EUR"}
}

func plan() remediation.Plan {
	return remediation.Plan{
		Strategy: remediation.LeastCost, Created: made, Due: made.AddDate(0, 1, 0), Ready: made.AddDate(0, 0, 14), Cost: eur(2115), Success: remediation.DefaultSuccess,
		Steps: []remediation.Step{
			{ID: "a", Kind: remediation.Reclaim, Verb: "reclaim autodesk/autocad from ws-1", Owner: "desktop team", Start: made, Earliest: made.AddDate(0, 0, 14), Due: made.AddDate(0, 0, 14),
				Cost: eur(15), Criterion: `!position.consumers.exists(c, c.id == "ws-1")`, Undo: "install again",
				Actions: []remediation.Action{{Verb: remediation.Uninstall, Device: "ws-1", Title: catalog.Title{Name: "AutoCAD", Version: "2025"}, Preconditions: []remediation.Fact{{Name: "install", Value: "present"}}}}},
			{ID: "b", Kind: remediation.Buy, Verb: "buy license of autodesk/autocad: 1", Owner: "purchasing", Start: made, Earliest: made, Due: made.AddDate(0, 0, 10), Cost: eur(2100), Criterion: `position.owned >= decimal("2")`,
				Actions: []remediation.Action{{Verb: remediation.Purchase, Product: "autodesk/autocad", Quantity: decimal.NewFromInt(1), Price: eur(2100)}}},
		},
	}
}

func schema(t require.TestingT) *jsonschema.Schema {
	b, err := os.ReadFile("testdata/playbook.schema.json")
	require.NoError(t, err)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("playbook.schema.json", doc))
	s, err := c.Compile("playbook.schema.json")
	require.NoError(t, err)
	return s
}

// step is what the test follows from start to end.
type step struct {
	Type         string
	Name         string
	OnCompletion string `json:"on_completion"`
	Agent        string
	Commands     []struct{ Command string }
}

// walk follows a playbook and gives its action steps in order.
func walk(t require.TestingT, s *jsonschema.Schema, b []byte) []step {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	require.NoError(t, err)
	require.NoError(t, s.Validate(doc))
	var p struct {
		WorkflowStart string `json:"workflow_start"`
		Workflow      map[string]step
		Agents        map[string]any `json:"agent_definitions"`
	}
	require.NoError(t, json.Unmarshal(b, &p))
	var out []step
	at, ok := p.Workflow[p.WorkflowStart]
	require.True(t, ok)
	require.Equal(t, "start", at.Type)
	for at.Type != "end" {
		at, ok = p.Workflow[at.OnCompletion]
		require.True(t, ok)
		if at.Type == "action" {
			require.Contains(t, p.Agents, at.Agent)
			out = append(out, at)
		}
	}
	require.Len(t, p.Workflow, len(out)+2, "every step is on the way")
	return out
}

func TestPlanAsPlaybook(t *testing.T) {
	b, err := cacao.Write(plan(), cacao.Options{Author: "Example AG"})
	require.NoError(t, err)
	steps := walk(t, schema(t), b)
	require.Len(t, steps, 2)
	assert.Equal(t, "uninstall AutoCAD 2025 from ws-1", steps[0].Commands[0].Command)
	assert.Equal(t, "purchase 1 of autodesk/autocad at 2100.00 EUR each", steps[1].Commands[0].Command)
	assert.Contains(t, string(b), `"undo": "install again"`)
	again, err := cacao.Write(plan(), cacao.Options{Author: "Example AG"})
	require.NoError(t, err)
	assert.Equal(t, string(b), string(again))
}

func TestRefusals(t *testing.T) {
	_, err := cacao.Write(plan(), cacao.Options{})
	require.ErrorContains(t, err, "author")
	_, err = cacao.Write(remediation.Plan{Created: made}, cacao.Options{Author: "Example AG"})
	require.ErrorContains(t, err, "steps")
}

// The schema refuses what the specification does.
func TestSchemaIsStrict(t *testing.T) {
	b, err := cacao.Write(plan(), cacao.Options{Author: "Example AG"})
	require.NoError(t, err)
	s := schema(t)
	for name, swap := range map[string][2]string{
		"version": {`"cacao-2.0"`, `"cacao-1.0"`}, "step type": {`"type": "action"`, `"type": "act"`}, "command": {`"command": "uninstall`, `"run": "uninstall`},
		"identifier": {`"workflow_start": "start--`, `"workflow_start": "`}, "instant": {`09:00:00.000Z`, `09:00:00+02:00`}, "extension name": {`"undo"`, `"Undo!"`},
	} {
		broken := bytes.Replace(b, []byte(swap[0]), []byte(swap[1]), 1)
		require.NotEqual(t, b, broken, name)
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(broken))
		require.NoError(t, err)
		assert.Error(t, s.Validate(doc), name)
	}
}

// Whatever a plan holds, the playbook is valid.
func TestAnyPlanIsValid(t *testing.T) {
	s := schema(t)
	rapid.Check(t, func(t *rapid.T) {
		p := remediation.Plan{Created: made, Strategy: remediation.Fastest}
		for i := range rapid.IntRange(1, 5).Draw(t, "steps") {
			p.Steps = append(p.Steps, remediation.Step{
				ID: rapid.String().Draw(t, "id") + string(rune('a'+i)), Verb: rapid.String().Draw(t, "verb"), Criterion: rapid.String().Draw(t, "criterion"),
				Owner: "x" + rapid.String().Draw(t, "owner"), Undo: rapid.String().Draw(t, "undo"),
				Actions: []remediation.Action{{Verb: remediation.Uninstall, Device: compliance.DeviceID(rapid.String().Draw(t, "device"))}},
			})
		}
		b, err := cacao.Write(p, cacao.Options{Author: "Example AG"})
		require.NoError(t, err)
		require.Len(t, walk(t, s, b), len(p.Steps))
	})
}

func ExampleWrite() {
	b, err := cacao.Write(plan(), cacao.Options{Author: "Example AG"})
	if err != nil {
		panic(err)
	}
	var p struct {
		Version string `json:"spec_version"`
		Name    string
	}
	if err := json.Unmarshal(b, &p); err != nil {
		panic(err)
	}
	_, _ = os.Stdout.WriteString(p.Version + ": " + p.Name + "\n")
	// Output:
	// cacao-2.0: Remediation plan of least-cost, 2026-06-01
}
