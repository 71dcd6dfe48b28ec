package rubric

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
)

func ExampleStandard() {
	r, err := Standard()
	if err != nil {
		fmt.Println(err)
		return
	}
	facts := FactsOf(compliance.Finding{
		Verdict: compliance.Fail, Exposure: compliance.Money{Amount: decimal.NewFromInt(250_000), Currency: "EUR"},
	}, nil)
	facts.Tier, facts.Confidence = "high", "high"
	answers, err := r.Answer(&facts)
	s := r.Classify(answers)
	fmt.Println(s.Name, s.Vector(), err)
	fmt.Println(s.Reason)
	// Output:
	// high TU:1/E:H/T:H/D:N/C:H <nil>
	// The sum at risk is large and the license type allows no excuse.
}
