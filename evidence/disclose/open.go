package disclose

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence/cosign"
	"github.com/trueup-dev/trueup/evidence/internal/format"
	"github.com/trueup-dev/trueup/evidence/ipe"
	"github.com/trueup-dev/trueup/evidence/statement"
)

// Options say what a bundle is checked against.
type Options struct {
	// Keys are those of whom bundles are accepted from; one must have signed.
	Keys []ed25519.PublicKey

	// Policy names the log, and the witnesses that must have cosigned.
	Policy *cosign.Policy

	// Audience is the reader, Now the instant of reading.
	Audience string
	Now      time.Time

	// Challenge is what the reader gave for the sample; empty if nothing.
	Challenge string
}

// Disclosed is what a bundle shows and proves.
type Disclosed struct {
	Audience, Purpose string
	Expires           time.Time
	Header            ipe.Header

	Table      string
	Population int64
	Columns    []string
	Totals     map[string]decimal.Decimal
	Recomputed bool // each total was added up anew from the quantities of all rows

	// Rows are in the order of their places. All says that they are the whole
	// population; Drawn are the places that the sample asked for, each in Rows.
	Rows  []Row
	All   bool
	Drawn []int64

	// Witnessed is the checkpoint that the commitment is under.
	Witnessed cosign.Witnessed
}

// Row is one row that is shown. A column that has no value is not in Values.
type Row struct {
	Place  int64
	Values map[string]string
}

// Open checks a bundle: signature, audience, expiry, the proof that the commitment is
// in a log of the policy, every field, path and total, and that the sample is the
// one that had to be drawn. It reads nothing but its arguments.
func Open(bundle []byte, opts Options) (*Disclosed, error) {
	p, err := unwrap(bundle, opts)
	if err != nil {
		return nil, err
	}
	if p.Audience != opts.Audience {
		return nil, fmt.Errorf("%w: it names another one", ErrAudience)
	}
	if !opts.Now.Before(p.Expires) {
		return nil, fmt.Errorf("%w: on %s", ErrExpired, p.Expires.Format(time.RFC3339))
	}
	o := &opened{payload: p, out: &Disclosed{
		Audience: p.Audience, Purpose: p.Purpose, Expires: p.Expires, Header: p.Header, Columns: p.Columns, All: p.All,
		Totals: map[string]decimal.Decimal{},
	}}
	for _, step := range []func(Options) error{o.proof, o.head, o.totals, o.leaves, o.rows, o.sample} {
		if err := step(opts); err != nil {
			return nil, err
		}
	}
	return o.out, nil
}

// unwrap checks the envelope, which has one spelling: a byte of it that is not
// signed would be one that can be changed.
func unwrap(bundle []byte, opts Options) (*payload, error) {
	e, err := statement.ParseEnvelope(bundle)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBundle, err)
	}
	if again, err := e.Encode(); err != nil || !bytes.Equal(again, bundle) {
		return nil, fmt.Errorf("%w: the envelope is not in its one spelling", ErrBundle)
	}
	b, signedBy, err := e.Verify(PayloadType, 1, opts.Keys...)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBundle, err)
	}
	if len(signedBy) != len(e.Signatures) {
		return nil, fmt.Errorf("%w: %d of %d signatures are of keys that are not accepted", ErrBundle, len(e.Signatures)-len(signedBy), len(e.Signatures))
	}
	for _, s := range e.Signatures {
		if !slices.Contains(signedBy, s.KeyID) {
			return nil, fmt.Errorf("%w: a signature names another key", ErrBundle)
		}
	}
	var p payload
	if err := decodeStrictly(b, &p); err != nil {
		return nil, fmt.Errorf("%w: payload: %w", ErrBundle, err)
	}
	if p.Version != 1 {
		return nil, fmt.Errorf("%w: version %d is not known", ErrBundle, p.Version)
	}
	return &p, nil
}

// opened is a bundle being checked.
type opened struct {
	*payload
	out        *Disclosed
	commitment Commitment
	root       tlog.Hash
	tops       []node // of Totals
}

func (o *opened) proof(opts Options) error {
	proof, err := cosign.ParseProof([]byte(o.Proof))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBundle, err)
	}
	if o.commitment, err = shownCommitment(proof); err != nil {
		return err
	}
	rec, err := format.ParseRecord(proof.Extra)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBundle, err)
	}
	if opts.Policy == nil {
		return fmt.Errorf("%w: no policy is given that names the log", ErrBundle)
	}
	leaf, _ := format.AppendLeaf(nil, &rec, nil)
	if o.out.Witnessed, err = proof.Verify(leaf, opts.Policy); err != nil {
		return fmt.Errorf("%w: %w", ErrBundle, err)
	}
	o.root = o.out.Witnessed.Root
	o.out.Table, o.out.Population = o.commitment.Table, o.commitment.Rows
	return nil
}

