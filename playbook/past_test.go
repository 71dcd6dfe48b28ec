package playbook_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/playbook"
)

func TestReadPast(t *testing.T) {
	const entry = `{"requirements":[{"position":"a|m","points":[
		{"run":"one","at":"2026-11-15T09:00:00Z","required":{"low":"3","high":"3"},"short":{"low":"0","high":"0"}},
		{"run":"two","at":"2026-11-16T09:00:00Z","required":{"low":"4","high":null},"short":{"low":"1","high":null}}]},
		{"position":"b|m","points":[{"run":"two","at":"2026-11-16T09:00:00Z","required":{"low":"1","high":"1"},"short":{"low":"0","high":"0"}}]}]}`
	p, err := playbook.ReadPast("two", []byte(entry))
	require.NoError(t, err)
	require.Len(t, p.Requirements, 1, "its own points are not of before")
	require.Len(t, p.Requirements[0].Points, 1)
	assert.Equal(t, "3", p.Requirements[0].Points[0].Required.Low.String())
	for _, bad := range []string{"", "[]", `{"requirements":[{"points":[{"at":"today"}]}]}`,
		`{"requirements":[{"position":"a","points":[{"required":{"low":"1e999999999","high":null}}]}]}`} {
		_, err := playbook.ReadPast("two", []byte(bad))
		assert.ErrorContains(t, err, "past of run two", bad)
	}
}

// Whatever an entry holds, a run is computed by it or refuses it.
func FuzzReadPast(f *testing.F) {
	f.Add([]byte(`{"requirements":[{"position":"autodesk/autocad|generic.device","points":[{"run":"r","at":"2026-11-15T09:00:00Z","required":{"low":"3","high":"3"},"short":{"low":"0","high":"0"}}]}],"alarms":[{"rule":"escalation-coverage","subject":"x","message":"y"}]}`))
	f.Add([]byte(`{"requirements":[{"position":"autodesk/autocad|generic.device","points":[]},{"position":"","points":[{"required":{"low":"-1","high":null}}]}]}`))
	book := triggerBook(f, "")
	f.Fuzz(func(t *testing.T, payload []byte) {
		p, err := playbook.ReadPast("run", payload)
		if err != nil {
			return
		}
		facts := estate(t, now, 3, "")
		facts.Past = p
		if _, err := book.Recompute(t.Context(), facts, now); err != nil {
			t.Fatal(err)
		}
	})
}
