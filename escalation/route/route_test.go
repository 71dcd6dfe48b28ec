package route

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/document"
)

const tree = `name: all
owner: sam-desk
chain: standard
participants: [controller]
group-by: [publisher]
routes:
  - name: audits
    match: {duty: audit}
    chain: counsel-first
    continue: true
  - name: oracle
    match: {publisher: Oracle}
    owner: oracle-desk
    routes:
      - name: oracle-severe
        severity: high or more
        owner: head-of-sam
        participants: [cio]
        group-by: [product, entity]
      - name: oracle-java
        when: finding.product.startsWith("oracle:java")
  - name: large
    when: finding.exposure > decimal("100000") && finding.currency == "EUR"
    owner: head-of-sam
  - name: sources
    when: finding.source.matches("^(glpi|ocs)-") && finding.verdict == "unknown"
    owner: inventory-desk
`

var severities = []string{"info", "low", "medium", "high", "critical"}

func options() Options {
	return Options{Severities: severities, Chains: []string{"standard", "counsel-first"}}
}

func load(t testing.TB, src string) *Routes {
	r, err := Load("routes.yaml", []byte(src), options())
	require.NoError(t, err)
	return r
}

func names(rs []*Route) string {
	var ns []string
	for _, r := range rs {
		ns = append(ns, r.Name)
	}
	return strings.Join(ns, " ")
}

func euros(s string) compliance.Money {
	return compliance.Money{Amount: decimal.RequireFromString(s), Currency: "EUR"}
}

func ExampleRoutes_Match() {
	r, err := Load("routes.yaml", []byte(tree), options())
	if err != nil {
		fmt.Println(err)
		return
	}
	s := SubjectOf(compliance.Finding{
		Rule: "shortfall", Verdict: compliance.Fail, Publisher: "Oracle", Product: "oracle:database",
	}, "critical")
	routes, err := r.Match(context.Background(), &s)
	for _, route := range routes {
		fmt.Println(strings.Join(route.Path, " > "), route.Owner, route.Participants, route.Chain, route.Group(&s), err)
	}
	// Output:
	// all > oracle > oracle-severe head-of-sam [cio] standard oracle-severe{product="oracle:database",entity?} <nil>
}

func TestMatch(t *testing.T) {
	r := load(t, tree)
	tests := []struct {
		s    Subject
		want string
	}{
		{Subject{}, "all"},
		{Subject{Publisher: "IBM"}, "all"},
		{Subject{Publisher: "oracle"}, "all"},
		{Subject{Publisher: "Oracle"}, "oracle"},
		{Subject{Publisher: "Oracle", Severity: "medium"}, "oracle"},
		{Subject{Publisher: "Oracle", Severity: "high"}, "oracle-severe"},
		{Subject{Publisher: "Oracle", Severity: "high", Product: "oracle:java-se"}, "oracle-severe"},
		{Subject{Publisher: "Oracle", Product: "oracle:java-se"}, "oracle-java"},
		{Subject{Duty: "audit"}, "audits"},
		{Subject{Duty: "audit", Publisher: "Oracle"}, "audits oracle"},
		{Subject{Exposure: euros("100000.01")}, "large"},
		{Subject{Exposure: euros("100000")}, "all"},
		{Subject{Exposure: compliance.Money{Amount: decimal.NewFromInt(1e6), Currency: "USD"}}, "all"},
		{Subject{Source: "glpi-paris", Verdict: "unknown"}, "sources"},
		{Subject{Source: "glpi-paris", Verdict: "fail"}, "all"},
		{Subject{Source: "sccm", Verdict: "unknown"}, "all"},
	}
	for _, tt := range tests {
		for range 2 { // the second time from memory
			got, err := r.Match(t.Context(), &tt.s)
			require.NoError(t, err)
			assert.Equal(t, tt.want, names(got), "%+v", tt.s)
		}
	}
	java := r.Named("oracle-java")
	assert.Equal(t, []string{"all", "oracle", "oracle-java"}, java.Path)
	assert.Equal(t, "oracle-desk", java.Owner)
	assert.Equal(t, []string{"controller"}, java.Participants)
	assert.Equal(t, `oracle-java{publisher="a\"b"}`, java.Group(&Subject{Publisher: `a"b`}))
	assert.Nil(t, r.Named("nobody"))
	assert.Len(t, r.All(), 7)
}

