package rubric

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/document"
)

func load(t testing.TB, src string) *Rubric {
	r, err := Load("test.yaml", []byte(src))
	require.NoError(t, err)
	return r
}

// TestExhaustively goes through all combinations of the standard rubric, and of one
// that asks all eight facts, with a reading of the document that shares no code with
// the table: for each, the rows that match by their words alone must agree with
// Classify, and no factor may lower the severity when it is raised.
func TestExhaustively(t *testing.T) {
	complete, err := os.ReadFile("testdata/complete.yaml")
	require.NoError(t, err)
	t.Run("standard", func(t *testing.T) { exhaust(t, standard, 5*3*4*3) })
	t.Run("complete", func(t *testing.T) { exhaust(t, complete, 3*3*4*2*3*2*3*2) })
	r := load(t, string(complete))
	answers, err := r.Answer(&Facts{
		Exposure: compliance.Money{Amount: decimal.RequireFromString("250000.50"), Currency: "CHF"},
		Spread:   decimal.NewNullDecimal(decimal.NewFromInt(500)), Trend: decimal.NewNullDecimal(decimal.RequireFromString("12.49")),
		Proximity: decimal.NewNullDecimal(decimal.NewFromInt(90)), Tier: "medium", Duty: DutyTrueUp, Regulation: "dora", Confidence: "high",
	})
	require.NoError(t, err)
	s := r.Classify(answers)
	assert.Equal(t, "TU:4/E:B/T:M/D:R/R:R/W:M/G:S/P:Q/C:G", s.Vector())
	assert.Equal(t, "critical", s.Name)
}

func exhaust(t *testing.T, source []byte, combinations int) {
	var doc Document
	require.NoError(t, document.Read("r.yaml", source, &doc))
	r := load(t, string(source))
	checked := 0
	each(r, func(a Answers) {
		checked++
		got := r.Classify(a)
		want, reason := doc.Default.Severity.Value, doc.Default.Reason.Value
		for _, row := range doc.Rows {
			if matches(doc, row, a) {
				want, reason = row.Severity.Value, row.Reason.Value
				break
			}
		}
		require.Equal(t, want, got.Name, got.Vector())
		require.Equal(t, reason, got.Reason, got.Vector())
		for i := range r.factors {
			if int(a[i]) == len(r.factors[i].levels) {
				continue
			}
			b := a
			b[i]++
			require.GreaterOrEqual(t, r.Classify(b).Rank, got.Rank, got.Vector())
		}
	})
	assert.Equal(t, combinations, checked)
}

// each calls f for every combination of levels.
func each(r *Rubric, f func(Answers)) {
	var walk func(i int, a Answers)
	walk = func(i int, a Answers) {
		if i == len(r.factors) {
			f(a)
			return
		}
		for l := range r.factors[i].levels {
			a[i] = Level(l + 1)
			walk(i+1, a)
		}
	}
	walk(0, Answers{})
}

// matches reads a row's conditions by their words.
func matches(doc Document, row RowDocument, a Answers) bool {
	for i, f := range doc.Factors {
		cond, ok := row.When[f.Name.Value]
		if !ok {
			continue
		}
		place := map[string]int{}
		for j, l := range f.Levels {
			place[l.Name.Value] = j + 1
		}
		got, w := int(a[i]), strings.Fields(cond.Value)
		var ok2 bool
		switch {
		case len(w) == 3 && w[2] == "more":
			ok2 = got >= place[w[0]]
		case len(w) == 3 && w[2] == "less":
			ok2 = got <= place[w[0]]
		default:
			for _, word := range w {
				ok2 = ok2 || got == place[word]
			}
		}
		if !ok2 {
			return false
		}
	}
	return true
}

func TestUnansweredIsTheWorstCase(t *testing.T) {
	r := load(t, sound)
	a, err := r.Answer(&Facts{Tier: "free"})
	require.NoError(t, err)
	s := r.Classify(a)
	assert.Equal(t, "TU:3/E:X/P:X/T:S", s.Vector())
	assert.Equal(t, "high", s.Name)
	assert.Equal(t, []string{"exposure", "days"}, s.Unanswered())
	least, most := s.Range()
	assert.Equal(t, "low", least.Name)
	assert.Equal(t, "high", most.Name)

	assumed := load(t, strings.Replace(sound, "name: exposure\n", "name: exposure\n    assume: small\n", 1))
	assert.Equal(t, "low", assumed.Classify(a).Name)
	a[0] = 9 // no such level
	assert.Equal(t, "TU:3/E:X/P:X/T:S", assumed.Classify(a).Vector())
	assert.Equal(t, "low", assumed.Classify(a).Name)
}

