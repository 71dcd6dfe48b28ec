package metric

import (
	"fmt"
	"math/big"
	"strings"
	"unicode"

	"github.com/trueup-dev/trueup/compliance/metric/internal/reckon"
)

// equations reads the arithmetic back from an explanation: the values of the
// left and the right side of its last equation. Words beside numbers say what is
// counted and are passed over.
func equations(explanation string) (left, right *big.Rat, err error) {
	var last string
	for _, step := range strings.Split(explanation, "; ") {
		if strings.Contains(step, " = ") {
			last = step
		}
	}
	if last == "" {
		return nil, nil, nil
	}
	lhs, rhs, _ := strings.Cut(last, " = ")
	if left, err = arithmetic(lhs); err != nil {
		return nil, nil, fmt.Errorf("%q: %w", lhs, err)
	}
	number, _, _ := strings.Cut(rhs, " ")
	right, ok := new(big.Rat).SetString(strings.TrimSuffix(number, ","))
	if !ok {
		return nil, nil, fmt.Errorf("%q is not a number", number)
	}
	return left, right, nil
}

func arithmetic(s string) (v *big.Rat, err error) {
	defer func() {
		if r := recover(); r != nil {
			v, err = nil, fmt.Errorf("%v", r)
		}
	}()
	p := reader{tokens: tokens(s)}
	v = p.sum()
	if p.at < len(p.tokens) {
		return nil, fmt.Errorf("left over: %q", p.tokens[p.at:])
	}
	return v, nil
}

// tokens splits arithmetic and drops the words that only say what is counted.
func tokens(s string) []string {
	var out []string
	for i := 0; i < len(s); {
		c := rune(s[i])
		j := i + 1
		switch {
		case unicode.IsDigit(c):
			for j < len(s) && (unicode.IsDigit(rune(s[j])) || s[j] == '.') {
				j++
			}
			out = append(out, s[i:j])
		case unicode.IsLetter(c):
			for j < len(s) && (unicode.IsLetter(rune(s[j])) || unicode.IsDigit(rune(s[j])) || s[j] == '_') {
				j++
			}
			if w := s[i:j]; w == "x" || j < len(s) && s[j] == '(' {
				out = append(out, w)
			}
		case c != ' ':
			out = append(out, s[i:j])
		}
		i = j
	}
	return out
}

type reader struct {
	tokens []string
	at     int
}

func (p *reader) next() string {
	if p.at == len(p.tokens) {
		return ""
	}
	return p.tokens[p.at]
}

func (p *reader) accept(t string) bool {
	if p.next() != t {
		return false
	}
	p.at++
	return true
}

func (p *reader) sum() *big.Rat {
	v := p.product()
	for {
		switch {
		case p.accept("+"):
			v = new(big.Rat).Add(v, p.product())
		case p.accept("-"):
			v = new(big.Rat).Sub(v, p.product())
		default:
			return v
		}
	}
}

func (p *reader) product() *big.Rat {
	v := p.value()
	for {
		switch {
		case p.accept("x"):
			v = new(big.Rat).Mul(v, p.value())
		case p.accept("/"):
			v = new(big.Rat).Quo(v, p.value())
		default:
			return v
		}
	}
}

func (p *reader) value() *big.Rat {
	t := p.next()
	p.at++
	switch t {
	case "(":
		v := p.sum()
		p.expect(")")
		return v
	case "max", "min", "ceil", "floor":
		p.expect("(")
		args := []*big.Rat{p.sum()}
		for p.accept(",") {
			args = append(args, p.sum())
		}
		p.expect(")")
		return apply(t, args)
	}
	v, ok := new(big.Rat).SetString(t)
	if !ok {
		panic(fmt.Sprintf("%q is not a number", t))
	}
	return v
}

func (p *reader) expect(t string) {
	if !p.accept(t) {
		panic(fmt.Sprintf("%q where %q is needed", p.next(), t))
	}
}

func apply(f string, args []*big.Rat) *big.Rat {
	switch f {
	case "ceil":
		return reckon.Ceil(args[0])
	case "floor":
		return reckon.Floor(args[0])
	}
	best := args[0]
	for _, a := range args[1:] {
		if (a.Cmp(best) > 0) == (f == "max") {
			best = a
		}
	}
	return best
}
