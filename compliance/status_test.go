package compliance_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
)

// A status reads back from the word that it is written as, and no other word is one.
func TestStatusReadsBack(t *testing.T) {
	for _, s := range []compliance.Status{compliance.StatusInvalid, compliance.Compliant, compliance.Short, compliance.StatusUnknown} {
		b, err := json.Marshal(s)
		require.NoError(t, err)
		var again compliance.Status
		require.NoError(t, json.Unmarshal(b, &again))
		require.Equal(t, s, again)
	}
	var s compliance.Status
	require.ErrorContains(t, json.Unmarshal([]byte(`"fine"`), &s), `"fine" is no status`)
}
