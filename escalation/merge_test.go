package escalation

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/escalation/lifecycle"
)

func TestMerge(t *testing.T) {
	s := open(t, "2026-03-02 09:00", "250000", silent())
	other := s.c
	other.ID = "case-other"
	s.add(s.c.Join("dba", "ann", s.now))

	ended, goesOn, err := s.c.Merge(s.p, other, "ann", "one cluster", s.now)
	require.NoError(t, err)
	for _, e := range goesOn {
		assert.Equal(t, other.ID, e.Case)
		other, err = other.Apply(e)
		require.NoError(t, err)
	}
	assert.Contains(t, other.Participants, "dba", "who followed the one follows the other")
	assert.Equal(t, string(s.c.ID), other.Log[len(other.Log)-1].Name)
	s.add(ended, nil)
	assert.Equal(t, lifecycle.Merged, s.c.Outcome)

	again, err := s.c.Again(s.p, s.now)
	require.NoError(t, err)
	assert.Equal(t, Seen, again[0].Kind, "a merged case is not reopened")

	_, _, err = other.Merge(s.p, other, "ann", "", s.now)
	require.ErrorIs(t, err, ErrRefused)
	_, _, err = other.Merge(s.p, s.c, "ann", "", s.now)
	require.ErrorIs(t, err, ErrRefused, "a closed case takes nothing in")
}

// FuzzReplay: events of anybody's making, however odd, are folded or refused.
func FuzzReplay(f *testing.F) {
	s := open(f, "2026-03-02 09:00", "250000", silent())
	s.until("2026-03-20 10:00")
	data, err := json.Marshal(s.events)
	require.NoError(f, err)
	f.Add(data)
	f.Add([]byte(`[{"seq":1,"kind":"opened"}]`))
	f.Add([]byte(`[{"seq":1,"kind":"opened","opened":{}},{"seq":2,"kind":"resumed"},{"seq":3,"kind":"staged"}]`))
	f.Fuzz(func(_ *testing.T, data []byte) {
		var events []Event
		if json.Unmarshal(data, &events) != nil {
			return
		}
		c, err := Replay(events)
		if err == nil {
			c.Actions()
		}
	})
}
