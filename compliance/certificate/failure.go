package certificate

import (
	"errors"
	"fmt"
)

// ErrRefused is wrapped by the error of every certificate that [Check] or [Parse]
// refuses.
var ErrRefused = errors.New("certificate refused")

// Kind is what is wrong.
type Kind string

// The kinds of failures.
const (
	// Malformed: an identifier is empty, repeated or unknown, a number has more
	// digits than any quantity or price, or the text is not of the form.
	Malformed Kind = "malformed"
	// Altered: the digest is not that of the rest.
	Altered Kind = "altered"
	// Negative: a quantity, amount, cost or price is negative.
	Negative Kind = "negative"
	// Uneven: a quantity or cost is no multiple of the step.
	Uneven Kind = "no multiple of the step"
	// Overused: a supply covers more than its quantity.
	Overused Kind = "coverage exceeds supply"
	// Unserved: what must be covered is short.
	Unserved Kind = "short of what must be covered"
	// Miscounted: what is taken, used, left, covered or short does not add up.
	Miscounted Kind = "miscounted"
	// Misstated: a cost, bound or gap does not follow from what it is computed from.
	Misstated Kind = "misstated"
)

// Failure is one thing that is wrong with a certificate.
type Failure struct {
	Kind Kind
	// Item is the supply, group, leaf or total concerned.
	Item   string
	Detail string
}

func (f *Failure) Error() string {
	return fmt.Sprintf("%v: %s: %s: %s", ErrRefused, f.Kind, f.Item, f.Detail)
}

// Is matches [ErrRefused], and a Failure of the same kind without an item.
func (f *Failure) Is(target error) bool {
	g, ok := target.(*Failure)
	return target == ErrRefused || ok && g.Kind == f.Kind && g.Item == "" && g.Detail == ""
}