func TestAnswer(t *testing.T) {
	r := load(t, sound)
	money := func(s, currency string) compliance.Money {
		return compliance.Money{Amount: decimal.RequireFromString(s), Currency: currency}
	}
	days := func(n int64) decimal.NullDecimal { return decimal.NewNullDecimal(decimal.NewFromInt(n)) }
	tests := []struct {
		facts Facts
		want  string
		fails []string
	}{
		{Facts{}, "TU:3/E:X/P:X/T:X", nil},
		{Facts{Exposure: money("0", "EUR"), Proximity: days(31), Tier: "hard"}, "TU:3/E:S/P:F/T:H", nil},
		{Facts{Exposure: money("99.99", "EUR"), Proximity: days(30), Tier: "open"}, "TU:3/E:S/P:N/T:S", nil},
		{Facts{Exposure: money("100", "EUR"), Proximity: days(-1)}, "TU:3/E:M/P:N/T:X", nil},
		{Facts{Exposure: money("1000.499999999", "EUR")}, "TU:3/E:M/P:X/T:X", nil},
		{Facts{Exposure: money("1000.5", "EUR")}, "TU:3/E:B/P:X/T:X", nil},
		{Facts{Exposure: money("1e40", "EUR")}, "TU:3/E:B/P:X/T:X", nil},
		{Facts{Exposure: money("-5", "EUR")}, "TU:3/E:S/P:X/T:X", nil},
		{Facts{Exposure: money("5", "USD"), Tier: "weird"}, "TU:3/E:X/P:X/T:X", []string{"exposure is in USD", `tier "weird" is no word`}},
		{Facts{Exposure: money("5", "EUR"), Asked: map[string]string{"exposure": "big"}}, "TU:3/E:B/P:X/T:X", nil},
		{Facts{Asked: map[string]string{"tier": "harsh"}}, "TU:3/E:X/P:X/T:X", []string{`"harsh" is no level of factor "tier"`}},
	}
	for _, tt := range tests {
		a, err := r.Answer(&tt.facts)
		assert.Equal(t, tt.want, r.Classify(a).Vector())
		if tt.fails == nil {
			assert.NoError(t, err)
		}
		for _, f := range tt.fails {
			assert.ErrorContains(t, err, f)
			assert.ErrorIs(t, err, ErrAnswer)
		}
	}
}

func TestDutyAndProximity(t *testing.T) {
	at := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	day := func(n int) time.Time { return at.AddDate(0, 0, n) }
	silent := compliance.Contract{CureDays: -1, AuditNoticeDays: -1}
	with := func(f func(*compliance.Contract)) *compliance.Contract { c := silent; f(&c); return &c }
	tests := []struct {
		c    *compliance.Contract
		duty string
		days string
	}{
		{nil, DutyNone, "-"},
		{&silent, DutyNone, "-"},
		{with(func(c *compliance.Contract) { c.End = day(90) }), DutyNone, "90"},
		{with(func(c *compliance.Contract) { c.End = day(-1) }), DutyNone, "-"},
		{with(func(c *compliance.Contract) { c.AuditNoticeDays = 45 }), DutyNotice, "-"},
		{with(func(c *compliance.Contract) { c.TrueUp = day(10); c.End = day(90) }), DutyTrueUp, "10"},
		{with(func(c *compliance.Contract) { c.TrueUp = day(-10) }), DutyNone, "-"},
		{with(func(c *compliance.Contract) { c.CureDays = 0; c.TrueUp = day(10) }), DutyCure, "10"},
		{with(func(c *compliance.Contract) { c.AuditAnnounced = day(-5); c.AuditNoticeDays = 45; c.CureDays = 30 }), DutyAudit, "40"},
		{with(func(c *compliance.Contract) { c.AuditAnnounced = day(5) }), DutyNone, "-"},
		{with(func(c *compliance.Contract) { c.End = at.Add(47*time.Hour + 59*time.Minute) }), DutyNone, "1"},
	}
	for i, tt := range tests {
		f := FactsOf(compliance.Finding{At: at}, tt.c)
		assert.Equal(t, tt.duty, f.Duty, i)
		days := "-"
		if f.Proximity.Valid {
			days = f.Proximity.Decimal.String()
		}
		assert.Equal(t, tt.days, days, i)
	}
	f := FactsOf(compliance.Finding{At: at, Contract: "not at hand"}, nil)
	assert.Empty(t, f.Duty, "the duty of a contract that is not at hand is not known")
}

