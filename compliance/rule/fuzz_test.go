package rule_test

import (
	"errors"
	"testing"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/compliance/rule"
)

// Whatever stands in a rule, it either loads or has problems, and a rule that
// loads judges without a panic.
func FuzzNew(f *testing.F) {
	f.Add("position", "position.short_low > 0", "{position.product} {{x}}")
	f.Add("source", `source.doubt != ""`, "{source.id")
	f.Add("contract", "has(contract.end) && contract.end < asOf + days(90)", "}")
	f.Fuzz(func(t *testing.T, over, when, message string) {
		set, err := rule.New([]rule.Document{{ID: "r", Over: document.Literal("over", over), When: document.Literal("when", when), Message: document.Literal("message", message)}})
		if err != nil {
			var ps document.Problems
			if !errors.As(err, &ps) || len(ps) == 0 {
				t.Fatalf("an error without a problem: %v", err)
			}
			return
		}
		found, err := set.Evaluate(t.Context(), rule.Input{
			Result:    &compliance.Result{Positions: []compliance.Position{position(4), position(1, "host.cores")}, Sources: []compliance.SourceState{{}}},
			Contracts: []compliance.Contract{{ID: "C"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, finding := range found {
			if finding.Verdict == compliance.VerdictInvalid || finding.Verdict == compliance.Pass {
				t.Fatalf("a finding with verdict %s", finding.Verdict)
			}
		}
	})
}
