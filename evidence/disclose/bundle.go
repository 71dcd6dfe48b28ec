package disclose

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/evidence/cosign"
	"github.com/trueup-dev/trueup/evidence/internal/format"
	"github.com/trueup-dev/trueup/evidence/ipe"
	"github.com/trueup-dev/trueup/evidence/statement"
)

// PayloadType is the type of a bundle in its envelope.
const PayloadType = "application/vnd.trueup.bundle.v1+json"

// Request says what a bundle shows, to whom, why and until when.
type Request struct {
	Audience string
	Purpose  string
	Expires  time.Time

	// Header says what the list is. Its Produced is the time of issue; Population
	// and the ControlTotals of shown totals are filled in.
	Header ipe.Header

	// Columns are shown of every row that is shown. Totals are sum columns whose
	// total is shown; of a row that is shown, so is then its quantity.
	Columns []string
	Totals  []string

	// Leaves shows the quantity of every row, unnamed, for each of Totals, so that
	// totals can be computed anew.
	Leaves bool

	// Where chooses rows by all of their values; nil chooses none, All every row.
	Where func(row map[string]string) bool
	All   bool

	// Sample is the number of rows that are drawn from the checkpoint, Challenge what
	// the auditor gave for it, who then knows that nobody could choose the rows.
	Sample    int64
	Challenge string
}

// payload is what is signed.
type payload struct {
	Version  int        `json:"version"`
	Audience string     `json:"audience"`
	Purpose  string     `json:"purpose"`
	Expires  time.Time  `json:"expires"`
	Header   ipe.Header `json:"header"`

	// Proof is a tlog-proof with the entry of the commitment, salt included, as its
	// extra data.
	Proof     string      `json:"proof"`
	Columns   []string    `json:"columns"`
	Totals    []total     `json:"totals,omitempty"`
	Leaves    []shownLeaf `json:"leaves,omitempty"`
	Rows      []shownRow  `json:"rows,omitempty"`
	All       bool        `json:"all,omitempty"`
	Sample    int64       `json:"sample,omitempty"`
	Challenge string      `json:"challenge,omitempty"`
}

type total struct {
	Column string          `json:"column"`
	Hash   string          `json:"hash"`
	Sum    decimal.Decimal `json:"sum"`
}

type shownLeaf struct {
	Row  string            `json:"row"`
	Sums []decimal.Decimal `json:"sums"` // in the order of Totals
}

type shownRow struct {
	Place       int64       `json:"place"`
	Digests     []string    `json:"digests"`
	Disclosures []string    `json:"disclosures,omitempty"`
	Paths       []shownPath `json:"paths"` // one for each of Totals, or one without a column
}

type shownPath struct {
	Column string          `json:"column,omitempty"`
	Sum    decimal.Decimal `json:"sum"`
	Path   []shownNode     `json:"path,omitempty"`
}

type shownNode struct {
	Hash string          `json:"hash"`
	Sum  decimal.Decimal `json:"sum"`
}

// Bundle makes a bundle and signs it. proof is that of the entry with the
// commitment, which evidence.Present makes with the entry in it.
func (o *Opening) Bundle(proof *cosign.Proof, r Request, signers ...*statement.Signer) ([]byte, error) {
	if err := o.check(&r); err != nil {
		return nil, err
	}
	shown, err := shownCommitment(proof)
	if err != nil {
		return nil, err
	}
	if string(shown.Payload()) != string(o.commitment.Payload()) {
		return nil, fmt.Errorf("%w: the proof is of another commitment than this opening's", ErrRequest)
	}
	p := payload{
		Version: 1, Audience: r.Audience, Purpose: r.Purpose, Expires: r.Expires.UTC(), Header: r.Header,
		Proof: string(proof.Format()), Columns: slices.Clone(r.Columns), All: r.All, Sample: r.Sample, Challenge: r.Challenge,
	}
	p.Header.Population = o.commitment.Rows
	o.addTotals(&p, &r)
	if err := o.addRows(&p, &r, proof); err != nil {
		return nil, err
	}
	if err := p.Header.Validate(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRequest, err)
	}
	b, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("disclose: encode bundle: %w", err)
	}
	e, err := statement.Sign(PayloadType, b, signers...)
	if err != nil {
		return nil, fmt.Errorf("disclose: %w", err)
	}
	return e.Encode()
}

