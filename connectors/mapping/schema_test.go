package mapping

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

	"github.com/trueup-dev/trueup/connectors"
)

const docs = "../../docs/"

func str() map[string]any { return map[string]any{"type": "string"} }

// fieldsSchema is an object from field to text, of the fields of a kind.
func fieldsSchema(k connectors.Kind, of map[string]any) map[string]any {
	properties := map[string]any{}
	for _, f := range fieldsOf(k) {
		properties[f.name] = of
	}
	return map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
}

// schema describes the document as JSON Schema 2020-12.
func schema() map[string]any {
	var rules []any
	for _, k := range connectors.Kinds() {
		properties := map[string]any{
			"kind": map[string]any{"const": k.String()}, "from": str(),
			"columns": fieldsSchema(k, str()), "constants": fieldsSchema(k, map[string]any{"type": []string{"string", "number", "boolean"}}),
			"values": fieldsSchema(k, map[string]any{"type": "object", "additionalProperties": map[string]any{"type": []string{"string", "number", "boolean"}}}),
		}
		rules = append(rules, map[string]any{"type": "object", "properties": properties, "required": []string{"kind", "columns"}, "additionalProperties": false})
	}
	texts := map[string]any{"type": "array", "items": str()}
	return map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "mapping", "type": "object", "additionalProperties": false, "required": []string{"rows"},
		"properties": map[string]any{
			"decimal": map[string]any{"enum": []string{".", ","}}, "zone": str(), "dates": texts, "empty": texts, "list": str(),
			"rows": map[string]any{"type": "array", "minItems": 1, "items": map[string]any{"oneOf": rules}},
		},
	}
}

// The published schema is that of what is read: TRUEUP_UPDATE=1 writes it anew.
func TestSchemaIsFresh(t *testing.T) {
	want, err := json.MarshalIndent(schema(), "", "  ")
	require.NoError(t, err)
	want = append(want, '\n')
	file := filepath.Join(docs, "schemas", "mapping.schema.json")
	if os.Getenv("TRUEUP_UPDATE") != "" {
		require.NoError(t, os.WriteFile(file, want, 0o600))
	}
	got, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got), "%s is stale: run TRUEUP_UPDATE=1 go test ./connectors/mapping", file)
}

// documents are the mappings that the pages of documentation show.
func documents(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, page := range []string{"mapping", "table", "sql"} {
		text, err := os.ReadFile(filepath.Join(docs, "connectors", page+".md"))
		require.NoError(t, err)
		for i, part := range strings.Split(string(text), "```yaml\n")[1:] {
			block, _, ok := strings.Cut(part, "```")
			require.True(t, ok)
			found[page+string(rune('1'+i))] = block
		}
	}
	require.GreaterOrEqual(t, len(found), 3)
	return found
}

// Schema and reader agree: on the documents of the pages, and on what is wrong.
func TestSchemaAgrees(t *testing.T) {
	c := jsonschema.NewCompiler()
	text, err := json.Marshal(schema())
	require.NoError(t, err)
	s, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	require.NoError(t, c.AddResource("mapping.json", s))
	compiled, err := c.Compile("mapping.json")
	require.NoError(t, err)
	validate := func(doc string) error {
		var v any
		require.NoError(t, yaml.Unmarshal([]byte(doc), &v))
		return compiled.Validate(v)
	}
	for name, doc := range documents(t) {
		_, err := Read(name, []byte(doc))
		require.NoError(t, err, name)
		assert.NoError(t, validate(doc), name)
	}
	for _, doc := range []string{
		"rows: []", "{}", "rows: [{kind: server, columns: {id: a}}]", "rows: [{kind: device, columns: {id: a, cpus: b}}]", "decimal: ';'\nrows: [{kind: device, columns: {id: a}}]",
		"rows: [{kind: device, columns: {id: a}, constants: {cpus: 2}}]", "row: []", "rows: [{kind: device}]", "rows: [{kind: device, columns: {id: a, role: b}, values: {part: {a: active}}}]",
	} {
		_, err := Read("bad", []byte(doc))
		require.Error(t, err, doc)
		assert.Error(t, validate(doc), doc)
	}
}

// The page says what every field of every kind means.
func TestPageNamesEveryField(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(docs, "connectors", "mapping.md"))
	require.NoError(t, err)
	for _, k := range connectors.Kinds() {
		_, after, found := strings.Cut(string(page), "\n### "+k.String()+"\n")
		require.True(t, found, "%s has no section", k)
		section, _, _ := strings.Cut(after, "\n### ")
		for _, f := range fieldsOf(k) {
			assert.Contains(t, section, "`"+f.name+"`", "%s", k)
		}
	}
}