// TestErrorsDoNotLoseFindings: a matcher that fails is reported, and the finding
// still has a route.
func TestErrorsDoNotLoseFindings(t *testing.T) {
	r := load(t, `{name: all, owner: a, chain: standard, routes: [
  {name: broken, when: 'decimal(finding.product) > 1'},
  {name: fine, match: {publisher: x}}]}`)
	for range 2 {
		got, err := r.Match(t.Context(), &Subject{Product: "no number", Publisher: "x"})
		assert.Equal(t, "fine", names(got))
		assert.ErrorContains(t, err, `route "broken": routes.yaml:2:`)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	many := load(t, `{name: all, owner: a, chain: standard, routes: [
  {name: long, when: '[1,2,3,4,5,6,7,8,9,10].all(x, [1,2,3,4,5,6,7,8,9,10].all(y, [1,2,3].all(z, x + y + z > 0))) && finding.rule == "r"'}]}`)
	got, err := many.Match(ctx, &Subject{Rule: "r"})
	assert.Equal(t, "all", names(got))
	assert.ErrorIs(t, err, context.Canceled)
	got, err = many.Match(t.Context(), &Subject{Rule: "r"})
	assert.NoError(t, err, "a cancelled evaluation is not remembered")
	assert.Equal(t, "long", names(got))
}

func TestFaults(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"root with conditions", "owner: sam-desk", "match: {publisher: x}\nowner: sam-desk", "routes.yaml:1:7: root route \"all\" must take everything"},
		{"no owner", "owner: sam-desk\n", "", "routes.yaml:1:7: root route \"all\" needs owner"},
		{"no chain", "chain: standard\n", "", "root route \"all\" needs chain"},
		{"no such chain", "chain: counsel-first", "chain: council", "routes.yaml:9:12: no chain \"council\"; known are standard, counsel-first"},
		{"name twice", "name: large", "name: oracle", "routes.yaml:22:11: route \"oracle\" is listed twice"},
		{"name malformed", "name: large", "name: Large Sums", "routes.yaml:22:11: name \"Large Sums\" must be lower-case"},
		{"no such field", "{duty: audit}", "{dutty: audit}", "routes.yaml:8:20: a finding has no field \"dutty\""},
		{"empty value", "{duty: audit}", "{duty: \"\"}", "match on duty is empty"},
		{"no such group", "[publisher]", "[publisher, vendor]", "routes.yaml:5:23: a finding has no field \"vendor\""},
		{"group twice", "[publisher]", "[publisher, publisher]", "routes.yaml:5:23: field \"publisher\" is listed twice"},
		{"no such severity", "high or more", "hihg or more", "routes.yaml:16:19: no level \"hihg\"; known are info"},
		{"severity by equality", "{duty: audit}", "{severity: grave}", "routes.yaml:8:23: no severity \"grave\""},
		{"misspelt in CEL", "finding.exposure >", "finding.exposrue >", "routes.yaml:23:18: undefined field 'exposrue'"},
		{"not a bool", `when: finding.product.startsWith("oracle:java")`, "when: finding.product", "expression gives string, but bool is needed here"},
		{"double in CEL", `decimal("100000")`, "100000.5", "floating-point numbers are not exact"},
		{"bad pattern", "^(glpi|ocs)-", "^(glpi|ocs-", "routes.yaml:26:"},
		{"shadowed by the same", "name: large\n    when: finding.exposure > decimal(\"100000\") && finding.currency == \"EUR\"", "name: large\n    match: {publisher: Oracle}", "routes.yaml:22:11: route \"large\" is never reached: route \"oracle\" (line 11) takes all that it matches"},
		{"shadowed by a wider one", "name: large\n    when: finding.exposure > decimal(\"100000\") && finding.currency == \"EUR\"", "name: large\n    severity: high\n    match: {publisher: Oracle, entity: x}", "route \"large\" is never reached"},
		{"takes everything", "    match: {publisher: Oracle}\n", "", "routes.yaml:11:11: route \"oracle\" takes everything, so the routes after it are never reached"},
		{"against an ancestor", "name: oracle-severe\n", "name: oracle-severe\n        match: {publisher: IBM}\n", "routes.yaml:15:15: route \"oracle-severe\" never matches: it wants publisher \"IBM\", but what reaches it has \"Oracle\" because of route \"oracle\" (line 11)"},
		{"severities against an ancestor", "    match: {publisher: Oracle}\n", "    match: {publisher: Oracle}\n    severity: low or less\n", "route \"oracle-severe\" never matches: its severities do not reach it"},
		{"unknown key", "continue: true", "contniue: true", "routes.yaml:10:5: unknown field \"contniue\"; did you mean \"continue\"?"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Contains(t, tree, tt.old)
			_, err := Load("routes.yaml", []byte(strings.Replace(tree, tt.old, tt.new, 1)), options())
			var ps document.Problems
			require.ErrorAs(t, err, &ps)
			assert.Contains(t, err.Error(), tt.want)
			for _, p := range ps {
				assert.NotZero(t, p.At.Line, p.Error())
			}
		})
	}
}