func (o *Opening) check(r *Request) error {
	if r.Audience == "" || r.Purpose == "" {
		return fmt.Errorf("%w: a bundle needs an audience and a purpose", ErrRequest)
	}
	if !r.Expires.After(r.Header.Produced) {
		return fmt.Errorf("%w: a bundle needs an expiry after it was produced", ErrRequest)
	}
	if r.Sample < 0 || r.Sample > o.commitment.Rows {
		return fmt.Errorf("%w: a sample of %d of %d rows", ErrRequest, r.Sample, o.commitment.Rows)
	}
	if r.Leaves && len(r.Totals) == 0 {
		return fmt.Errorf("%w: leaves without a total", ErrRequest)
	}
	for i, name := range r.Columns {
		if at, _ := o.commitment.column(name); at < 0 || slices.Contains(r.Columns[:i], name) {
			return fmt.Errorf("%w: column %q is not there, or there twice", ErrRequest, name)
		}
	}
	for i, name := range r.Totals {
		if _, among := o.commitment.column(name); among < 0 || slices.Contains(r.Totals[:i], name) {
			return fmt.Errorf("%w: column %q is no sum, or there twice", ErrRequest, name)
		}
	}
	return nil
}

// shownCommitment is the commitment that a proof has with it.
func shownCommitment(proof *cosign.Proof) (Commitment, error) {
	if proof == nil {
		return Commitment{}, fmt.Errorf("%w: there is no proof", ErrRequest)
	}
	rec, err := format.ParseRecord(proof.Extra)
	if err != nil {
		return Commitment{}, fmt.Errorf("%w: the proof comes without its entry: %w", ErrBundle, err)
	}
	if rec.Kind != Kind {
		return Commitment{}, fmt.Errorf("%w: the proof is of an entry of kind %s, want %s", ErrBundle, rec.Kind, Kind)
	}
	return ParseCommitment(rec.Payload)
}

func (o *Opening) addTotals(p *payload, r *Request) {
	for _, name := range r.Totals {
		at, among := o.commitment.column(name)
		top := o.trees[among].top()
		t := total{Column: name, Hash: top.hash.String(), Sum: top.sum.decimal(o.commitment.Columns[at].Scale)}
		p.Totals = append(p.Totals, t)
		if p.Header.ControlTotals == nil {
			p.Header.ControlTotals = map[string]string{}
		}
		p.Header.ControlTotals[name] = t.Sum.String()
	}
	if !r.Leaves {
		return
	}
	for pos, i := range o.order() {
		leaf := shownLeaf{Row: o.rows[i].digest.String()}
		for _, name := range r.Totals {
			at, among := o.commitment.column(name)
			leaf.Sums = append(leaf.Sums, o.trees[among][0][pos].sum.decimal(o.commitment.Columns[at].Scale))
		}
		p.Leaves = append(p.Leaves, leaf)
	}
}

func (o *Opening) addRows(p *payload, r *Request, proof *cosign.Proof) error {
	drawn := map[int64]bool{}
	if r.Sample > 0 {
		root, err := rootOf(proof)
		if err != nil {
			return err
		}
		for _, pos := range draw(root, o.commitment.Payload(), r.Challenge, o.commitment.Rows, r.Sample) {
			drawn[pos] = true
		}
	}
	for pos, i := range o.order() {
		if !r.All && !drawn[int64(pos)] && (r.Where == nil || !r.Where(o.named(i))) {
			continue
		}
		shown, err := o.show(i, int64(pos), r)
		if err != nil {
			return err
		}
		p.Rows = append(p.Rows, shown)
	}
	return nil
}

// named is a row as it was given.
func (o *Opening) named(i int) map[string]string {
	m := map[string]string{}
	for k, v := range o.rows[i].values {
		if v != nil {
			m[o.commitment.Columns[k].Name] = *v
		}
	}
	return m
}

// show opens the columns asked for of row i, which lies at pos.
func (o *Opening) show(i int, pos int64, r *Request) (shownRow, error) {
	s := shownRow{Place: pos}
	for _, d := range o.rows[i].sorted() {
		s.Digests = append(s.Digests, d.String())
	}
	for _, name := range r.Columns {
		k, _ := o.commitment.column(name)
		d, err := encodeField(saltOf(o.secret, i, k), name, o.rows[i].values[k])
		if err != nil {
			return s, err
		}
		s.Disclosures = append(s.Disclosures, d)
	}
	if len(r.Totals) == 0 {
		s.Paths = []shownPath{pathIn(o.plain, pos, "", 0)}
	}
	for _, name := range r.Totals {
		at, among := o.commitment.column(name)
		s.Paths = append(s.Paths, pathIn(o.trees[among], pos, name, o.commitment.Columns[at].Scale))
	}
	return s, nil
}

func pathIn(t tree, pos int64, column string, scale int) shownPath {
	p := shownPath{Column: column, Sum: t[0][pos].sum.decimal(scale)}
	for _, n := range t.path(pos) {
		p.Path = append(p.Path, shownNode{n.hash.String(), n.sum.decimal(scale)})
	}
	return p
}
