package certificate

import (
	"errors"
	"fmt"
)

// ErrRefused is wrapped by the error of every certificate that [Check] refuses.
var ErrRefused = errors.New("certificate refused")

// Kind is what is wrong.
type Kind string

// The kinds of failures.
const (
	// Malformed: an identifier is empty, repeated or unknown, or a number has
	// more digits than any quantity or price.
	Malformed Kind = "malformed"
	// Negative: a quantity, amount, value or penalty is negative.
	Negative Kind = "negative"
	// Overused: a supply covers more than its quantity.
	Overused Kind = "coverage exceeds supply"
	// Miscounted: what is used, left, covered or short does not add up.
	Miscounted Kind = "miscounted"
	// Misstated: a number does not follow from those it is computed from.
	Misstated Kind = "misstated"
	// Unsound: a price breaks a rule that makes the bound one: a negative reduced
	// cost, a price above the penalty or below zero.
	Unsound Kind = "price not sound"
	// Slack: the certificate claims the optimum, but a supply is left over at a
	// price, a demand is short below its penalty, or an arc is used that costs
	// more than the prices say.
	Slack Kind = "slackness violated"
)

// Failure is one thing that is wrong with a certificate.
type Failure struct {
	Kind Kind
	// Item is the supply, demand, arc or total concerned.
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
