package remedy_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/remedy"
	"github.com/trueup-dev/trueup/remediation"
	"github.com/trueup-dev/trueup/remediation/execution"
)

// ways are the kinds of step by which each gap of the company is closed at least cost.
var ways = map[string]remediation.Kind{
	"acme/cad|generic.device":            remediation.Reclaim,
	"acme/mail|generic.user":             remediation.Buy,
	"acme/chat|generic.user":             remediation.Reclaim,
	"acme/base|oracle.processor.virtual": remediation.Pin,
	"acme/draw|generic.device":           remediation.Downgrade,
	"acme/calc|generic.device":           remediation.Renew,
	"acme/plan|generic.device":           remediation.Reallocate,
	"acme/spare|generic.device":          remediation.Remove,
	"acme/term|generic.device":           remediation.Renew,
	"acme/write|generic.user":            remediation.Cover,
}

// finish carries a case out to its end: connectors do what they can, people the rest, and
// time passes between.
func (s *scene) finish(c remedy.Case) execution.State {
	s.t.Helper()
	confirmed := map[string]bool{}
	var res execution.Result
	for range 40 {
		var err error
		res, err = s.desk.Execute(s.t.Context(), s.execution(c))
		require.NoError(s.t, err)
		if res.State.Status == execution.Over {
			return res.State
		}
		open, err := s.desk.Case(s.t.Context(), c.Case)
		require.NoError(s.t, err)
		for _, task := range open.Tasks {
			if confirmed[task.Key] {
				continue
			}
			confirmed[task.Key] = true
			s.done(task.Action)
			require.NoError(s.t, s.desk.Confirm(s.t.Context(), remedy.Confirmation{Case: c.Case, Key: task.Key, By: "operator", Reference: "order " + task.Key, At: s.now}))
		}
		if res.Next.After(s.now) {
			s.now = res.Next
		}
		s.open()
	}
	require.Equal(s.t, execution.Over, res.State.Status)
	return res.State
}

func kindsOf(p *remediation.Plan) map[string]map[remediation.Kind]bool {
	out := map[string]map[remediation.Kind]bool{}
	for _, st := range p.Steps {
		if out[st.Position] == nil {
			out[st.Position] = map[remediation.Kind]bool{}
		}
		out[st.Position][st.Kind] = true
	}
	return out
}

// Gaps of every kind are found, closed by what the connector and people did, and seen to be
// closed: no finding is left and there is nothing to plan.
func TestGapsOfEveryKindAreClosed(t *testing.T) {
	s := newCompany(t, 1, nil)
	rep := s.run()
	require.Len(t, rep.Findings, len(ways))
	require.NotNil(t, rep.Plan)
	assert.True(t, rep.Plan.Exact)
	assert.True(t, rep.Plan.Closed(), rep.Plan.Text())
	kinds := kindsOf(rep.Plan)
	for key, kind := range ways {
		assert.Equal(t, map[remediation.Kind]bool{kind: true}, kinds[key], key)
	}
	c := s.approved(rep.Plan)
	state := s.finish(c)
	for _, st := range state.Steps {
		assert.Equal(t, execution.Done, st.Outcome(), "%+v", st)
	}
	rep = s.later()
	assert.Empty(t, rep.Findings)
	assert.Nil(t, rep.Plan, "nothing is left to plan")
	verified, err := s.desk.Settle(t.Context(), rep)
	require.NoError(t, err)
	require.Len(t, verified, 1)
	for _, st := range verified[0].Report.Steps {
		assert.Equal(t, "pass", st.Criterion.Verdict.String(), "%s: %v", st.Step, st.Criterion.Missing)
	}
	assert.True(t, verified[0].Report.Verified)
}

// later judges the company an hour after.
func (s *scene) later() *playbook.Report {
	s.now = s.now.Add(time.Hour)
	s.open()
	return s.run()
}

// With three of nine rows refused or broken off nothing is done twice, what is told is what
// happened, and a second plan holds only what is left.
func TestGapsAreClosedThroughMishaps(t *testing.T) {
	s := newCompany(t, 3, map[string]string{"ws-06/Acme Cad": "refuses", "u-07/Acme Chat": "dies before", "odd-2/Acme Spare": "dies after"})
	plan := s.run().Plan
	c := s.approved(plan)
	state := s.finish(c)
	after, count := s.company(), map[execution.Outcome]int{}
	there := map[string]bool{}
	for _, x := range after.Installs {
		there[string(x.Device)+"/"+x.Title.Name] = true
	}
	for _, x := range after.Seats {
		there[string(x.User)+"/"+x.Title.Name] = true
	}
	for i, st := range state.Steps {
		a := plan.Steps[i].Actions[0]
		count[st.Outcome()]++
		if a.Verb == remediation.Uninstall || a.Verb == remediation.Unassign {
			row := string(a.Device) + "/" + a.Title.Name
			if a.Verb == remediation.Unassign {
				row = string(a.User) + "/" + a.Title.Name
			}
			assert.Equal(t, st.Outcome() == execution.Done, !there[row], "%s is told to be %s", row, st.Outcome())
		}
	}
	for row, n := range after.Changed {
		assert.Equal(t, 1, n, row)
	}
	assert.Equal(t, map[execution.Outcome]int{execution.Done: len(plan.Steps) - 1, execution.Failed: 1}, count, "a refusal is final, and all else is done")
	assert.Equal(t, 2, after.Asked["u-07/Acme Chat"], "what broke off before it acted is tried again")
	assert.Equal(t, 1, after.Asked["odd-2/Acme Spare"], "what broke off after it had acted is read back")
	rep := s.later()
	require.NotNil(t, rep.Plan)
	for _, st := range rep.Plan.Steps {
		for _, a := range st.Actions {
			assert.Zero(t, after.Changed[string(a.Device)+string(a.User)+"/"+a.Title.Name])
		}
		assert.Equal(t, "acme/cad|generic.device", st.Position, "the rest is closed")
	}
}
