package compliance

import "time"

// The doubts about a source.
const (
	DoubtFailed    = "failed"
	DoubtNeverRead = "never-read"
	DoubtStale     = "stale"
	DoubtIncoming  = "short-of-control-total"
)

// sourceStates judges every source of the estate.
func sourceStates(e *Estate, staleAfter time.Duration) []SourceState {
	installs := e.reportedBy()
	out := make([]SourceState, len(e.sources))
	for i, s := range e.sources {
		st := SourceState{Source: s, Age: age(s, e.at)}
		switch {
		case s.Failure != "":
			st.Doubt = DoubtFailed
		case s.Collected.IsZero():
			st.Doubt = DoubtNeverRead
		case s.Installs > installs[s.ID]:
			st.Doubt = DoubtIncoming
		case st.Age > staleAfter:
			st.Doubt = DoubtStale
		}
		out[i] = st
	}
	return out
}

// incomplete says whether facts of the source may be missing altogether, so that
// every count it feeds is a lower bound.
func (s SourceState) incomplete() bool {
	return s.Doubt == DoubtFailed || s.Doubt == DoubtNeverRead || s.Doubt == DoubtIncoming
}
