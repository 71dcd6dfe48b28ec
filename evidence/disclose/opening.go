package disclose

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// secretSize is the size of the secret that the salts come from.
const secretSize = 32

// Opening can show what a commitment holds. Keep it as confidential as the table,
// for example in an entry that is sealed: without it nothing can be shown any more.
type Opening struct {
	commitment Commitment
	secret     []byte
	rows       []row // in the order of their digests
	trees      []tree
	plain      tree
}

type row struct {
	values []*string
	fields []digest // in the order of the columns
	digest digest
}

// Commit commits to a table, with a secret from random, which is crypto/rand if nil.
func Commit(table Table, random io.Reader) (*Opening, error) {
	if random == nil {
		random = rand.Reader
	}
	secret := make([]byte, secretSize)
	if _, err := io.ReadFull(random, secret); err != nil {
		return nil, fmt.Errorf("disclose: read secret: %w", err)
	}
	rows := make([][]*string, len(table.Rows))
	if err := checkHead(table.Name, table.Columns); err != nil {
		return nil, err
	}
	for i, r := range table.Rows {
		var err error
		if rows[i], err = values(table.Columns, r); err != nil {
			return nil, fmt.Errorf("row %d: %w", i, err)
		}
	}
	return commit(table.Name, table.Columns, rows, secret)
}

func commit(name string, columns []Column, rows [][]*string, secret []byte) (*Opening, error) {
	o := &Opening{secret: secret, rows: make([]row, len(rows))}
	o.commitment = Commitment{Table: name, Columns: slices.Clone(columns), Rows: int64(len(rows))}
	for i, vs := range rows {
		r := row{values: vs, fields: make([]digest, len(columns))}
		for k, c := range columns {
			d, err := encodeField(saltOf(secret, i, k), c.Name, vs[k])
			if err != nil {
				return nil, fmt.Errorf("row %d: %w", i, err)
			}
			r.fields[k] = digestOf(d)
		}
		r.digest = rowDigest(r.sorted())
		o.rows[i] = r
	}
	return o, o.growTrees()
}

// sorted is the digests of the fields in the order that tells nothing.
func (r *row) sorted() []digest {
	return slices.SortedFunc(slices.Values(r.fields), func(a, b digest) int { return bytes.Compare(a[:], b[:]) })
}

// order are the places of the rows in the order of their digests.
func (o *Opening) order() []int {
	at := make([]int, len(o.rows))
	for i := range at {
		at[i] = i
	}
	slices.SortFunc(at, func(a, b int) int { return bytes.Compare(o.rows[a].digest[:], o.rows[b].digest[:]) })
	return at
}

func (o *Opening) growTrees() error {
	c := &o.commitment
	order := o.order()
	leaves := make([]node, len(order))
	for pos, i := range order {
		leaves[pos] = leafOf(o.rows[i].digest, sum{})
	}
	var err error
	if o.plain, err = grow(leaves); err != nil {
		return err
	}
	c.Root = o.plain.top().seal()
	for _, k := range sumColumns(c.Columns) {
		leaves := make([]node, len(order))
		for pos, i := range order {
			q, err := quantity(c.Columns[k], o.rows[i].values[k])
			if err != nil {
				return fmt.Errorf("row %d: %w", i, err)
			}
			leaves[pos] = leafOf(o.rows[i].digest, q)
		}
		t, err := grow(leaves)
		if err != nil {
			return fmt.Errorf("column %s: %w", c.Columns[k].Name, err)
		}
		o.trees = append(o.trees, t)
		c.Sums = append(c.Sums, t.top().seal())
	}
	return nil
}

// Commitment is what to append to the log.
func (o *Opening) Commitment() Commitment { return o.commitment }

// stored is an opening as JSON.
type stored struct {
	Version int         `json:"version"`
	Table   string      `json:"table"`
	Columns []Column    `json:"columns"`
	Secret  []byte      `json:"secret"`
	Rows    [][]*string `json:"rows"`
}

// Encode is the opening as bytes to keep.
func (o *Opening) Encode() ([]byte, error) {
	s := stored{Version: 1, Table: o.commitment.Table, Columns: o.commitment.Columns, Secret: o.secret, Rows: make([][]*string, len(o.rows))}
	for i, r := range o.rows {
		s.Rows[i] = r.values
	}
	b, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("disclose: encode opening: %w", err)
	}
	return b, nil
}

// ParseOpening reads what Encode made. Compare its Commitment with what is in the
// log: that is what it opens.
func ParseOpening(b []byte) (*Opening, error) {
	var s stored
	if err := decodeStrictly(b, &s); err != nil {
		return nil, fmt.Errorf("%w: opening: %w", ErrTable, err)
	}
	if err := checkHead(s.Table, s.Columns); err != nil {
		return nil, err
	}
	if s.Version != 1 || len(s.Secret) != secretSize {
		return nil, fmt.Errorf("%w: opening of version %d with a secret of %d bytes", ErrTable, s.Version, len(s.Secret))
	}
	for i, r := range s.Rows {
		if len(r) != len(s.Columns) {
			return nil, fmt.Errorf("%w: row %d has %d values", ErrTable, i, len(r))
		}
	}
	return commit(s.Table, s.Columns, s.Rows, s.Secret)
}

// decodeStrictly reads exactly one JSON value with known fields.
func decodeStrictly(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more after the end")
	}
	return nil
}
