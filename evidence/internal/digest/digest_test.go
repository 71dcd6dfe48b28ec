package digest

import (
	"bytes"
	"crypto/sha256"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/internal/norace"
)

func TestSum(t *testing.T) {
	var h Hasher
	message := []byte{}
	for n := range 600 {
		message = append(message[:0], bytes.Repeat([]byte{byte(n)}, n)...)
		got, grown := h.Sum(message)
		require.Equal(t, sha256.Sum256(bytes.Repeat([]byte{byte(n)}, n)), got, "%d bytes", n)
		require.Len(t, grown, n)
		message = grown
	}
}

func TestNode(t *testing.T) {
	var h Hasher
	left, right := sha256.Sum256([]byte("left")), sha256.Sum256([]byte("right"))
	for range 3 {
		got := h.Node(&left, &right)
		require.Equal(t, tlog.NodeHash(left, right), tlog.Hash(got))
		left, right = right, got
	}
}

// Without this the package only costs: the state must be readable, and no hash may
// allocate.
func TestState(t *testing.T) {
	if norace.Again(t) { // the detector makes code allocate that does not
		return
	}
	var h Hasher
	message := make([]byte, 220, 300)
	h.Sum(message)
	require.NotNil(t, h.state)
	out, err := h.state.AppendBinary(nil)
	require.NoError(t, err)
	require.Len(t, out, stateSize)
	require.Equal(t, magic, string(out[:len(magic)]))
	require.Zero(t, testing.AllocsPerRun(10, func() { h.Sum(message) }))
}
