package route

import (
	"fmt"
	"strings"
)

// Matcher is a set of fields and the values that they must have. The zero
// Matcher matches everything.
type Matcher struct{ pairs []pair }

// Add wants a field to have a value. It is an error when a finding has no such
// field, or when the value is empty, since what is not known matches nothing.
func (m *Matcher) Add(name, value string) error {
	f, ok := fieldNamed(name)
	switch {
	case !ok:
		return fmt.Errorf("a finding has no field %q; known are %s", name, strings.Join(fieldNames[:], ", "))
	case value == "":
		return fmt.Errorf("match on %s is empty; what is not known matches nothing", name)
	}
	m.pairs = append(m.pairs, pair{f, value})
	return nil
}

// Matches says whether a subject has all the values.
func (m *Matcher) Matches(s *Subject) bool {
	for i := range m.pairs {
		if s.get(m.pairs[i].field) != m.pairs[i].value {
			return false
		}
	}
	return true
}

// IsField says whether a finding has a field of that name.
func IsField(name string) bool {
	_, ok := fieldNamed(name)
	return ok
}

// Key is the same for subjects with the same values in the fields named, and
// false when the subject lacks one of them: what is missing equals nothing.
func Key(s *Subject, fields []string) (string, bool) {
	var b strings.Builder
	for _, name := range fields {
		f, ok := fieldNamed(name)
		if !ok || s.get(f) == "" {
			return "", false
		}
		b.WriteString(s.get(f))
		b.WriteByte(0)
	}
	return b.String(), true
}
