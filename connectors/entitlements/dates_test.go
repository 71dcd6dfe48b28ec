package entitlements_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/ledger"
	"github.com/trueup-dev/trueup/connectors/entitlements"
)

const (
	datedCSV = `id,product,metric,quantity,effective,recorded_at,superseded_at
E,a,m,100,,2026-01-05,
E,a,m,110,,2026-03-20,
E,a,m,80,2026-07-01,2026-02-01,
F,a,m,7,,2026-01-05,2026-02-05
`
	datedJSON = `{"entitlements": [
		{"id": "E", "product": "a", "metric": "m", "quantity": 80, "effective": "2026-07-01", "recorded_at": "2026-02-01"},
		{"id": "F", "product": "a", "metric": "m", "quantity": 7, "recorded_at": "2026-01-05", "superseded_at": "2026-02-05"},
		{"id": "E", "product": "a", "metric": "m", "quantity": 110, "recorded_at": "2026-03-20"},
		{"id": "E", "product": "a", "metric": "m", "quantity": 100, "recorded_at": "2026-01-05"}]}`
)

func TestStatementsWithDates(t *testing.T) {
	day := func(s string) time.Time {
		d, err := time.Parse(time.DateOnly, s)
		require.NoError(t, err)
		return d
	}
	for name, data := range map[string]string{"e.csv": datedCSV, "e.json": datedJSON} {
		var l ledger.Ledger
		require.NoError(t, entitlements.Read(&l, name, []byte(data)))
		for _, tt := range []struct{ effective, known, want string }{
			{"2026-03-01", "2026-01-04", ""},
			{"2026-03-01", "2026-01-10", "E=100 F=7 "},
			{"2026-03-01", "2026-03-10", "E=100 "},
			{"2026-03-01", "2026-03-20", "E=110 "},
			{"2026-08-01", "2026-01-10", "E=100 F=7 "},
			{"2026-08-01", "2026-03-20", "E=80 "},
		} {
			var got string
			for _, e := range l.At(day(tt.effective), day(tt.known)).Entitlements {
				got += string(e.ID) + "=" + e.Quantity.String() + " "
			}
			assert.Equal(t, tt.want, got, "%s: effective %s, known at %s", name, tt.effective, tt.known)
		}
	}
}

func TestDatesOfContractsAndLicensing(t *testing.T) {
	got, err := read("c.csv", []byte("id,publisher,cure_days,effective\nC,acme,30,\nC,acme,60,2026-06-01\n"))
	require.NoError(t, err)
	require.Len(t, got.Contracts, 1)
	assert.Equal(t, 60, got.Contracts[0].CureDays)
	got, err = read("c.json", []byte(`{"contracts": [{"id": "C", "publisher": "acme", "recorded_at": "2026-01-01", "superseded_at": "2026-02-01"}],
		"licensing": [{"product": "a", "metric": "m", "price": 10, "currency": "EUR"}, {"product": "a", "metric": "m", "price": 12, "currency": "EUR", "effective": "2027-01-01"}]}`))
	require.NoError(t, err)
	assert.Empty(t, got.Contracts, "what was superseded is not in force by all that is known")
	require.Len(t, got.Licensing, 1)
	assert.Equal(t, "12", got.Licensing[0].Price.Amount.String())
}

func TestDatesThatCannotBe(t *testing.T) {
	for _, tt := range []struct{ file, data, want string }{
		{"e.csv", "id,product,metric,quantity,recorded_at\nE,a,m,1,2026-01-01\nE,a,m,2,2026-01-01\n", "e.csv:3:1: entitlement E is given twice, first on line 2"},
		{"e.csv", "id,product,metric,quantity,recorded_at,superseded_at\nE,a,m,1,2026-01-02,2026-01-01\n", "e.csv:2:1: ledger: superseded_at is not after recorded_at, of entitlement E"},
		{"e.csv", "id,product,metric,quantity,effective\nE,a,m,1,soon\n", `e.csv:2:9: effective: "soon" is not a date`},
		{"e.json", `{"licensing": [{"product": "a", "metric": "m", "recorded_at": "x"}]}`, `e.json:1:64: recorded_at: "x" is not a date`},
		{"e.json", `{"licensing": [{"product": "a", "metric": "m"}, {"product": "a", "metric": "n"}]}`, "e.json:1:49: licensing of a is given twice, first on line 1"},
	} {
		_, err := read(tt.file, []byte(tt.data))
		assert.ErrorContains(t, err, tt.want)
	}
	var l ledger.Ledger
	require.NoError(t, entitlements.Read(&l, "a.csv", []byte("id,product,metric,quantity\nE,a,m,1\n")))
	err := entitlements.Read(&l, "b.csv", []byte("id,product,metric,quantity\nE,a,m,1\n"))
	assert.ErrorContains(t, err, "b.csv:2:1: ledger: stated twice: entitlement E, effective always, recorded always")
}