// rootOf is the root that a proof's checkpoint claims; the signature is for Open.
func rootOf(proof *cosign.Proof) (tlog.Hash, error) {
	text, _, _ := strings.Cut(string(proof.Checkpoint), "\n\n")
	c, err := format.ParseCheckpointText(text + "\n")
	if err != nil {
		return tlog.Hash{}, fmt.Errorf("%w: checkpoint: %w", ErrBundle, err)
	}
	return c.Root, nil
}

// head compares what the header says with what is proved.
func (o *opened) head(Options) error {
	if err := o.Header.Validate(); err != nil {
		return fmt.Errorf("%w: %w", ErrBundle, err)
	}
	if o.Header.Population != o.commitment.Rows {
		return fmt.Errorf("%w: the header says %d rows, %d were committed to", ErrBundle, o.Header.Population, o.commitment.Rows)
	}
	for i, name := range o.Columns {
		if at, _ := o.commitment.column(name); at < 0 || slices.Contains(o.Columns[:i], name) {
			return fmt.Errorf("%w: column %q is not in the commitment, or there twice", ErrBundle, name)
		}
	}
	return nil
}

func (o *opened) totals(Options) error {
	for i, t := range o.Totals {
		at, among := o.commitment.column(t.Column)
		if among < 0 || slices.ContainsFunc(o.Totals[:i], func(other total) bool { return other.Column == t.Column }) {
			return fmt.Errorf("%w: column %q is no sum, or there twice", ErrBundle, t.Column)
		}
		top, err := o.node(t.Hash, t.Sum, o.commitment.Columns[at].Scale)
		if err != nil {
			return fmt.Errorf("total of %s: %w", t.Column, err)
		}
		if top.seal() != o.commitment.Sums[among] {
			return fmt.Errorf("%w: the total of %s is not the one committed to", ErrBundle, t.Column)
		}
		if o.Header.ControlTotals[t.Column] != t.Sum.String() {
			return fmt.Errorf("%w: the header has another total of %s", ErrBundle, t.Column)
		}
		o.tops = append(o.tops, top)
		o.out.Totals[t.Column] = t.Sum
	}
	return nil
}

func (o *opened) node(hash string, amount decimal.Decimal, scale int) (node, error) {
	h, err := parseDigest(hash)
	if err != nil {
		return node{}, err
	}
	q, err := shownSum(amount, scale)
	return node{h, q}, err
}

func shownSum(amount decimal.Decimal, scale int) (sum, error) {
	if !written(amount) {
		return sum{}, fmt.Errorf("%w: a quantity with the exponent %d is none", ErrBundle, amount.Exponent())
	}
	q, err := parseSum(amount.String(), scale)
	if err != nil {
		return sum{}, fmt.Errorf("%w: %w", ErrBundle, err)
	}
	return q, nil
}

// leaves adds the totals up anew.
func (o *opened) leaves(Options) error {
	if len(o.Leaves) == 0 {
		return nil
	}
	if int64(len(o.Leaves)) != o.commitment.Rows {
		return fmt.Errorf("%w: %d quantities of %d rows", ErrBundle, len(o.Leaves), o.commitment.Rows)
	}
	for k, t := range o.Totals {
		at, among := o.commitment.column(t.Column)
		nodes := make([]node, len(o.Leaves))
		for i, l := range o.Leaves {
			if len(l.Sums) != len(o.Totals) {
				return fmt.Errorf("%w: row at %d has %d quantities", ErrBundle, i, len(l.Sums))
			}
			n, err := o.node(l.Row, l.Sums[k], o.commitment.Columns[at].Scale)
			if err != nil {
				return fmt.Errorf("row at %d: %w", i, err)
			}
			nodes[i] = leafOf(n.hash, n.sum)
		}
		t, err := grow(nodes)
		if err != nil {
			return err
		}
		if t.top().seal() != o.commitment.Sums[among] {
			return fmt.Errorf("%w: the quantities of all rows do not make the total of %s", ErrBundle, o.Totals[k].Column)
		}
	}
	o.out.Recomputed = len(o.Totals) > 0
	return nil
}

// sample checks that every row that had to be drawn is there, and every row if all
// were to be.
func (o *opened) sample(opts Options) error {
	if o.All && int64(len(o.out.Rows)) != o.commitment.Rows {
		return fmt.Errorf("%w: %d rows of %d, and all were promised", ErrBundle, len(o.out.Rows), o.commitment.Rows)
	}
	if o.Challenge != opts.Challenge {
		return fmt.Errorf("%w: the sample was drawn under another challenge", ErrBundle)
	}
	if o.Sample < 0 || o.Sample > o.commitment.Rows {
		return fmt.Errorf("%w: a sample of %d of %d rows", ErrBundle, o.Sample, o.commitment.Rows)
	}
	if o.Sample == 0 {
		return nil
	}
	o.out.Drawn = draw(o.root, o.commitment.Payload(), o.Challenge, o.commitment.Rows, o.Sample)
	for _, pos := range o.out.Drawn {
		if !slices.ContainsFunc(o.out.Rows, func(r Row) bool { return r.Place == pos }) {
			return fmt.Errorf("%w: the row at %d was drawn and is not there", ErrBundle, pos)
		}
	}
	return nil
}
