package reckon

import (
	"math/big"
	"strings"
)

// Term is the arithmetic behind a number: a leaf with a value and perhaps a
// label, or an operation on terms.
type Term struct {
	// Op is + - x / or the name of a function; empty for a leaf.
	Op    string
	Args  []*Term
	Value Number
	// Label is what a leaf counts, such as sockets.
	Label string
}

func leaf(n Number) *Term { return &Term{Value: n} }

// Labelled is a leaf with a label.
func Labelled(n Number, label string) *Term { return &Term{Value: n, Label: label} }

// Sum is the term that adds terms.
func Sum(value Number, terms []*Term) *Term {
	var rest []*Term
	for _, t := range terms {
		if !t.IsLeaf() || !isZero(t.Value) {
			rest = append(rest, t)
		}
	}
	switch terms = rest; len(terms) {
	case 0:
		return leaf(value)
	case 1:
		return terms[0]
	}
	return &Term{Op: "+", Args: terms, Value: value}
}

// Product is the term that multiplies two terms.
func Product(value Number, a, b *Term) *Term {
	return &Term{Op: "x", Args: []*Term{a, b}, Value: value}
}

func (t *Term) isBareOne() bool {
	r, ok := t.Value.Exact()
	return ok && t.IsLeaf() && t.Label == "" && isOne(r)
}

// Size is the number of leaves.
func (t *Term) Size() int {
	if t.Op == "" {
		return 1
	}
	n := 0
	for _, a := range t.Args {
		n += a.Size()
	}
	return n
}

// IsLeaf says whether the term is a bare number.
func (t *Term) IsLeaf() bool { return t.Op == "" }

// Cut is the term as a bare number.
func (t *Term) Cut() *Term { return &Term{Value: t.Value, Label: t.Label} }

// String writes the term as a person would: 2 sockets x max(8, 6). A number that
// is not known goes by its label, or by its bounds.
func (t *Term) String() string {
	var b strings.Builder
	t.write(&b, 0, true)
	return b.String()
}

// The binding strength of operations.
const (
	sumStrength     = 1
	productStrength = 2
)

func (t *Term) write(b *strings.Builder, outer int, labels bool) {
	switch t.Op {
	case "":
		t.writeLeaf(b, labels)
	case "+", "-":
		t.infix(b, sumStrength, outer, labels)
	case "x", "/":
		t.infix(b, productStrength, outer, labels)
	default:
		b.WriteString(t.Op)
		b.WriteByte('(')
		for i, a := range t.Args {
			if i > 0 {
				b.WriteString(", ")
			}
			a.write(b, 0, a.Op != "")
		}
		b.WriteByte(')')
	}
}

func (t *Term) infix(b *strings.Builder, strength, outer int, labels bool) {
	if strength < outer {
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	for i, a := range t.Args {
		inner := strength
		if i > 0 {
			b.WriteString(" " + t.Op + " ")
			if t.Op == "-" || t.Op == "/" || t.Op == "x" && a.Op == "/" {
				inner = strength + 1
			}
		}
		a.write(b, inner, labels)
	}
}

func (t *Term) writeLeaf(b *strings.Builder, labels bool) {
	r, ok := t.Value.Exact()
	if !ok {
		if t.Label == "" {
			b.WriteString(t.Value.String())
			return
		}
		b.WriteString(t.Label)
		return
	}
	b.WriteString(Format(r))
	if labels && t.Label != "" {
		b.WriteString(" " + Words(t.Label, r))
	}
}

// Words turns a fact's name into words, in the singular for one.
func Words(name string, r *big.Rat) string {
	if at := strings.LastIndexByte(name, '.'); at >= 0 {
		name = name[at+1:]
	}
	name = strings.ReplaceAll(name, "_", " ")
	if !isOne(r) {
		return name
	}
	parts := strings.Split(name, " ")
	for i, w := range parts {
		if strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") && len(w) > 3 {
			parts[i] = strings.TrimSuffix(w, "s")
			break
		}
	}
	return strings.Join(parts, " ")
}

// Format writes a number exactly: as a decimal where it ends, else as a fraction.
func Format(r *big.Rat) string {
	if r.IsInt() {
		return r.Num().String()
	}
	if digits, ok := scale(r.Denom()); ok {
		return r.FloatString(digits)
	}
	return "(" + r.Num().String() + " / " + r.Denom().String() + ")"
}

// scale is the number of decimal places that a fraction with this denominator
// needs; ok is false where no number suffices.
func scale(denominator *big.Int) (int, bool) {
	d := new(big.Int).Set(denominator)
	count := func(p int64) int {
		n, prime, m := 0, big.NewInt(p), new(big.Int)
		for {
			q := new(big.Int)
			if q.QuoRem(d, prime, m); m.Sign() != 0 {
				return n
			}
			d, n = q, n+1
		}
	}
	twos, fives := count(2), count(5)
	return max(twos, fives), d.IsInt64() && d.Int64() == 1
}

// String writes the number, or the interval in words.
func (n Number) String() string {
	if r, ok := n.Exact(); ok {
		return Format(r)
	}
	switch {
	case n.Low != nil && n.High != nil:
		return Format(n.Low) + " to " + Format(n.High)
	case n.Low != nil:
		return Format(n.Low) + " or more"
	case n.High != nil:
		return Format(n.High) + " or less"
	}
	return "unknown"
}
