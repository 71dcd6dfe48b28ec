package main

import (
	"encoding"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/delta"
	"github.com/trueup-dev/trueup/compliance/forecast"
	"github.com/trueup-dev/trueup/compliance/saving"
)

// schema describes what is printed as JSON Schema 2020-12.
func schema(t reflect.Type) map[string]any {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return map[string]any{"type": "string", "format": "date-time"}
	case t == reflect.TypeFor[decimal.NullDecimal]():
		return map[string]any{"type": []string{"string", "null"}}
	case t == reflect.TypeFor[decimal.Decimal](), t.Implements(reflect.TypeFor[encoding.TextMarshaler]()), t.Kind() == reflect.String:
		return map[string]any{"type": "string"}
	case t.Kind() == reflect.Pointer:
		return schema(t.Elem())
	case t.Kind() == reflect.Slice:
		return map[string]any{"type": "array", "items": schema(t.Elem())}
	case t.Kind() == reflect.Bool:
		return map[string]any{"type": "boolean"}
	case t.Kind() == reflect.Int:
		return map[string]any{"type": "integer"}
	}
	properties, required := map[string]any{}, []string{}
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		properties[name] = schema(f.Type)
		if !strings.Contains(options, "omit") {
			required = append(required, name)
		}
	}
	return map[string]any{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

// The published schemas are those of what is printed: TRUEUP_UPDATE=1 writes them
// anew.
func TestSchemasAreFresh(t *testing.T) {
	for name, printed := range map[string]any{
		"changes": []delta.Change{}, "comparisons": []saving.Comparison{}, "forecasts": []forecast.Forecast{},
	} {
		s := schema(reflect.TypeOf(printed))
		s["$schema"], s["title"] = "https://json-schema.org/draft/2020-12/schema", name
		want, err := json.MarshalIndent(s, "", "  ")
		require.NoError(t, err)
		want = append(want, '\n')
		file := filepath.Join("..", "..", "docs", "schemas", name+".schema.json")
		if os.Getenv("TRUEUP_UPDATE") != "" {
			require.NoError(t, os.WriteFile(file, want, 0o600))
		}
		got, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, string(want), string(got), "%s is stale: run TRUEUP_UPDATE=1 go test ./cmd/trueup", file)
	}
}
