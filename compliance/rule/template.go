package rule

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/internal/expr"
)

// template is a message with expressions in it: text, expression, text, …
type template struct {
	texts    []string
	programs []*expr.Program
}

// parseTemplate compiles a message. A brace is written twice to stand for
// itself.
func parseTemplate(env *expr.Env, t document.Text) (template, error) {
	var out template
	var ps document.Problems
	var text strings.Builder
	s := t.Value
	column := func(rest string) int { return utf8.RuneCountInString(s[:len(s)-len(rest)]) + 1 }
	for rest := s; rest != ""; {
		switch {
		case strings.HasPrefix(rest, "{{") || strings.HasPrefix(rest, "}}"):
			text.WriteByte(rest[0])
			rest = rest[2:]
		case rest[0] == '}':
			return out, append(ps, t.Problem(1, column(rest), "brace closes nothing; write }} for a brace"))
		case rest[0] == '{':
			end := strings.IndexByte(rest, '}')
			if end < 0 {
				return out, append(ps, t.Problem(1, column(rest), "brace is not closed; write {{ for a brace"))
			}
			p, err := env.CompileAny(t.Part(column(rest), rest[1:end]))
			ps = append(ps, document.Collect(t.At(), err)...)
			out.texts = append(out.texts, text.String())
			out.programs = append(out.programs, p)
			text.Reset()
			rest = rest[end+1:]
		default:
			text.WriteByte(rest[0])
			rest = rest[1:]
		}
	}
	out.texts = append(out.texts, text.String())
	return out, ps.Err()
}

func (t template) render(ctx context.Context, vars expr.Vars) (string, error) {
	var b strings.Builder
	for i, text := range t.texts {
		b.WriteString(text)
		if i < len(t.programs) {
			r, err := t.programs[i].Eval(ctx, vars)
			if err != nil {
				return "", err
			}
			b.WriteString(show(r))
		}
	}
	return b.String(), nil
}

// show writes a value the way messages and facts carry it.
func show(r expr.Result) string {
	if !r.Known() {
		return "unknown"
	}
	switch v := r.Value.(type) {
	case decimal.Decimal:
		return v.String()
	case time.Time:
		return v.UTC().Format(time.RFC3339)
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = fmt.Sprint(e)
		}
		return strings.Join(parts, ", ")
	}
	return fmt.Sprint(r.Value)
}