func TestVectorErrors(t *testing.T) {
	r := load(t, sound)
	tests := []struct {
		in   string
		want error
	}{
		{"", ErrVector}, {"TU", ErrVector}, {"TU:", ErrVector}, {"TU:03/E:S/P:F/T:S", ErrVector}, {"CVSS:3/E:S/P:F/T:S", ErrVector},
		{"TU:2/E:S/P:F/T:S", ErrVersion}, {"TU:4", ErrVersion},
		{"TU:3/E:S/P:F", ErrVector}, {"TU:3/E:S/P:F/T:S/", ErrVector}, {"TU:3/P:F/E:S/T:S", ErrVector},
		{"TU:3/E:Q/P:F/T:S", ErrVector}, {"TU:3/E/P:F/T:S", ErrVector}, {"TU:3/e:S/P:F/T:S", ErrVector},
	}
	for _, tt := range tests {
		a, err := r.Parse(tt.in)
		assert.ErrorIs(t, err, tt.want, tt.in)
		assert.Zero(t, a)
	}
}

func TestVectorRoundTrip(t *testing.T) {
	r := load(t, string(standard))
	rapid.Check(t, func(t *rapid.T) {
		var a Answers
		for i := range r.factors {
			a[i] = Level(rapid.IntRange(0, len(r.factors[i].levels)).Draw(t, "level"))
		}
		got, err := r.Parse(r.Classify(a).Vector())
		if err != nil || got != a {
			t.Fatalf("%v printed as %s parsed as %v, %v", a, r.Classify(a).Vector(), got, err)
		}
	})
}

// TestBandsCompareExactly holds the fast comparison against decimal's own.
func TestBandsCompareExactly(t *testing.T) {
	number := rapid.Custom(func(t *rapid.T) decimal.Decimal {
		return decimal.New(rapid.Int64().Draw(t, "coefficient"), int32(rapid.IntRange(-9, 9).Draw(t, "exponent")))
	})
	rapid.Check(t, func(t *rapid.T) {
		at, falling := number.Draw(t, "bound"), rapid.Bool().Draw(t, "falling")
		d := number.Draw(t, "number")
		if rapid.Bool().Draw(t, "near") {
			d = at.Add(decimal.New(int64(rapid.IntRange(-1, 1).Draw(t, "off")), int32(rapid.IntRange(-7, 0).Draw(t, "scale"))))
		}
		b := bands{falling: falling, bounds: []bound{newBound(at, falling)}}
		want := 0
		if !falling && d.Cmp(at) >= 0 || falling && d.Cmp(at) <= 0 {
			want = 1
		}
		if got := b.level(d); got != want {
			t.Fatalf("%s against %s (falling %v): level %d, want %d", d, at, falling, got, want)
		}
	})
}

func TestZeroSeverity(t *testing.T) {
	var s Severity
	assert.Empty(t, s.Vector())
	assert.Empty(t, s.Unanswered())
	least, most := s.Range()
	assert.Equal(t, s, least)
	assert.Equal(t, s, most)
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(sound))
	f.Add(standard)
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Load("f.yaml", data)
		if err != nil {
			var ps document.Problems
			if !errors.As(err, &ps) {
				t.Fatalf("%T is no document.Problems", err)
			}
			return
		}
		s := r.Classify(Answers{})
		if a, err := r.Parse(s.Vector()); err != nil || a != (Answers{}) {
			t.Fatalf("%s parsed as %v, %v", s.Vector(), a, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	r := load(f, sound)
	f.Add("TU:3/E:S/P:F/T:X")
	f.Fuzz(func(t *testing.T, s string) {
		if a, err := r.Parse(s); err == nil && r.Classify(a).Vector() != s {
			t.Fatalf("%q printed as %q", s, r.Classify(a).Vector())
		}
	})
}
