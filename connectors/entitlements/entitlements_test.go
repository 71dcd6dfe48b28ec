package entitlements_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/ledger"
	"github.com/trueup-dev/trueup/connectors/entitlements"
)

func ExampleRead() {
	var bought ledger.Ledger
	err := entitlements.Read(&bought, "bought.csv", []byte(`id,contract,product,edition,version,metric,quantity,downgrade,unit_price,currency
E-1,C-9,microsoft/sql-server,Standard,2022,generic.core.vm,16,yes,1800.00,EUR
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range bought.At(time.Time{}, time.Time{}).Entitlements {
		fmt.Println(e.ID, e.Product, e.Edition, e.Version, e.Quantity, e.Downgrade, e.UnitPrice)
	}
	err = entitlements.Read(&bought, "bought.csv", []byte("id,product,metric,quantity,start\nE-1,acme/a,generic.device,\"1,500\",01.02.2026\n"))
	fmt.Println(err)
	// Output:
	// E-1 microsoft/sql-server Standard 2022 16 true 1800.00 EUR
	// bought.csv:2:27: quantity: "1,500" is not a number; write digits with a decimal point and nothing between them
	// bought.csv:2:35: start: "01.02.2026" is not a date; write it as 2026-12-31
}

// read reads one file and gives all that it states.
func read(name string, data []byte) (ledger.Terms, error) {
	var l ledger.Ledger
	err := entitlements.Read(&l, name, data)
	return l.At(time.Time{}, time.Time{}), err
}

func TestBothFormsSayTheSame(t *testing.T) {
	csv, err := read("e.csv", []byte("\xef\xbb\xbfid;contract;product;metric;quantity;start;end;maintenance_end;downgrade;entities;countries;unit_price;currency\n"+
		"E-1;C-9;acme/a;generic.user;10.5;2026-01-01;2027-01-01T00:00:00Z;;no;DE01|AT01;DE;99.9;EUR\n"))
	require.NoError(t, err)
	json, err := read("e.json", []byte(`{"entitlements": [{"id": "E-1", "contract": "C-9", "product": "acme/a", "metric": "generic.user",
		"quantity": 10.5, "start": "2026-01-01", "end": "2027-01-01", "downgrade": false, "entities": ["DE01", "AT01"], "countries": ["DE"],
		"unit_price": "99.9", "currency": "EUR"}]}`))
	require.NoError(t, err)
	assert.Equal(t, csv, json)
	assert.Equal(t, "10.5", csv.Entitlements[0].Quantity.String())
}

func TestContracts(t *testing.T) {
	csv, err := read("c.csv", []byte("id,publisher,kind,true_up,audit_notice_days,cure_days\nC-1,acme,ula,2026-12-31,30,\n"))
	require.NoError(t, err)
	require.Len(t, csv.Contracts, 1)
	c := csv.Contracts[0]
	assert.Equal(t, 30, c.AuditNoticeDays)
	assert.Equal(t, compliance.UnlimitedLicense, c.Kind)
	assert.Equal(t, -1, c.CureDays, "what the contract does not say is not zero days")
	json, err := read("c.json", []byte(`{"contracts": [{"id": "C-1", "publisher": "acme", "kind": "ula", "true_up": "2026-12-31", "audit_notice_days": 30}],
		"licensing": [{"product": "acme/a", "metric": "generic.core", "price": 10, "currency": "EUR", "parameters": {"minimum_per_machine": 16}}]}`))
	require.NoError(t, err)
	assert.Equal(t, csv.Contracts, json.Contracts)
	assert.Equal(t, "16", json.Licensing[0].Parameters["minimum_per_machine"].String())
}

func TestRights(t *testing.T) {
	csv, err := read("e.csv", []byte("id,product,metric,quantity,environments,cross_edition,downgrade_to,pools,allocations,priority\n"+
		"E,a,m,100,test|development,Standard,Enterprise/2019|2016,50 DE01 AT01|20 CH01,1 permanent laptop-17|4.5 normal the big one,-2\n"))
	require.NoError(t, err)
	json, err := read("e.json", []byte(`{"entitlements": [{"id": "E", "product": "a", "metric": "m", "quantity": 100,
		"environments": ["test", "development"], "cross_edition": ["Standard"], "downgrade_to": ["Enterprise/2019", "2016"],
		"pools": ["50 DE01 AT01", "20 CH01"], "allocations": ["1 permanent laptop-17", "4.5 normal the big one"], "priority": -2}]}`))
	require.NoError(t, err)
	assert.Equal(t, csv, json)
	e := csv.Entitlements[0]
	assert.Equal(t, []string{"test", "development"}, e.Environments)
	assert.Equal(t, []string{"Standard"}, e.CrossEdition)
	assert.Equal(t, []compliance.Release{{Edition: "Enterprise", Version: "2019"}, {Version: "2016"}}, e.DowngradeTo)
	assert.Equal(t, []compliance.Pool{
		{Entities: []string{"DE01", "AT01"}, Quantity: decimal.NewFromInt(50)},
		{Entities: []string{"CH01"}, Quantity: decimal.NewFromInt(20)},
	}, e.Pools)
	assert.Equal(t, []compliance.Allocation{
		{Consumer: "laptop-17", Quantity: decimal.NewFromInt(1), Kind: compliance.Permanent},
		{Consumer: "the big one", Quantity: decimal.RequireFromString("4.5")},
	}, e.Allocations)
	assert.Equal(t, -2, e.Priority)
}

func TestMistakes(t *testing.T) {
	tests := []struct{ name, file, data, want string }{
		{"no form", "e.xlsx", "", `e.xlsx: entitlements are read from .csv and .json files, not from ".xlsx"`},
		{"empty", "e.csv", "", "e.csv:1:1: file is empty"},
		{"neither", "e.csv", "a,b\n", "e.csv:1:1: the header is neither"},
		{"missing column", "e.csv", "id,product,metric\n", "e.csv:1:1: column quantity is missing"},
		{"unknown column", "e.csv", "id,product,metric,quantity,qty\n", `e.csv:1:28: nobody knows the column "qty"`},
		{"twice", "e.csv", "id,product,metric,quantity,id\n", "e.csv:1:28: column id is given twice"},
		{"short row", "e.csv", "id,product,metric,quantity\nE,acme/a\n", "e.csv:2:1: row has 2 cells, the header 4"},
		{"empty cell", "e.csv", "id,product,metric,quantity\nE,,m,1\n", "e.csv:2:3: product is empty"},
		{"same id", "e.csv", "id,product,metric,quantity\nE,a,m,1\nE,a,m,1\n", "e.csv:3:1: entitlement E is given twice, first on line 2"},
		{"negative", "e.csv", "id,product,metric,quantity\nE,a,m,-1\n", "e.csv:2:1: entitlement: quantity -1 is negative"},
		{"no currency", "e.csv", "id,product,metric,quantity,unit_price\nE,a,m,1,5\n", "unit_price needs a currency"},
		{"backwards", "e.csv", "id,product,metric,quantity,start,end\nE,a,m,1,2026-01-02,2026-01-02\n", "end is not after start"},
		{"quotes", "e.csv", "id,product,metric,quantity\n\"E,a,m,1\n", "e.csv:2:10: not CSV"},
		{"wrong encoding", "e.csv", "id,product,metric,quantity\nE,caf\xe9,m,1\n", "e.csv:2:6: text is not UTF-8"},
		{"unknown field", "e.json", `{"entitlement": []}`, `e.json:1:2: unknown field "entitlement"; did you mean "entitlements"?`},
		{"bad number", "e.json", `{"entitlements": [{"id": "E", "product": "a", "metric": "m", "quantity": "many"}]}`, `e.json:1:75: quantity: "many" is not a number`},
		{"negative in JSON", "e.json", `{"entitlements": [{"id": "E", "product": "a", "metric": "m", "quantity": -2}]}`, "e.json:1:19: quantity -2 is negative"},
		{"YAML", "e.json", "entitlements: []\n", "e.json:1:1: file is YAML, not JSON"},
		{"bad release", "e.csv", "id,product,metric,quantity,downgrade_to\nE,a,m,1,/\n", `e.csv:2:9: downgrade_to: "/" is not a release`},
		{"bad pool", "e.csv", "id,product,metric,quantity,pools\nE,a,m,1,50\n", `e.csv:2:9: pools: "50" is not a pool`},
		{"bad allocation", "e.json", `{"entitlements": [{"id": "E", "product": "a", "metric": "m", "quantity": 1, "allocations": ["1 for me"]}]}`, `e.json:1:19: allocations: "1 for me" is not an allocation`},
		{"allocation to nobody", "e.csv", "id,product,metric,quantity,allocations\nE,a,m,1,1 normal\n", "lacks its consumer"},
		{"bad priority", "e.csv", "id,product,metric,quantity,priority\nE,a,m,1,high\n", `"high" is not a whole number`},
		{"bad kind", "c.csv", "id,publisher,kind\nC,acme,eula\n", `c.csv:2:8: kind: "eula" is no kind of agreement`},
		{"bad days", "c.csv", "id,publisher,cure_days\nC,acme,soon\n", `c.csv:2:8: cure_days: "soon" is not a number of days`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := read(tt.file, []byte(tt.data))
			require.Error(t, err)
			assert.Contains(t, err.Error(), tt.want)
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add("e.csv", "id,product,metric,quantity\nE,a,m,1\n")
	f.Add("c.csv", "id;publisher;cure_days\nC;acme;3\n")
	f.Add("e.json", `{"entitlements": [{"id": "E", "product": "a", "metric": "m", "quantity": 1}]}`)
	f.Fuzz(func(t *testing.T, name, data string) {
		got, err := read(name, []byte(data))
		if err != nil || !strings.HasSuffix(name, ".csv") {
			return
		}
		for _, e := range got.Entitlements {
			if e.ID == "" || e.Product == "" || e.Quantity.IsNegative() {
				t.Fatalf("read an entitlement that cannot be: %+v", e)
			}
		}
	})
}
