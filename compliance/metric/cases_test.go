package metric

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/internal/shareddata"
)

// publishedCase is a case of the collection with what its source says.
type publishedCase struct {
	ID       string `json:"id"`
	Vendor   string `json:"vendor"`
	Product  string `json:"product"`
	Key      Key    `json:"metric_key"`
	Kind     string `json:"kind"`
	Status   string `json:"status"`
	Disputed string `json:"disputed"`
	Expected struct {
		Licenses *decimal.Decimal `json:"licenses"`
		Unit     string           `json:"unit"`
	} `json:"expected"`
}

func publishedCases(t testing.TB) (map[string]publishedCase, []Result) {
	t.Helper()
	path := shareddata.Path(t, "metrics", "cases.json")
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	var all []publishedCase
	require.NoError(t, json.Unmarshal(data, &all))
	byID := map[string]publishedCase{}
	for _, c := range all {
		byID[c.ID] = c
	}
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	var results []Result
	require.NoError(t, standardLibrary(t).Check(t.Context(), f, nil, func(r Result) error {
		results = append(results, r)
		return nil
	}))
	require.Len(t, results, len(all))
	return byID, results
}

// TestPublishedCases compares every published count with what the library makes
// of its inputs.
func TestPublishedCases(t *testing.T) {
	cases, results := publishedCases(t)
	for _, r := range results {
		c := cases[r.ID]
		t.Run(r.ID, func(t *testing.T) {
			require.Empty(t, r.Error)
			require.Empty(t, r.Unknown, r.Explanation)
			if c.Expected.Licenses == nil {
				require.NotEmpty(t, r.Refused, r.Explanation)
				return
			}
			require.NotNil(t, r.Licenses, r.Explanation)
			require.Equal(t, c.Expected.Licenses.String(), r.Licenses.String(), r.Explanation)
			require.Equal(t, c.Expected.Unit, r.Unit)
		})
	}
}
