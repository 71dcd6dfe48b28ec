package collect_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/host"
	"github.com/trueup-dev/trueup/connectors/sdk"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/collect"
)

// runVar names the folder of a run in a process of its own, which a test kills.
const runVar = "TRUEUP_TEST_RUN"

const stepCount = 400

// steps writes installs one by one, each with a checkpoint, from a checkpoint on. While
// the file held is there it stops in the middle, until it is ended.
func steps(ctx context.Context, held string, req sdk.Request, to *sdk.Writer) error {
	from := 0
	if len(req.Cursor) > 0 {
		var err error
		if from, err = strconv.Atoi(string(req.Cursor)); err != nil {
			return &connectors.Error{Kind: connectors.BadCursor, Err: err}
		}
	}
	for i := from; i < stepCount; i++ {
		if err := to.Install(compliance.Install{Device: "d", Title: catalog.Title{Name: fmt.Sprint("product ", i)}}); err != nil {
			return err
		}
		if err := to.Checkpoint(fmt.Append(nil, i+1)); err != nil {
			return err
		}
		if i+1 < stepCount/2 {
			continue
		}
		if _, err := os.Stat(held); err == nil {
			<-ctx.Done()
			return ctx.Err()
		}
	}
	return to.Complete("", fmt.Append(nil, stepCount))
}

// gather collects with what dir holds: the playbook, the binaries, the state.
func gather(ctx context.Context, dir string, cfg host.Config) (playbook.Facts, error) {
	p, err := playbook.Load(filepath.Join(dir, "p.yaml"))
	if err != nil {
		return playbook.Facts{}, err
	}
	if cfg.RunDir, err = os.MkdirTemp("", "tu"); err != nil {
		return playbook.Facts{}, err
	}
	defer func() { _ = os.RemoveAll(cfg.RunDir) }()
	h, err := host.Open(ctx, cfg)
	if err != nil {
		return playbook.Facts{}, err
	}
	defer func() { _ = h.Close(context.WithoutCancel(ctx)) }()
	return collect.Estate(ctx, h, p, time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC), collect.Options{Dir: filepath.Join(dir, "bin"), Base: dir})
}

func runApart(dir string) {
	if _, err := gather(context.Background(), dir, host.Config{AllowUnpinned: true, StateDir: filepath.Join(dir, "state")}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// place makes the folder of a run.
func place(t *testing.T, mode string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.Rename(binaries(t), filepath.Join(dir, "bin")))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "p.yaml"), fmt.Appendf(nil, book, mode, ""), 0o600))
	return dir
}

func installs(e *compliance.Estate) []string {
	var out []string
	for i := range e.Installs() {
		out = append(out, i.Title.Name)
	}
	slices.Sort(out)
	return out
}

// Killed in the middle and run again, a run goes on where it was, and the estate
// is that of one which nothing disturbed.
func TestKilledRunResumes(t *testing.T) {
	held := filepath.Join(t.TempDir(), "held")
	require.NoError(t, os.WriteFile(held, nil, 0o600))
	dir := place(t, "steps "+held)
	cmd := exec.Command(os.Args[0])
	cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), runVar+"="+dir), io.Discard, io.Discard
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool {
		info, err := os.Stat(filepath.Join(dir, "state", "source-bad", "next"))
		return err == nil && info.Size() > 0
	}, 30*time.Second, time.Millisecond, "nothing was committed")
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()
	require.NoError(t, os.Remove(held))

	resumed, err := gather(t.Context(), dir, host.Config{AllowUnpinned: true, StateDir: filepath.Join(dir, "state")})
	require.NoError(t, err)
	whole, err := gather(t.Context(), dir, host.Config{AllowUnpinned: true})
	require.NoError(t, err)
	for _, c := range append(resumed.Collections, whole.Collections...) {
		require.Empty(t, c.Failure)
	}
	assert.Equal(t, installs(whole.Estate), installs(resumed.Estate))
	assert.Len(t, installs(whole.Estate), stepCount+1, "those of the good source too")
	read := resumed.Collections[1].Rows["install"]
	assert.Positive(t, read)
	assert.Less(t, read, int64(stepCount), "what was committed was read again")

	again, err := gather(t.Context(), dir, host.Config{AllowUnpinned: true, StateDir: filepath.Join(dir, "state")})
	require.NoError(t, err)
	assert.Zero(t, again.Collections[1].Rows["install"], "nothing has changed")
	assert.Equal(t, installs(whole.Estate), installs(again.Estate))
}
