package route

import (
	"strconv"
	"strings"
)

// Route is where a finding goes. It is immutable; what the document left out
// has been filled in from the routes above it.
type Route struct {
	Name string
	// Path are the names from the root down to this route.
	Path         []string
	Owner        string
	Participants []string
	// Chain names the stages of escalation.
	Chain string
	// GroupBy names the fields whose values notices are put together by.
	GroupBy []string

	groupBy []field
}

// Group is the key under which notices of this route are put together. It holds
// the route's name, so two routes never swallow each other's notices, and spells
// out the values; a field that is not known is a group of its own.
func (r *Route) Group(s *Subject) string {
	var b strings.Builder
	b.WriteString(r.Name)
	b.WriteByte('{')
	for i, f := range r.groupBy {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(fieldNames[f])
		if v := s.get(f); v != "" {
			b.WriteByte('=')
			b.WriteString(strconv.Quote(v))
		} else {
			b.WriteByte('?')
		}
	}
	b.WriteByte('}')
	return b.String()
}
