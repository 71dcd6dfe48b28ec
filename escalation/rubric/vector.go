package rubric

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// prefix begins every vector; unanswered is the key of a factor without answer.
const (
	prefix     = "TU"
	unanswered = "X"
)

// vector renders answers as TU:1/E:H/T:M: the rubric's version, then each
// factor in order with the key of its level.
func (r *Rubric) vector(a Answers) string {
	var b strings.Builder
	b.WriteString(prefix)
	b.WriteByte(':')
	b.WriteString(strconv.Itoa(r.version))
	for i := range r.factors {
		b.WriteByte('/')
		b.WriteString(r.factors[i].key)
		b.WriteByte(':')
		if r.answered(a, i) {
			b.WriteString(r.factors[i].keys[a[i]-1])
		} else {
			b.WriteString(unanswered)
		}
	}
	return b.String()
}

// The errors of reading a vector work with errors.Is. ErrVersion means that the
// vector is of another version of the rubric: find the playbook of its time in
// evidence. ErrVector means that it is no vector of this rubric at all.
var (
	ErrVector  = errors.New("not a vector of this rubric")
	ErrVersion = errors.New("vector of another version of the rubric")
)

// Parse reads a vector as [Severity.Vector] prints it: every factor, in order.
func (r *Rubric) Parse(vector string) (Answers, error) {
	parts := strings.Split(vector, "/")
	version, ok := strings.CutPrefix(parts[0], prefix+":")
	switch v, err := strconv.Atoi(version); {
	case !ok || err != nil || strconv.Itoa(v) != version:
		return Answers{}, fmt.Errorf("vector %q does not begin with %s:%d: %w", vector, prefix, r.version, ErrVector)
	case v != r.version:
		return Answers{}, fmt.Errorf("vector %q is of version %d, rubric %q is at %d: %w", vector, v, r.name, r.version, ErrVersion)
	}
	if len(parts)-1 != len(r.factors) {
		return Answers{}, fmt.Errorf("vector %q has %d factors, rubric %q has %d: %w", vector, len(parts)-1, r.name, len(r.factors), ErrVector)
	}
	var a Answers
	for i, part := range parts[1:] {
		f := &r.factors[i]
		key, level, _ := strings.Cut(part, ":")
		switch at := slices.Index(f.keys, level); {
		case key != f.key:
			return Answers{}, fmt.Errorf("vector %q has %q where %s:… of factor %q belongs: %w", vector, part, f.key, f.name, ErrVector)
		case at >= 0:
			a[i] = Level(at + 1)
		case level != unanswered:
			return Answers{}, fmt.Errorf("vector %q: factor %q has no level %q; known are %s and %s: %w", vector, f.name, level, strings.Join(f.keys, ", "), unanswered, ErrVector)
		}
	}
	return a, nil
}