// TestIndexAgainstWalk compares the indexed descent with a plain walk over
// random trees.
func TestIndexAgainstWalk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := 0
		doc := randomRoute(t, &n, 0)
		doc.Owner, doc.Chain, doc.Match, doc.When, doc.Continue = text("o"), text("standard"), nil, document.Text{}, false
		doc.Severity = document.Text{}
		r, err := New(doc, options())
		if err != nil {
			return // shadowed routes and the like; another tree is drawn
		}
		for range 5 {
			s := Subject{
				Publisher: rapid.SampledFrom([]string{"", "a", "b", "c"}).Draw(t, "publisher"),
				Product:   rapid.SampledFrom([]string{"", "a1", "b1", "c2"}).Draw(t, "product"),
				Severity:  rapid.SampledFrom(severities).Draw(t, "severity"),
			}
			got, err := r.Match(context.Background(), &s)
			if err != nil {
				t.Fatal(err)
			}
			if want := plainWalk(r.root, &s); !slices.Equal(got, want) {
				t.Fatalf("%+v: index gives %s, walk gives %s", s, names(got), names(want))
			}
		}
	})
}

func text(s string) document.Text { return document.Literal("t", s) }

func randomRoute(t *rapid.T, n *int, depth int) Document {
	*n++
	d := Document{Name: text(fmt.Sprintf("r%d", *n)), Continue: rapid.Bool().Draw(t, "continue")}
	if v := rapid.SampledFrom([]string{"", "a", "b", "c"}).Draw(t, "publisher"); v != "" {
		d.Match = map[string]document.Text{"publisher": text(v)}
	}
	if v := rapid.SampledFrom([]string{"", "", `finding.product.endsWith("1")`, `finding.product == "c2"`, `finding.product != finding.publisher`}).Draw(t, "when"); v != "" {
		d.When = text(v)
	}
	if v := rapid.SampledFrom([]string{"", "", "high or more", "low"}).Draw(t, "severity"); v != "" {
		d.Severity = text(v)
	}
	if depth < 3 {
		for range rapid.IntRange(0, 4).Draw(t, "children") {
			d.Routes = append(d.Routes, randomRoute(t, n, depth+1))
		}
	}
	return d
}

func plainWalk(n *node, s *Subject) []*Route {
	var out []*Route
	for _, c := range n.children {
		w := walk{ctx: context.Background(), subject: s}
		if !w.matches(c, false) {
			continue
		}
		out = append(out, plainWalk(c, s)...)
		if !c.proceed {
			break
		}
	}
	if out == nil {
		out = []*Route{n.route}
	}
	return out
}

func TestMemoConcurrently(t *testing.T) {
	r := load(t, tree)
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 500 {
				s := Subject{Publisher: "Oracle", Product: fmt.Sprintf("oracle:java-%d", (i*7+g)%97)}
				got, err := r.Match(t.Context(), &s)
				if err != nil || names(got) != "oracle-java" {
					t.Errorf("%s, %v", names(got), err)
				}
			}
		})
	}
	wg.Wait()
}

func TestMemoIsBounded(t *testing.T) {
	var m memo[int]
	for i := range maxRemembered + 100 {
		m.put(fmt.Sprint(i), i)
	}
	assert.LessOrEqual(t, m.size()+len(m.pending), maxRemembered)
	for i := range maxRemembered {
		v, ok := m.get(fmt.Sprint(i))
		require.True(t, ok)
		require.Equal(t, i, v)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(tree))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Load("f.yaml", data, options())
		if err != nil {
			_ = err.Error()
			return
		}
		got, _ := r.Match(t.Context(), &Subject{Publisher: "Oracle", Duty: "audit"})
		if len(got) == 0 {
			t.Fatal("a finding has no route")
		}
	})
}
