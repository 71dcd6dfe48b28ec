package entitlements

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/compliance/ledger"
)

// stated is a thing as a file states it: with the dates of the statement and its
// place.
type stated[T any] struct {
	fact  T
	dates ledger.Dates
	at    document.Position
}

// withDates are the fields of a thing and those of its statement.
func withDates[T any](fields []field[T]) []field[stated[T]] {
	out := make([]field[stated[T]], 0, len(fields)+3)
	for _, f := range fields {
		out = append(out, field[stated[T]]{f.name, f.required, func(s *stated[T], v string) error { return f.set(&s.fact, v) }})
	}
	return append(out,
		date("effective", func(s *stated[T]) *time.Time { return &s.dates.Effective }),
		date("recorded_at", func(s *stated[T]) *time.Time { return &s.dates.Recorded }),
		date("superseded_at", func(s *stated[T]) *time.Time { return &s.dates.Superseded }),
	)
}

// enter puts statements into a ledger, and says of each that it refuses where it
// stands.
func enter[T any](statements []stated[T], name func(T) string, add func(ledger.Dates, T) error) document.Problems {
	var ps document.Problems
	first := map[string]int{}
	for _, s := range statements {
		key := fmt.Sprint(name(s.fact), s.dates.Effective, s.dates.Recorded)
		err := add(s.dates, s.fact)
		switch line := first[key]; {
		case err == nil:
			first[key] = s.at.Line
		case errors.Is(err, ledger.ErrTwice) && line > 0:
			ps = append(ps, &document.Problem{At: s.at, Message: fmt.Sprintf("%s is given twice, first on line %d", name(s.fact), line)})
		default:
			ps = append(ps, &document.Problem{At: s.at, Message: err.Error()})
		}
	}
	return ps
}

func enterAll(l *ledger.Ledger, es []stated[entitlement], cs []stated[contract], ls []stated[compliance.Licensing]) document.Problems {
	ps := enter(es, func(e entitlement) string { return "entitlement " + string(e.ID) }, l.AddEntitlement)
	ps = append(ps, enter(cs, func(c contract) string { return "contract " + string(c.ID) }, l.AddContract)...)
	return append(ps, enter(ls, func(x compliance.Licensing) string {
		return strings.TrimSpace(fmt.Sprintf("licensing of %s %s", x.Product, x.Edition))
	}, l.AddLicensing)...)
}
