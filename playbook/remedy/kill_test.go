package remedy_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/host"
	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/collect"
	"github.com/trueup-dev/trueup/playbook/remedy"
	"github.com/trueup-dev/trueup/remediation/execution"
)

// The environment of a process that is to be killed: the folder of its scene, that of its
// connector, the case, the instant and its name.
const (
	victimDir       = "TRUEUP_TEST_VICTIM"
	victimConnector = "TRUEUP_TEST_VICTIM_CONNECTOR"
	victimCase      = "TRUEUP_TEST_VICTIM_CASE"
	victimNow       = "TRUEUP_TEST_VICTIM_NOW"
	victimName      = "TRUEUP_TEST_VICTIM_NAME"
)

// telling says before and after each action what it is about to do and did.
type telling struct{ collect.Hands }

func (h telling) Act(ctx context.Context, s compliance.SourceID, a connectors.Action) (connectors.Effect, error) {
	fmt.Println("about to", a.Target["device"])
	effect, err := h.Hands.Act(ctx, s, a)
	fmt.Println("did", a.Target["device"], effect.Outcome, err)
	return effect, err
}

// victim carries a case out, in a process of its own.
func victim(dir string) (err error) {
	ctx := context.Background()
	at, err := time.Parse(time.RFC3339, os.Getenv(victimNow))
	if err != nil {
		return err
	}
	now := func() time.Time { return at }
	book, err := playbook.Load(filepath.Join(dir, "playbook.yaml"))
	if err != nil {
		return err
	}
	signer, err := evidence.LoadKeyFile(filepath.Join(dir, "log.key"))
	if err != nil {
		return err
	}
	log, err := evidence.Open(ctx, filepath.Join(dir, "log"), evidence.Options{Signer: signer})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	h, err := host.Open(ctx, host.Config{AllowUnpinned: true, Now: now})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close(ctx)) }()
	desk, err := remedy.Open(ctx, book, log, os.Getenv(victimName))
	if err != nil {
		return err
	}
	hands := collect.Hands{Host: h, Playbook: book, Options: collect.Options{Dir: os.Getenv(victimConnector), Base: dir}, Now: now}
	_, err = desk.Execute(ctx, remedy.Execution{Case: os.Getenv(victimCase), Executor: "operator", Hands: telling{hands}, Now: now})
	return err
}

// Processes that are killed while they act through a real connector leave a run that
// another goes on with: nothing is done twice, and everything is done.
func TestKilledProcessIsGoneOnWith(t *testing.T) {
	t.Parallel()
	s := newScene(t, 8, 4, false)
	plan := s.run().Plan
	require.Equal(t, 4, plan.Takes())
	c := s.approved(plan)
	s.now = start.AddDate(0, 0, 14)
	require.NoError(t, s.log.Close())
	self, err := os.Executable()
	require.NoError(t, err)
	for _, line := range []int{1, 2, 3} {
		cmd := exec.CommandContext(t.Context(), self)
		cmd.Env = append(os.Environ(), victimDir+"="+s.dir, victimConnector+"="+connector, victimCase+"="+c.Case, victimNow+"="+s.now.Format(time.RFC3339),
			victimName+"="+fmt.Sprint("victim ", line))
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		lines := bufio.NewScanner(out)
		for range line {
			require.True(t, lines.Scan())
		}
		require.NoError(t, cmd.Process.Kill())
		for lines.Scan() {
			assert.NotEmpty(t, lines.Text())
		}
		require.Error(t, cmd.Wait(), "it was killed")
		s.now = s.now.Add(2 * time.Minute)
	}

	s.log = nil
	s.open()
	left, err := s.desk.State(t.Context(), c.Case)
	require.NoError(t, err)
	require.Equal(t, execution.Running, left.Status, "it was killed before the end")
	res, err := s.desk.Execute(t.Context(), s.execution(c))
	require.NoError(t, err)
	require.Equal(t, execution.Over, res.State.Status)
	for _, st := range res.State.Steps {
		assert.Equal(t, execution.Done, st.Outcome())
	}
	after := s.fleet()
	assert.Len(t, after.LastUse, 4)
	assert.Len(t, after.Changed, 4)
	for id, n := range after.Changed {
		assert.Equal(t, 1, n, id)
	}
}
