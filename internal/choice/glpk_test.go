package choice_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/internal/choice"
	"github.com/trueup-dev/trueup/internal/choice/sample"
)

const instances = 2_000

// together is how many instances go into one program. GLPK searches the sum of
// hard problems much longer than each alone.
func together(structure string) int {
	if structure == "layers" {
		return 8
	}
	return 25
}

// TestCostEqualsGLPK compares with GLPK's branch and cut on instances of every
// structure.
func TestCostEqualsGLPK(t *testing.T) {
	for n, structure := range sample.Structures() {
		t.Run(structure.Name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(uint64(n), 1))
			for range instances / together(structure.Name) {
				problems := make([]choice.Problem, together(structure.Name))
				for k := range problems {
					problems[k] = structure.Draw(r)
				}
				for k, want := range glpk(t, problems) {
					s, err := choice.Solve(t.Context(), problems[k], choice.Limits{})
					require.NoError(t, err, "%+v", problems[k])
					requireLawful(t, problems[k], s)
					require.Less(t, s.Cost.Value, int64(weight))
					require.Equal(t, want, joined(s.Cost, weight), "%+v", problems[k])
					assert.Equal(t, s.Cost, s.Bound)
				}
			}
		})
	}
}
