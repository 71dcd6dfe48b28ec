package escalation

import (
	"slices"

	"github.com/trueup-dev/trueup/escalation/lifecycle"
)

// begin starts a stage, or the first one after it that somebody is on duty for.
// Each that is passed over leaves an Uncovered event. When none is left the
// stages begin again, as often as the plan says, and then the fallback is told.
func (s *session) begin(index, round int) {
	cal, err := s.calendar(s.c.Plan.Calendar)
	if err != nil {
		s.err = err
		return
	}
	for ; index < len(s.c.Plan.Stages); index++ {
		st := s.c.Plan.Stages[index]
		run := StageRun{Index: index, Round: round, Name: st.Name}
		for _, name := range st.Tell {
			for _, person := range s.dir.OnDuty(s.ownerFor(name), s.now, cal) {
				if !slices.Contains(run.People, person) && !s.c.isSupplier(person) {
					run.People = append(run.People, person)
				}
			}
		}
		if len(run.People) == 0 {
			s.emit(Event{Kind: Uncovered, Stage: &run})
			continue
		}
		run.Until = s.start(cal, st.Wait)
		s.emit(Event{Kind: Staged, Stage: &run, Tell: s.tell("stage", run.People...)})
		return
	}
	s.exhaust(round)
}

// ownerFor is the present owner where the plan names the one it began with.
func (s *session) ownerFor(name string) string {
	if name == s.c.Plan.Owner && s.c.Owner != "" {
		return s.c.Owner
	}
	return name
}

// exhaust ends a round: the stages wait to begin again, or the fallback is told.
func (s *session) exhaust(round int) {
	plan := s.c.Plan
	if round < plan.Repeat && s.c.Stage.Name != waiting {
		cal, err := s.calendar(plan.Calendar)
		if err != nil {
			s.err = err
			return
		}
		s.emit(Event{Kind: Staged, Stage: &StageRun{
			Index: len(plan.Stages), Round: round, Name: waiting, Until: s.start(cal, plan.RepeatAfter),
		}})
		return
	}
	s.emit(Event{Kind: Exhausted, Tell: s.tell("exhausted", plan.Fallback...)})
}

// waiting is the name of the pause between two rounds.
const waiting = "(waiting to begin again)"

// advance goes on from the present stage.
func (s *session) advance() {
	run := s.c.Stage
	if run.Index >= len(s.c.Plan.Stages) {
		s.begin(0, run.Round+1)
		return
	}
	s.begin(run.Index+1, run.Round)
}

// escalating says whether stages follow each other: somebody must still take
// the case, and the fallback has not been told.
func (c Case) escalating() bool {
	return c.State == lifecycle.Assigned && !c.Exhausted && !c.Stage.Until.IsZero()
}
