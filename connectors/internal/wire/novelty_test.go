package wire

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
)

// batchOf encodes installs and gives how many bytes they took, and what a host
// makes of them.
func batchOf(t *testing.T, e *Encoder, names func(i int) string) (int, []compliance.Install) {
	t.Helper()
	const n = 500
	for i := range n {
		in := compliance.Install{Device: "d", Title: catalog.Title{Publisher: "Acme", Name: names(i), Version: "1"}}
		require.NoError(t, e.Install(&in))
	}
	raw := e.Take(1, nil).Append(nil)
	var in Inbound
	var got rows
	require.NoError(t, in.Decode(raw))
	_, err := Receiver{Sink: &got}.Deliver(in.Response().GetBatch())
	require.NoError(t, err)
	require.Len(t, got.installs, n)
	for i, r := range got.installs {
		require.Equal(t, compliance.Install{Device: "d", Title: catalog.Title{Publisher: "Acme", Name: names(i), Version: "1"}}, r)
	}
	return len(raw), got.installs
}

// Texts that never repeat are not looked up; once they do repeat, that is noticed.
func TestNovelty(t *testing.T) {
	e, err := NewEncoder(connectors.Install, Operation_OPERATION_PUT, 1000)
	require.NoError(t, err)
	ever := 0
	unique := func(i int) string { return fmt.Sprintf("product %d of batch %d", i, ever) }
	same := func(i int) string { return fmt.Sprint("product ", i%3) }
	for ; ever < 3; ever++ {
		batchOf(t, e, unique)
	}
	assert.True(t, e.texts[2].rarelyRepeats, "name")
	assert.False(t, e.texts[1].rarelyRepeats, "publisher")
	known := len(e.seen.entries)
	batchOf(t, e, unique)
	assert.Len(t, e.seen.entries, known, "texts that do not repeat are not remembered")

	bad := compliance.Install{Device: "d", Title: catalog.Title{Name: "caf\xe9"}}
	require.ErrorContains(t, e.Install(&bad), "not valid UTF-8")
	require.Zero(t, e.Rows())

	var sizes []int
	for range relearn + 1 {
		size, _ := batchOf(t, e, same)
		sizes = append(sizes, size)
	}
	assert.Less(t, sizes[relearn], sizes[0]/3, "a dictionary that repeats texts: %v", sizes)
}
