package disclose

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"
)

func (o *opened) rows(Options) error {
	for i := range o.Rows {
		if i > 0 && o.Rows[i].Place <= o.Rows[i-1].Place {
			return fmt.Errorf("%w: the row at %d is out of order", ErrBundle, o.Rows[i].Place)
		}
		r, err := o.row(&o.Rows[i])
		if err != nil {
			return fmt.Errorf("row at %d: %w", o.Rows[i].Place, err)
		}
		o.out.Rows = append(o.out.Rows, r)
	}
	return nil
}

// row checks one row: each disclosure against its digest, the digests against the
// paths, each path against its root, and the quantities against what is disclosed.
func (o *opened) row(s *shownRow) (Row, error) {
	out := Row{Place: s.Place, Values: map[string]string{}}
	if s.Place < 0 || s.Place >= o.commitment.Rows {
		return out, fmt.Errorf("%w: there are %d rows", ErrBundle, o.commitment.Rows)
	}
	fields, err := o.digests(s)
	if err != nil {
		return out, err
	}
	if len(s.Disclosures) != len(o.Columns) {
		return out, fmt.Errorf("%w: it shows %d columns, want %d", ErrBundle, len(s.Disclosures), len(o.Columns))
	}
	for i, d := range s.Disclosures {
		if !slices.Contains(fields, digestOf(d)) {
			return out, fmt.Errorf("%w: column %s is not what was committed to", ErrBundle, o.Columns[i])
		}
		name, value, err := decodeField(d)
		if err != nil {
			return out, err
		}
		if name != o.Columns[i] {
			return out, fmt.Errorf("%w: it shows column %q, want %q", ErrBundle, name, o.Columns[i])
		}
		if value != nil {
			out.Values[name] = *value
		}
	}
	return out, o.paths(s, rowDigest(fields), out.Values)
}

// digests are those of all fields of a row, ascending as they were hashed.
func (o *opened) digests(s *shownRow) ([]digest, error) {
	if len(s.Digests) != len(o.commitment.Columns) {
		return nil, fmt.Errorf("%w: it has %d fields, want %d", ErrBundle, len(s.Digests), len(o.commitment.Columns))
	}
	fields := make([]digest, len(s.Digests))
	for i, text := range s.Digests {
		var err error
		if fields[i], err = parseDigest(text); err != nil {
			return nil, err
		}
	}
	return fields, nil
}

func (o *opened) paths(s *shownRow, row digest, shown map[string]string) error {
	if len(s.Paths) != max(1, len(o.Totals)) {
		return fmt.Errorf("%w: it has %d paths, want %d", ErrBundle, len(s.Paths), max(1, len(o.Totals)))
	}
	for i, p := range s.Paths {
		root, scale := o.commitment.Root, 0
		if len(o.Totals) > 0 {
			at, among := o.commitment.column(o.Totals[i].Column)
			root, scale = o.commitment.Sums[among], o.commitment.Columns[at].Scale
			if p.Column != o.Totals[i].Column {
				return fmt.Errorf("%w: it has a path of column %q, want %q", ErrBundle, p.Column, o.Totals[i].Column)
			}
		}
		if err := o.path(s.Place, p, row, root, scale); err != nil {
			return err
		}
		if v, ok := shown[p.Column]; ok && !equal(v, p.Sum) {
			return fmt.Errorf("%w: column %s is %s, its total counts %s", ErrBundle, p.Column, v, p.Sum)
		}
		if slices.Contains(o.Columns, p.Column) && shown[p.Column] == "" && !p.Sum.IsZero() {
			return fmt.Errorf("%w: column %s has no value, its total counts %s", ErrBundle, p.Column, p.Sum)
		}
	}
	return nil
}

func (o *opened) path(place int64, p shownPath, row digest, root [32]byte, scale int) error {
	q, err := shownSum(p.Sum, scale)
	if err != nil {
		return err
	}
	siblings := make([]node, len(p.Path))
	for i, s := range p.Path {
		if siblings[i], err = o.node(s.Hash, s.Sum, scale); err != nil {
			return err
		}
	}
	top, err := climb(leafOf(row, q), place, o.commitment.Rows, siblings)
	if err != nil {
		return err
	}
	if top.seal() != root {
		return fmt.Errorf("%w: it is not the row that was committed to at this place", ErrBundle)
	}
	return nil
}

// equal compares a shown value with a quantity.
func equal(value string, q decimal.Decimal) bool {
	d, err := decimal.NewFromString(value)
	return err == nil && written(d) && d.Equal(q)
}
