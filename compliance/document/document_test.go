package document_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/document"
)

type rule struct {
	At       document.Position `yaml:"-"`
	Name     string            `yaml:"name,required"`
	When     document.Text     `yaml:"when"`
	Weight   decimal.Decimal   `yaml:"weight"`
	Depth    int               `yaml:"depth"`
	Strict   bool              `yaml:"strict"`
	Products []string          `yaml:"products"`
	Minimum  map[string]int    `yaml:"minimum"`
}

type pack struct {
	Rules []rule `yaml:"rules,required"`
}

func ExampleRead() {
	var p struct {
		Name string `yaml:"name,required"`
		Due  int    `yaml:"due"`
	}
	err := document.Read("playbook.yaml", []byte("name: overuse\ndeu: 3\n"), &p)
	fmt.Println(err)
	// Output:
	// playbook.yaml:2:1: unknown field "deu"; did you mean "due"?
	//   deu: 3
	//   ^
}

func TestDecode(t *testing.T) {
	const src = `rules:
  - name: overuse
    when: |
      used >
        owned
    weight: 0.30
    depth: 3
    strict: true
    products: [a, b]
    minimum: {per-socket: 8}
  - name: plain
    when: used > 3
`
	var p pack
	require.NoError(t, document.Read("r.yaml", []byte(src), &p))
	require.Len(t, p.Rules, 2)
	r := p.Rules[0]
	assert.Equal(t, "r.yaml:2:5", r.At.String())
	assert.Equal(t, "0.3", r.Weight.String())
	assert.Equal(t, []string{"a", "b"}, r.Products)
	assert.Equal(t, map[string]int{"per-socket": 8}, r.Minimum)
	assert.Equal(t, "r.yaml:4:7", r.When.At().String())
	assert.Equal(t, "r.yaml:5:9", r.When.Position(2, 3).String())
	assert.Equal(t, "r.yaml:12:18", p.Rules[1].When.Position(1, 8).String())
	assert.Equal(t, "r.yaml:5:9: no such name\n          owned\n          ^", r.When.Problem(2, 3, "no such name").Error())
}

func TestProblems(t *testing.T) {
	tests := []struct{ name, src, want string }{
		{"empty", "", "f:1:1: document is empty"},
		{"comment only", "# nothing\n", "f:1:1: document is empty"},
		{"not YAML", "rules: [", "f:2:1: not YAML: did not find expected node content"},
		{"wrong kind", "rules: 3", `f:1:8: rules must be a list, not "3"`},
		{"nothing", "rules:\n", "f:1:7: rules must be a list, not nothing"},
		{"missing", "rules:\n - depth: 1", `f:2:4: rules[0] lacks the field "name"`},
		{"not a number", "rules: [{name: a, depth: 1.5}]", `f:1:26: depth must be a whole number, not "1.5"`},
		{"not a decimal", "rules: [{name: a, weight: heavy}]", "f:1:27: weight: "},
		{"duplicate", "rules: []\nrules: []\n", `f:2:1: "rules" is given twice, first on line 1`},
		{"alias", "rules: &r []\n", "f:1:8: anchors and aliases are not read"},
		{"tag", "rules: !env []\n", "f:1:8: tag !env is not read"},
		{"two documents", "rules: []\n---\nrules: []\n", "a second document in one file is not read"},
		{"not bool", "rules: [{name: a, strict: yes}]", `f:1:27: strict must be true or false, not "yes"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var p pack
			err := document.Read("f", []byte(tt.src), &p)
			require.Error(t, err)
			assert.Contains(t, err.Error(), tt.want)
			var ps document.Problems
			assert.True(t, errors.As(err, &ps))
		})
	}
}

func TestAllProblemsAtOnce(t *testing.T) {
	var p pack
	err := document.Read("f", []byte("rules:\n - {nam: a}\n - {name: b, depth: x}\n"), &p)
	var ps document.Problems
	require.ErrorAs(t, err, &ps)
	assert.Len(t, ps, 3)
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("rules:\n - {name: a, when: |\n   x > 1\n  }\n"))
	f.Add([]byte("a: &b [*b]"))
	f.Add([]byte("rules: [{name: \"é\\n\", when: >\n  a\n  b}]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var p pack
		if err := document.Read("f", data, &p); err != nil {
			_ = err.Error()
			return
		}
		for _, r := range p.Rules {
			_ = r.When.Problem(1, 1, "x").Error()
			_ = r.When.Problem(99, 99, "x").Error()
		}
	})
}
