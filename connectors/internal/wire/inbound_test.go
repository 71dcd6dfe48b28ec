package wire

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
)

func message(b *Batch) *CollectResponse {
	return &CollectResponse{Message: &CollectResponse_Batch{Batch: b}}
}

// sum is the digest of one batch.
func sum(t *testing.T, raw []byte) string {
	t.Helper()
	in := Inbound{Hash: sha256.New()}
	require.NoError(t, in.Decode(raw))
	return fmt.Sprintf("%x", in.Hash.Sum(nil))
}

// Every change of a batch's content changes the digest; numbering and cursors
// are not content.
func TestDigest(t *testing.T) {
	of := func(change func(*Batch)) string {
		b := sound()
		change(b)
		raw, err := proto.Marshal(message(b))
		require.NoError(t, err)
		return sum(t, raw)
	}
	plain := of(func(*Batch) {})
	assert.Equal(t, plain, of(func(b *Batch) { b.Sequence, b.Cursor = 9, []byte("c") }))
	for name, change := range map[string]func(*Batch){
		"kind": func(b *Batch) { b.Kind++ }, "operation": func(b *Batch) { b.Operation++ }, "text": func(b *Batch) { b.Dictionary[1] = "d9" },
		"index": func(b *Batch) { b.Columns[1].Texts[1] = 3 }, "number": func(b *Batch) { b.Columns[2].Numbers[1] = 1 },
		"column": func(b *Batch) { b.Columns[2].Name = "sockets" }, "row": func(b *Batch) { b.Rows = 3 }, "list": func(b *Batch) { b.Columns[1].Lengths = []uint32{1, 1} },
	} {
		assert.NotEqual(t, plain, of(change), name)
	}
}

// An encoding that no library makes, and that is allowed, gives the same message
// and the same digest: here the columns come before the dictionary.
func TestOddEncoding(t *testing.T) {
	b := sound()
	b.Cursor = []byte("c")
	head, err := proto.Marshal(&Batch{Kind: b.Kind, Columns: b.Columns})
	require.NoError(t, err)
	tail, err := proto.Marshal(&Batch{Sequence: b.Sequence, Operation: b.Operation, Rows: b.Rows, Dictionary: b.Dictionary, Cursor: b.Cursor})
	require.NoError(t, err)
	odd := protowire.AppendBytes([]byte{batchTag}, append(head, tail...))
	plain, err := proto.Marshal(message(b))
	require.NoError(t, err)
	var in Inbound
	require.NoError(t, in.Decode(odd))
	assert.True(t, proto.Equal(b, in.Response().GetBatch()))
	assert.Equal(t, sum(t, plain), sum(t, odd))
}

// What an encoder writes is what protoc's message would be, to the byte.
func TestFrameIsAMessage(t *testing.T) {
	e, err := NewEncoder(connectors.Install, Operation_OPERATION_PUT, 1000)
	require.NoError(t, err)
	for batch := range 3 {
		for i := range 300 {
			in := compliance.Install{Device: compliance.DeviceID(fmt.Sprint("d", i/40)), Title: catalog.Title{Name: fmt.Sprint("n", i%(200+batch)), Version: strings.Repeat("9", i)}}
			require.NoError(t, e.Install(&in))
		}
		buffers, err := NewCodec().Marshal(e.Take(uint64(batch+1), []byte("cursor")))
		require.NoError(t, err)
		raw := buffers.Materialize()
		assert.InDelta(t, len(raw), e.Size(), 200)
		var m CollectResponse
		require.NoError(t, proto.Unmarshal(raw, &m))
		again, err := proto.MarshalOptions{Deterministic: true}.Marshal(&m)
		require.NoError(t, err)
		require.Equal(t, again, raw)
		require.EqualValues(t, 300, m.GetBatch().GetRows())
		require.Equal(t, "cursor", string(m.GetBatch().GetCursor()))
	}
}

// Texts that many batches share are forgotten in time, and nothing goes wrong.
func TestForgetting(t *testing.T) {
	e, err := NewEncoder(connectors.Install, Operation_OPERATION_PUT, 1000)
	require.NoError(t, err)
	var in Inbound
	for batch := range 60 {
		got := &rows{}
		for i := range 5000 {
			row := compliance.Install{Device: "d", Title: catalog.Title{Name: fmt.Sprint(batch, strings.Repeat("x", 20), i/2), Version: fmt.Sprint(i % 7)}}
			require.NoError(t, e.Install(&row))
		}
		require.NoError(t, in.Decode(e.Take(1, nil).Append(nil)))
		_, err := Receiver{Sink: got}.Deliver(in.Response().GetBatch())
		require.NoError(t, err)
		for i, row := range got.installs {
			require.Equal(t, fmt.Sprint(batch, strings.Repeat("x", 20), i/2), row.Title.Name)
			require.Equal(t, fmt.Sprint(i%7), row.Title.Version)
		}
		require.LessOrEqual(t, len(e.seen.entries), mostTexts+5000)
	}
	assert.Greater(t, e.seen.epoch, uint32(1), "nothing was forgotten: the test is too small")
}

// The codec leaves what it does not know to gRPC's.
func TestCodecOfOtherMessages(t *testing.T) {
	c := NewCodec()
	want := &DescribeResponse{Name: "acme"}
	data, err := c.Marshal(want)
	require.NoError(t, err)
	var got DescribeResponse
	require.NoError(t, c.Unmarshal(mem.BufferSlice{mem.SliceBuffer(data.Materialize())}, &got))
	assert.True(t, proto.Equal(want, &got))
}

// By hand or by package proto, a message means the same, and what one refuses
// the other does.
func FuzzDecode(f *testing.F) {
	raw, err := proto.Marshal(message(sound()))
	require.NoError(f, err)
	f.Add(raw)
	f.Add(append(raw, raw...))
	f.Add([]byte{batchTag, 2, rowsTag, 0x80})
	f.Fuzz(func(t *testing.T, raw []byte) {
		var in Inbound
		var want CollectResponse
		wrong := proto.Unmarshal(raw, &want)
		for range 2 { // the second time into used memory
			err := in.Decode(raw)
			if (err == nil) != (wrong == nil) {
				t.Fatalf("by hand %v, by package proto %v", err, wrong)
			}
			if err == nil && !proto.Equal(&want, in.Response()) {
				t.Fatalf("by hand %v, by package proto %v", in.Response(), &want)
			}
		}
	})
}
