// Package facts is the vocabulary in which expressions speak of the compliance
// model: for each kind of object a schema, which is the list of its facts that
// rules, routes and success criteria may read.
//
// The lists are short on purpose. They are a boundary of privacy, since a fact
// that is not here can reach no finding and no notice; and they are a promise,
// since every playbook in the world may depend on what is.
package facts

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/internal/expr"
)

// of declares a field that reads a T.
func of[T any](name string, t expr.Type, doc string, get func(T) any) expr.Field {
	return expr.Field{Name: name, Type: t, Doc: doc, Get: func(o any) any { return get(o.(T)) }}
}

// word is a text that is not known when empty.
func word[S ~string](s S) any {
	if s == "" {
		return nil
	}
	return string(s)
}

// instant is a time that is not known when zero.
func instant(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

// count is a number that is not known below the least that it can be.
func count(n, least int) any {
	if n < least {
		return nil
	}
	return n
}

func bound(d decimal.NullDecimal) any {
	if !d.Valid {
		return nil
	}
	return d.Decimal
}

func exact(i compliance.Interval) any {
	if !i.Known() {
		return nil
	}
	return i.Low
}

func words[S ~string](ss []S) any {
	out := make([]any, len(ss))
	for i, s := range ss {
		out[i] = string(s)
	}
	return out
}

// Functions are what expressions over the model may call beside CEL's own.
func Functions() []expr.Function {
	return []expr.Function{{
		Name: "days", Doc: "days(n) is a duration of n times 24 hours", Args: []expr.Type{expr.Int}, Result: expr.Duration,
		Call: func(args []any) (any, error) { return time.Duration(args[0].(int64)) * 24 * time.Hour, nil },
	}}
}
