package levels

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/document"
)

var names = []string{"none", "low", "medium", "high"}

func TestParse(t *testing.T) {
	tests := []struct {
		in   string
		want Set
	}{
		{"any", 0b1111}, {"none", 0b0001}, {"high", 0b1000},
		{"none or more", 0b1111}, {"medium or more", 0b1100}, {"high or more", 0b1000},
		{"none or less", 0b0001}, {"low or less", 0b0011}, {"high or less", 0b1111},
		{"low to medium", 0b0110}, {"low to low", 0b0010}, {"none to high", 0b1111},
		{"none or high", 0b1001}, {"none or low or high", 0b1011}, {"  low   or  more ", 0b1110},
	}
	for _, tt := range tests {
		got, p := Parse(document.Literal("c", tt.in), names)
		require.Nil(t, p, tt.in)
		assert.Equal(t, tt.want, got, tt.in)
	}
}

func TestParseProblems(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", `c:1:1: "" is no condition`},
		{"low high", `c:1:1: "low high" is no condition`},
		{"low and high", `c:1:1: "low and high" is no condition`},
		{"low or", `c:1:1: "low or" is no condition`},
		{"low or hihg", `c:1:8: no level "hihg"; known are none, low, medium, high`},
		{"more", `c:1:1: no level "more"`},
		{"high to low", `c:1:1: "high to low" runs backwards: levels are ordered none, low, medium, high`},
		{"low to much", `c:1:8: no level "much"`},
		{"low or high to none", `is no condition`},
	}
	for _, tt := range tests {
		_, p := Parse(document.Literal("c", tt.in), names)
		require.NotNil(t, p, tt.in)
		assert.Contains(t, p.Error(), tt.want, tt.in)
	}
}

func TestCheckName(t *testing.T) {
	for _, ok := range []string{"a", "very-high", "t1"} {
		assert.Nil(t, CheckName(document.Literal("n", ok)), ok)
	}
	for _, bad := range []string{"", "High", "1st", "a--b", "a b", "any", "more", "-a", "a-"} {
		assert.NotNil(t, CheckName(document.Literal("n", bad)), bad)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"any", "low or more", "low to high", "low or high or none"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		set, p := Parse(document.Literal("c", s), names)
		if p == nil && (set == 0 || set > All(len(names))) {
			t.Errorf("%q gave the set %b", s, set)
		}
	})
}
