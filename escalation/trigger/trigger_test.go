package trigger

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/escalation/policy"
)

var at = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

func supply(surplus int64, perDay string, lead time.Duration) Supply {
	s := Supply{Position: compliance.Position{Product: "autodesk/autocad", Surplus: decimal.NewFromInt(surplus)}, Lead: lead}
	if perDay != "" {
		s.PerDay = decimal.NewNullDecimal(decimal.RequireFromString(perDay))
	}
	return s
}

func ExampleFreeSeats() {
	for _, f := range FreeSeats([]Supply{supply(4, "0.5", 10*day)}, at) {
		fmt.Println(f.Verdict, f.Message)
	}
	// Output:
	// fail 4 free of autodesk/autocad, at 0.5 a day, do not last the 10 days that buying takes
}

func TestFreeSeats(t *testing.T) {
	assert.Empty(t, FreeSeats([]Supply{supply(5, "0.5", 10*day)}, at), "they last until the day")
	assert.Len(t, FreeSeats([]Supply{supply(5, "0.5", 10*day+time.Hour)}, at), 1, "a day begun is a day")
	got := FreeSeats([]Supply{supply(100, "", day)}, at)
	require.Len(t, got, 1)
	assert.Equal(t, compliance.Unknown, got[0].Verdict)
	later := FreeSeats([]Supply{supply(1, "1", 9*day)}, at.AddDate(0, 1, 0))
	assert.Equal(t, got[0].Identity(), later[0].Identity(), "one product, one case")
}

func TestContractEnds(t *testing.T) {
	ends := func(days int) []compliance.Finding {
		return ContractEnds([]compliance.Contract{{ID: "EA-17", End: at.AddDate(0, 0, days)}, {ID: "open"}}, 30*day, at)
	}
	for days, want := range map[int]string{-31: "", -1: "ended on", 0: "ended on", 1: "ends on", 30: "ends on", 31: ""} {
		got := ends(days)
		if want == "" {
			assert.Empty(t, got, days)
			continue
		}
		require.Len(t, got, 1, days)
		assert.Contains(t, got[0].Message, want, days)
	}
}

func ExampleCoverageGaps() {
	data, err := os.ReadFile("../testdata/policy.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := policy.Load("policy.yaml", data, policy.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	july := time.Date(2026, 7, 1, 8, 0, 0, 0, time.UTC)
	for _, f := range CoverageGaps(p, 30, july) {
		fmt.Println(f.Subject + ": " + f.Message)
	}
	fmt.Println(len(CoverageGaps(p, 4, july)), "within four days")
	// Output:
	// stage standard/owner of sam-desk: stage owner of chain standard has nobody on duty from 2026-07-06 until 2026-07-10
	// 0 within four days
}

func TestExceptions(t *testing.T) {
	data, err := os.ReadFile("../testdata/policy.yaml")
	require.NoError(t, err)
	p, err := policy.Load("policy.yaml", append(data, `
exceptions:
  - {name: move, approver: cio, reason: r, match: {product: x}, from: 2026-01-01, until: 2026-06-30, calendar: zurich, warn: 30 days}
`...), policy.Options{})
	require.NoError(t, err)
	for month, want := range map[time.Month]compliance.RuleID{time.March: "", time.June: RuleExceptionEnding, time.July: RuleExceptionEnded} {
		got := Exceptions(p, time.Date(2026, month, 15, 8, 0, 0, 0, time.UTC))
		if want == "" {
			assert.Empty(t, got)
			continue
		}
		require.Len(t, got, 1)
		assert.Equal(t, want, got[0].Rule)
	}
}
