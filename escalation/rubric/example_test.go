package rubric_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/escalation/rubric"
)

func ExampleRubric_Classify() {
	r, err := rubric.Standard()
	if err != nil {
		fmt.Println(err)
		return
	}
	finding := compliance.Finding{
		Rule: "shortfall", Verdict: compliance.Fail, Contract: "EA-17",
		Exposure: compliance.Money{Amount: decimal.RequireFromString("250000.00"), Currency: "EUR"},
		At:       time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC),
	}
	contract := compliance.Contract{ID: "EA-17", CureDays: 30, AuditNoticeDays: 45}

	facts := rubric.FactsOf(finding, &contract)
	facts.Confidence = "high"
	answers, err := r.Answer(&facts)
	if err != nil {
		fmt.Println(err)
	}
	s := r.Classify(answers)
	fmt.Println(s.Name, s.Vector(), s.Unanswered())
	fmt.Printf("%s: %s\n", s.Row, s.Reason)
	least, most := s.Range()
	fmt.Println("between", least.Name, "and", most.Name)
	// Output:
	// high TU:1/E:H/T:X/D:C/C:H [tier]
	// large-cure: The sum at risk is large and the contract gives a fixed time to mend it.
	// between high and high
}

func ExampleRubric_Parse() {
	r, err := rubric.Standard()
	if err != nil {
		fmt.Println(err)
		return
	}
	answers, err := r.Parse("TU:1/E:V/T:H/D:N/C:H")
	fmt.Println(r.Classify(answers).Name, err)
	_, err = r.Parse("TU:1/E:Q/T:H/D:N/C:H")
	fmt.Println(err)
	// Output:
	// critical <nil>
	// vector "TU:1/E:Q/T:H/D:N/C:H": factor "exposure" has no level "Q"; known are N, L, M, H, V and X: not a vector of this rubric
}

func ExampleLoad() {
	_, err := rubric.Load("mine.yaml", []byte(`name: mine
version: 1
severities: [low, high]
factors:
  - {name: tier, key: T, levels: [{name: soft, key: S}, {name: hard, key: H}]}
rows:
  - when: {tier: soft}
    severity: high
    reason: Written the wrong way round.
default:
  severity: low
  reason: The rest.
`))
	fmt.Println(err)
	// Output:
	// mine.yaml:11:13: default says low, yet row 1 (line 8) says high for less: raising tier from soft to hard in TU:1/T:S lowers the severity
	//     severity: low
	//               ^
}
