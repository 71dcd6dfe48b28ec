package wire

import (
	"google.golang.org/grpc/encoding"
	_ "google.golang.org/grpc/encoding/proto" // the codec that Codec falls back to
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
)

// Frame is a CollectResponse with a batch in it, encoded already but for its
// beginning. It says on the wire what the message made by protoc would say.
type Frame struct {
	head   []byte
	pieces [][]byte
	size   int
}

// The tags that begin the fields of CollectResponse, Batch and Column.
const (
	batchTag      = 1<<3 | byte(protowire.BytesType)
	sequenceTag   = 1 << 3
	kindTag       = 2 << 3
	operationTag  = 3 << 3
	rowsTag       = 4 << 3
	dictionaryTag = 5<<3 | byte(protowire.BytesType)
	columnTag     = 6<<3 | byte(protowire.BytesType)
	cursorTag     = 7<<3 | byte(protowire.BytesType)

	nameTag    = 1<<3 | byte(protowire.BytesType)
	textsTag   = 2<<3 | byte(protowire.BytesType)
	numbersTag = 3<<3 | byte(protowire.BytesType)
	lengthsTag = 4<<3 | byte(protowire.BytesType)
)

// fill lays out the batch of an encoder.
func (f *Frame) fill(e *Encoder, sequence uint64, cursor []byte) {
	f.pieces = append(f.pieces[:0], nil, e.dictionary)
	for i := range e.texts {
		if e.texts[i].used {
			f.column(&e.texts[i].column, textsTag, nil)
		}
	}
	for i := range e.numbers {
		if e.numbers[i].used {
			f.column(&e.numbers[i], numbersTag, nil)
		}
	}
	for i := range e.lists {
		if l := &e.lists[i]; l.used {
			f.column(&l.column, l.tag, l.lengths)
		}
	}
	if len(cursor) > 0 {
		f.pieces = append(f.pieces, protowire.AppendBytes([]byte{cursorTag}, cursor))
	}
	scalars := make([]byte, 0, 32)
	for _, field := range [...]struct {
		tag   byte
		value uint64
	}{{sequenceTag, sequence}, {kindTag, uint64(e.kind)}, {operationTag, uint64(e.operation)}, {rowsTag, uint64(e.rows)}} {
		scalars = protowire.AppendVarint(append(scalars, field.tag), field.value)
	}
	body := len(scalars)
	for _, p := range f.pieces {
		body += len(p)
	}
	f.head = protowire.AppendVarint(append(f.head[:0], batchTag), uint64(body))
	f.size = len(f.head) + body
	f.head = append(f.head, scalars...)
	f.pieces[0] = f.head
}

// column adds a column message: its name, its packed values, the lengths of its
// lists. A field without values is left out.
func (f *Frame) column(c *column, values byte, lengths []byte) {
	inner := 1 + protowire.SizeBytes(len(c.name))
	for _, packed := range [...][]byte{c.values, lengths} {
		if len(packed) > 0 {
			inner += 1 + protowire.SizeBytes(len(packed))
		}
	}
	c.head = protowire.AppendVarint(append(c.head[:0], columnTag), uint64(inner))
	c.head = protowire.AppendString(append(c.head, nameTag), c.name)
	if len(c.values) > 0 {
		c.head = protowire.AppendVarint(append(c.head, values), uint64(len(c.values)))
	}
	f.pieces = append(f.pieces, c.head, c.values)
	if len(lengths) > 0 {
		f.pieces = append(f.pieces, protowire.AppendBytes([]byte{lengthsTag}, lengths))
	}
}

// Append appends the message.
func (f *Frame) Append(to []byte) []byte {
	for _, p := range f.pieces {
		to = append(to, p...)
	}
	return to
}

// Codec encodes [Frame] and decodes [Inbound] by hand and leaves all other
// messages to the codec of gRPC, whose place it takes.
type Codec struct{ encoding.CodecV2 }

// NewCodec makes a codec.
func NewCodec() Codec { return Codec{encoding.GetCodecV2("proto")} }

// Marshal encodes a message.
func (c Codec) Marshal(v any) (mem.BufferSlice, error) {
	f, ok := v.(*Frame)
	if !ok {
		return c.CodecV2.Marshal(v)
	}
	pool := mem.DefaultBufferPool()
	buf := pool.Get(f.size)
	*buf = f.Append((*buf)[:0])
	return mem.BufferSlice{mem.NewBuffer(buf, pool)}, nil
}

// Unmarshal decodes a message.
func (c Codec) Unmarshal(data mem.BufferSlice, v any) error {
	in, ok := v.(*Inbound)
	if !ok {
		return c.CodecV2.Unmarshal(data, v)
	}
	buf := data.MaterializeToBuffer(mem.DefaultBufferPool())
	defer buf.Free()
	return in.Decode(buf.ReadOnlyData())
}
