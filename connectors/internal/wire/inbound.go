package wire

import (
	"errors"
	"hash"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// Inbound receives the messages of one collection. A batch that is encoded the
// usual way is decoded into memory that the next message uses again; any other
// message, and any batch that is odd in its form, goes through package proto.
// Both ways give the same message. An Inbound is for one goroutine.
type Inbound struct {
	// Hash takes the content of all batches in order: what was sent of them, the
	// sequence numbers and cursors left out. Nil hashes nothing.
	Hash hash.Hash
	// Keep makes Raw the last message as it came, good until the next.
	Keep bool
	Raw  []byte
	// Size is the number of bytes of the last message.
	Size int

	response *CollectResponse
	carrier  CollectResponse_Batch
	batch    Batch
	carrying CollectResponse
	strings  arena
	columns  []*Column
	texts    []uint32
	numbers  []int64
}

// Response is the message decoded last. A batch in it is good until the next.
func (in *Inbound) Response() *CollectResponse { return in.response }

// errOdd means that a batch is not encoded in the usual way.
var errOdd = errors.New("wire: unusual encoding")

// Decode decodes one message.
func (in *Inbound) Decode(raw []byte) error {
	in.Size = len(raw)
	if in.Keep {
		in.Raw = append(in.Raw[:0], raw...)
	}
	body, rest := prefixed(raw, batchTag)
	if body != nil && len(rest) == 0 && in.decodeBatch(body) == nil {
		in.carrier.Batch = &in.batch
		in.carrying.Message = &in.carrier
		in.response = &in.carrying
		return nil
	}
	in.response = &CollectResponse{}
	if err := proto.Unmarshal(raw, in.response); err != nil {
		return err
	}
	if b := in.response.GetBatch(); b != nil && in.Hash != nil {
		return in.hashOdd(b)
	}
	return nil
}

// hashOdd hashes a batch as the usual encoding would have it.
func (in *Inbound) hashOdd(b *Batch) error {
	sequence, cursor := b.Sequence, b.Cursor
	b.Sequence, b.Cursor = 0, nil
	content, err := proto.MarshalOptions{Deterministic: true}.Marshal(b)
	b.Sequence, b.Cursor = sequence, cursor
	in.Hash.Write(content)
	return err
}

// prefixed takes a field of bytes off the front.
func prefixed(raw []byte, tag byte) (body, rest []byte) {
	if len(raw) == 0 || raw[0] != tag {
		return nil, raw
	}
	body, n := protowire.ConsumeBytes(raw[1:])
	if n < 0 {
		return nil, raw
	}
	return body, raw[1+n:]
}

// decodeBatch fills the batch, or says that it is odd.
func (in *Inbound) decodeBatch(raw []byte) error {
	b := &in.batch
	b.Sequence, b.Kind, b.Operation, b.Rows, b.Cursor = 0, 0, 0, 0, nil
	b.Dictionary, b.Columns = b.Dictionary[:0], b.Columns[:0]
	in.texts, in.numbers = in.texts[:0], in.numbers[:0]
	rest := raw
	rest, sequence := scalar(rest, sequenceTag)
	content := rest
	rest, kind := scalar(rest, kindTag)
	rest, operation := scalar(rest, operationTag)
	rest, rows := scalar(rest, rowsTag)
	b.Sequence, b.Kind, b.Operation, b.Rows = sequence, Kind(int32(kind)), Operation(int32(operation)), uint32(rows)
	rest, err := in.dictionary(rest)
	if err != nil {
		return err
	}
	if rest, err = in.decodeColumns(rest); err != nil {
		return err
	}
	content = content[:len(content)-len(rest)]
	if cursor, after := prefixed(rest, cursorTag); cursor != nil {
		b.Cursor, rest = append([]byte(nil), cursor...), after
	}
	if len(rest) > 0 {
		return errOdd
	}
	if in.Hash != nil {
		in.Hash.Write(content)
	}
	return nil
}

// scalar takes a number off the front, 0 when it is not there.
func scalar(raw []byte, tag byte) ([]byte, uint64) {
	if len(raw) == 0 || raw[0] != tag {
		return raw, 0
	}
	v, n := protowire.ConsumeVarint(raw[1:])
	if n < 0 {
		return raw, 0 // what is left over makes the batch odd
	}
	return raw[1+n:], v
}

func (in *Inbound) dictionary(raw []byte) ([]byte, error) {
	for len(raw) > 0 && raw[0] == dictionaryTag {
		// Most texts are shorter than 128 bytes.
		var text []byte
		if len(raw) > 1 && raw[1] < 0x80 && int(raw[1]) <= len(raw)-2 {
			end := 2 + int(raw[1])
			text, raw = raw[2:end], raw[end:]
		} else {
			body, n := protowire.ConsumeBytes(raw[1:])
			if n < 0 {
				return nil, errOdd
			}
			text, raw = body, raw[1+n:]
		}
		s, ok := in.strings.text(text)
		if !ok {
			return nil, errOdd
		}
		in.batch.Dictionary = append(in.batch.Dictionary, s)
	}
	return raw, nil
}

func (in *Inbound) decodeColumns(raw []byte) ([]byte, error) {
	for len(raw) > 0 && raw[0] == columnTag {
		body, rest := prefixed(raw, columnTag)
		if body == nil {
			return nil, errOdd
		}
		if err := in.column(body); err != nil {
			return nil, err
		}
		raw = rest
	}
	return raw, nil
}

func (in *Inbound) column(body []byte) error {
	at := len(in.batch.Columns)
	if at == len(in.columns) {
		in.columns = append(in.columns, &Column{})
	}
	c := in.columns[at]
	c.Name, c.Texts, c.Numbers, c.Lengths = "", nil, nil, nil
	if name, rest := prefixed(body, nameTag); name != nil {
		s, ok := in.strings.text(name)
		if !ok {
			return errOdd
		}
		c.Name, body = s, rest
	}
	var err error
	if c.Texts, body, err = in.unpackTexts(body, textsTag); err != nil {
		return err
	}
	if c.Numbers, body, err = in.unpackNumbers(body); err != nil {
		return err
	}
	if c.Lengths, body, err = in.unpackTexts(body, lengthsTag); err != nil {
		return err
	}
	if len(body) > 0 {
		return errOdd
	}
	in.batch.Columns = append(in.batch.Columns, c)
	return nil
}

// unpackTexts takes a packed field of indices or lengths off the front.
func (in *Inbound) unpackTexts(body []byte, tag byte) (values []uint32, rest []byte, err error) {
	raw, rest := prefixed(body, tag)
	from, to := len(in.texts), in.texts
	for len(raw) > 0 {
		if raw[0] < 0x80 {
			to, raw = append(to, uint32(raw[0])), raw[1:]
			continue
		}
		v, n := protowire.ConsumeVarint(raw)
		if n < 0 {
			return nil, nil, errOdd
		}
		to, raw = append(to, uint32(v)), raw[n:]
	}
	in.texts = to
	return to[from:len(to):len(to)], rest, nil
}

// unpackNumbers takes a packed field of numbers off the front.
func (in *Inbound) unpackNumbers(body []byte) (values []int64, rest []byte, err error) {
	raw, rest := prefixed(body, numbersTag)
	from, to := len(in.numbers), in.numbers
	for len(raw) > 0 {
		v, n := protowire.ConsumeVarint(raw)
		if n < 0 {
			return nil, nil, errOdd
		}
		to, raw = append(to, protowire.DecodeZigZag(v)), raw[n:]
	}
	in.numbers = to
	return to[from:len(to):len(to)], rest, nil
}
