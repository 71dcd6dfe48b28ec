package certificate_test

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/certificate"
	"github.com/trueup-dev/trueup/internal/choice"
	"github.com/trueup-dev/trueup/internal/choice/sample"
)

func TestEncodeAndParse(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, structure := range sample.Structures() {
		c := solved(t, r, structure, choice.Limits{})
		text, err := c.Encode()
		require.NoError(t, err)
		assert.Contains(t, string(text), `"quantity":"`)
		again, err := certificate.Parse(text)
		require.NoError(t, err)
		require.NoError(t, certificate.Check(again))
		once, err := again.Encode()
		require.NoError(t, err)
		assert.Equal(t, string(text), string(once))
		loose, err := json.MarshalIndent(c, "", "  ")
		require.NoError(t, err)
		again, err = certificate.Parse(loose)
		require.NoError(t, err)
		require.NoError(t, certificate.Check(again), "spaces do not matter")
	}
}

func TestParseRefuses(t *testing.T) {
	text, err := small().Seal().Encode()
	require.NoError(t, err)
	for name, bad := range map[string]string{
		"nothing":        "",
		"no certificate": "[]",
		"the half":       string(text[:len(text)/2]),
		"more":           string(text) + "{}",
		"unknown":        strings.Replace(string(text), `"version":1`, `"version":1,"note":""`, 1),
		"twice":          strings.Replace(string(text), `"version":1`, `"version":1,"version":1`, 1),
		"in capitals":    strings.Replace(string(text), `"version":1`, `"Version":1`, 1),
		"a version":      strings.Replace(string(text), `"version":1`, `"version":2`, 1),
		"no number":      strings.Replace(string(text), `"weight":"0"`, `"weight":"much"`, 1),
		"a huge number":  strings.Replace(string(text), `"weight":"0"`, `"weight":"1e999999999"`, 1),
	} {
		_, err := certificate.Parse([]byte(bad))
		assert.ErrorIs(t, err, &certificate.Failure{Kind: certificate.Malformed}, name)
	}
}

// FuzzParse looks for texts that panic, take forever, or change their meaning when
// they are written again.
func FuzzParse(f *testing.F) {
	text, err := small().Seal().Encode()
	require.NoError(f, err)
	f.Add(text)
	r := rand.New(rand.NewPCG(1, 2))
	for _, structure := range sample.Structures() {
		text, err := solved(f, r, structure, choice.Limits{}).Encode()
		require.NoError(f, err)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := certificate.Parse(text)
		if err != nil {
			require.ErrorIs(t, err, certificate.ErrRefused)
			return
		}
		holds := certificate.Check(c)
		once, err := c.Encode()
		require.NoError(t, err)
		again, err := certificate.Parse(once)
		require.NoError(t, err)
		twice, err := again.Encode()
		require.NoError(t, err)
		require.Equal(t, string(once), string(twice))
		require.Equal(t, holds == nil, certificate.Check(again) == nil)
	})
}

// schema describes a type as JSON Schema 2020-12.
func schema(t reflect.Type) map[string]any {
	switch {
	case t == reflect.TypeFor[decimal.Decimal]():
		return map[string]any{"type": "string", "pattern": `^-?[0-9]+(\.[0-9]+)?$`}
	case t.Kind() == reflect.Pointer:
		return schema(t.Elem())
	case t.Kind() == reflect.Slice:
		return map[string]any{"type": "array", "items": schema(t.Elem())}
	case t.Kind() == reflect.Bool:
		return map[string]any{"type": "boolean"}
	case t.Kind() == reflect.Int:
		return map[string]any{"const": certificate.Version}
	case t.Kind() == reflect.String:
		return map[string]any{"type": "string", "minLength": 1}
	}
	properties, required := map[string]any{}, []string{}
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		properties[name] = schema(f.Type)
		if !strings.Contains(options, "omit") {
			required = append(required, name)
		}
	}
	out := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) == 0 {
		out["minProperties"], out["maxProperties"] = 1, 1
		return out
	}
	out["required"] = required
	return out
}

// The published schema is that of what is read: TRUEUP_UPDATE=1 writes it anew.
func TestSchemaIsFresh(t *testing.T) {
	s := schema(reflect.TypeFor[certificate.Certificate]())
	s["$schema"], s["title"] = "https://json-schema.org/draft/2020-12/schema", "certificate"
	want, err := json.MarshalIndent(s, "", "  ")
	require.NoError(t, err)
	want = append(want, '\n')
	file := filepath.Join("..", "..", "docs", "schemas", "certificate.schema.json")
	if os.Getenv("TRUEUP_UPDATE") != "" {
		require.NoError(t, os.WriteFile(file, want, 0o600))
	}
	got, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got), "%s is stale: run TRUEUP_UPDATE=1 go test ./compliance/certificate", file)
}
