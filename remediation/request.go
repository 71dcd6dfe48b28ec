package remediation

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
)

// Request asks for the way back of some positions.
type Request struct {
	// Input is what was reconciled, Result what came out.
	Input  compliance.Input
	Result *compliance.Result
	// Positions are the keys of the positions to mend; empty means all that are
	// short.
	Positions []string
	Policy    *Policy
	// Facts may be nil: beyond the estate only what the policy states is then known.
	Facts Facts
	// Now is the instant from which notice and lead times count, Due the instant
	// by which the plan must have been carried out; zero means no due date.
	Now, Due time.Time
	// Calendar moves the days on which something is done into working time; nil counts
	// every day.
	Calendar Calendar
	// Before is an earlier input. Where it is given, plans say what made their
	// positions short since then.
	Before *compliance.Input
}

// ErrRequest is wrapped by errors about a request that does not fit together.
var ErrRequest = errors.New("remediation: request does not fit together")

// check completes the request and says what is wrong with it.
func (r *Request) check() error {
	switch {
	case r.Result == nil:
		return fmt.Errorf("%w: there is no result to mend", ErrRequest)
	case r.Policy == nil:
		return fmt.Errorf("%w: there is no policy", ErrRequest)
	case r.Input.Estate == nil || r.Input.Catalog == nil:
		return fmt.Errorf("%w: the input has no estate or no catalog", ErrRequest)
	case r.Now.IsZero():
		return fmt.Errorf("%w: the instant from which the plan counts is missing", ErrRequest)
	case !r.Due.IsZero() && r.Due.Before(r.Now):
		return fmt.Errorf("%w: it was due on %s, before it was asked for", ErrRequest, r.Due.Format(time.DateOnly))
	}
	if r.Facts == nil {
		r.Facts = r.Policy.facts
	}
	for _, key := range r.Positions {
		if _, ok := r.position(key); !ok {
			return fmt.Errorf("%w: there is no position %q in the result", ErrRequest, key)
		}
	}
	return nil
}

func (r Request) position(key string) (compliance.Position, bool) {
	at := slices.IndexFunc(r.Result.Positions, func(p compliance.Position) bool { return p.Key() == key })
	if at < 0 {
		return compliance.Position{}, false
	}
	return r.Result.Positions[at], true
}

// short are the positions to mend, sorted by key. Those that are not short need
// no mending.
func (r Request) short() []compliance.Position {
	var out []compliance.Position
	for _, p := range r.Result.Positions {
		asked := len(r.Positions) == 0 || slices.Contains(r.Positions, p.Key())
		if asked && p.Short.Low.IsPositive() {
			out = append(out, p)
		}
	}
	return out
}

// currency is the one that a plan for the positions is compared in.
func (r Request) currency(positions []compliance.Position) string {
	if r.Policy.currency != "" {
		return r.Policy.currency
	}
	for _, p := range positions {
		if p.Exposure.Currency != "" {
			return p.Exposure.Currency
		}
	}
	return ""
}

// exchange gives an amount in the currency of the plan. Where no rate is known
// it names the one that is missing.
func (r Request) exchange(m compliance.Money, currency string) (compliance.Money, string) {
	if m.Currency == currency || m.Amount.IsZero() {
		return compliance.Money{Amount: m.Amount, Currency: currency}, ""
	}
	if rate, ok := r.Policy.rates[m.Currency]; ok && currency != "" {
		return compliance.Money{Amount: m.Amount.Mul(rate), Currency: currency}, ""
	}
	return compliance.Money{}, fmt.Sprintf("exchange rate from %q to %q", m.Currency, currency)
}

// ceilUnits is the least whole number of units that is not below q.
func ceilUnits(q decimal.Decimal) int64 { return q.Ceil().IntPart() }
