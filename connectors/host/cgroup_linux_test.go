package host

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// files makes a folder as the kernel shows one.
func files(t *testing.T, content map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range content {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

func anything(string) bool { return true }

func content(t *testing.T, parts ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(parts...))
	require.NoError(t, err)
	return string(text)
}

// In a folder of version 2 each process gets a group with its bound, is in it, and
// is ended through it.
func TestCgroupVersion2(t *testing.T) {
	root := files(t, map[string]string{"cgroup.controllers": "cpuset cpu memory pids\n", "cgroup.subtree_control": "\n"})
	g, err := openCgroups(root, "trueup-h1", anything)
	require.NoError(t, err)
	assert.Equal(t, "+memory", content(t, root, "cgroup.subtree_control"), "asked for below the root")
	assert.Equal(t, "+memory", content(t, root, "trueup-h1", "cgroup.subtree_control"), "and below the host's folder")

	cmd := exec.Command("sleep", "60")
	require.NoError(t, cmd.Start())
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	c, err := g.enter(cmd.Process.Pid, 1<<30)
	require.NoError(t, err)
	pid := strconv.Itoa(cmd.Process.Pid)
	assert.Equal(t, "1073741824", content(t, c.dir, "memory.max"))
	assert.Equal(t, pid, content(t, c.dir, "cgroup.procs"))
	assert.False(t, c.starved())
	require.NoError(t, os.WriteFile(filepath.Join(c.dir, "memory.events"), []byte("low 0\noom 1\noom_kill 1\n"), 0o600))
	assert.True(t, c.starved())
	require.Error(t, c.end(), "a folder that is not the kernel's keeps its files, and this is said")
	assert.Equal(t, "1", content(t, c.dir, "cgroup.kill"))
}

// Whatever is missing, the level is not claimed, and the reason is given.
func TestCgroupNotReached(t *testing.T) {
	version1 := files(t, map[string]string{"memory.limit_in_bytes": "9223372036854771712\n"})
	require.NoError(t, os.Mkdir(filepath.Join(version1, "memory"), 0o700))
	bare := files(t, map[string]string{"cgroup.controllers": "cpu pids\n", "cgroup.subtree_control": ""})
	refuses := files(t, map[string]string{"cgroup.controllers": "memory\n"})
	require.NoError(t, os.Mkdir(filepath.Join(refuses, "cgroup.subtree_control"), 0o700)) // cannot be written by anyone
	taken := files(t, map[string]string{"cgroup.controllers": "memory\n", "cgroup.subtree_control": "memory\n", "trueup-h1": ""})
	for _, c := range []struct {
		name, root string
		version2   func(string) bool
		want       string
	}{
		{"version 1 by what the kernel says", version1, isCgroup2, "is no cgroup of version 2"},
		{"version 1 by its files", version1, anything, "is no cgroup of version 2"},
		{"nothing there", filepath.Join(version1, "nowhere"), isCgroup2, "is no cgroup of version 2"},
		{"no controller of memory", bare, anything, `has no controller of memory, but "cpu pids"`},
		{"not delegated", refuses, anything, "memory cannot be bounded below " + refuses},
		{"nothing can be made", taken, anything, "nothing can be made in " + taken},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, err := openCgroups(c.root, "trueup-h1", c.version2)
			require.ErrorContains(t, err, c.want)
			assert.Nil(t, g)
		})
	}
}

// A host says what it reached: nothing where it was not asked to, the reason where
// it could not, and on this machine what this machine can.
func TestCgroupIsReportedTruthfully(t *testing.T) {
	for root, want := range map[string]string{"": "", t.TempDir(): "is no cgroup of version 2", "/sys/fs/cgroup": ""} {
		h, err := Open(t.Context(), Config{Cgroup: root, RunDir: t.TempDir()})
		require.NoError(t, err)
		got := h.Confinement()
		assert.Contains(t, got.NoGroup, want)
		switch {
		case root == "":
			assert.False(t, got.Group || got.NoGroup != "")
		case got.Group:
			assert.True(t, isCgroup2(root), "claimed where the kernel has none")
			assert.Contains(t, got.String(), "in a cgroup of its own")
		default:
			assert.NotEmpty(t, got.NoGroup)
			assert.NotContains(t, got.String(), "cgroup")
		}
		require.NoError(t, h.Close(t.Context()))
	}
}

// On a machine that has version 2, and a folder that may be divided, a process is
// really in its group and is ended with it though it left its process group.
func TestCgroupOfTheKernel(t *testing.T) {
	for _, root := range []string{"/sys/fs/cgroup", "/sys/fs/cgroup/unified"} {
		if !isCgroup2(root) {
			continue
		}
		dir := filepath.Join(root, "trueup-test-"+strconv.Itoa(os.Getpid()))
		if err := os.Mkdir(dir, 0o700); err != nil {
			continue
		}
		g := &cgroups{dir}
		cmd := exec.Command("sleep", "60")
		require.NoError(t, cmd.Start())
		c := &cgroup{filepath.Join(dir, "p")}
		require.NoError(t, os.Mkdir(c.dir, 0o700))
		require.NoError(t, write(filepath.Join(c.dir, "cgroup.procs"), strconv.Itoa(cmd.Process.Pid)))
		assert.Equal(t, strconv.Itoa(cmd.Process.Pid)+"\n", content(t, c.dir, "cgroup.procs"))
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		require.NoError(t, c.end())
		assert.ErrorContains(t, <-ended, "killed")
		require.NoError(t, g.close())
	}
}
