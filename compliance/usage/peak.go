package usage

import "time"

// Peak is the highest number of licences in use at once within a span.
type Peak struct {
	// AtMost is the peak when every checkout lasted as long as it may have, and
	// nil where no bound is known, as for a status output, which sees one instant.
	AtMost *int64
	// AtLeast is the peak when every checkout lasted only as long as is sure.
	AtLeast int64
	// Spans are all the maximal stretches of time at which the count is AtMost,
	// in order; without AtMost, the instants at which AtLeast was read. Empty where
	// nothing was in use or the instant is not known.
	Spans []Span
	// Sure are the stretches at which the sure count is AtLeast. Equal to Spans
	// where nothing is in doubt.
	Sure []Span
	// Holders are who held the licences at the start of the first of Spans.
	Holders []Holder
}

// Exact reports whether the peak is one number.
func (p Peak) Exact() bool { return p.AtMost != nil && *p.AtMost == p.AtLeast }

// Peak finds the peak within the span, with every stretch of it.
func (t *Timeline) Peak(within Span) Peak {
	within = clip(within)
	most, spans := t.most.peak(within)
	p := Peak{AtMost: &most, AtLeast: most, Spans: spans, Sure: spans}
	if !t.exact() {
		p.AtLeast, p.Sure = t.least.peak(within)
	}
	if len(spans) > 0 {
		p.Holders = t.Holders(spans[0].From)
	}
	return p
}

// exact reports whether the two step functions are one.
func (t *Timeline) exact() bool {
	return len(t.most.at) == len(t.least.at) &&
		(len(t.most.at) == 0 || &t.most.at[0] == &t.least.at[0])
}

func (s steps) peak(within Span) (int64, []Span) {
	var most int64
	var spans []Span
	zone := within.From.Location()
	s.pieces(within.From.UnixNano(), within.To.UnixNano(), func(from, to, n int64) {
		if n == 0 || n < most {
			return
		}
		if n > most {
			most, spans = n, spans[:0]
		}
		spans = append(spans, Span{time.Unix(0, from).In(zone), time.Unix(0, to).In(zone)})
	})
	return most, spans
}

// clip brings a span within the years that can be counted.
func clip(s Span) Span {
	if s.From.Before(earliest) {
		s.From = earliest.In(s.From.Location())
	}
	if s.To.After(latest) {
		s.To = latest.In(s.To.Location())
	}
	if s.To.Before(s.From) {
		s.To = s.From
	}
	return s
}
