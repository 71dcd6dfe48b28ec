package host

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// cgroups is a folder of a cgroup hierarchy of version 2 in which each process of a
// host gets a group of its own. A group bounds the memory of a process with all its
// children, whatever they allocate, where a limit of resources counts each of them
// and its data alone; and ending the group ends also what left the process group.
type cgroups struct{ dir string }

// openCgroups makes the host's folder in one that was delegated to it. The error
// says why that cannot be done: nothing is left behind then.
func openCgroups(root, name string, version2 func(string) bool) (*cgroups, error) {
	if !version2(root) {
		return nil, fmt.Errorf("%s is no cgroup of version 2", root)
	}
	given, err := os.ReadFile(filepath.Join(root, "cgroup.controllers"))
	if err != nil {
		return nil, fmt.Errorf("%s is no cgroup of version 2: %w", root, err)
	}
	if !lists(given, "memory") {
		return nil, fmt.Errorf("%s has no controller of memory, but %q", root, strings.TrimSpace(string(given)))
	}
	if err := control(root); err != nil {
		return nil, err
	}
	dir := filepath.Join(root, name)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, fmt.Errorf("nothing can be made in %s: %w", root, reason(err))
	}
	g := &cgroups{dir: dir}
	if err := control(dir); err != nil {
		return nil, errors.Join(err, g.close())
	}
	return g, nil
}

// isCgroup2 asks the kernel what a folder is.
func isCgroup2(path string) bool {
	var s unix.Statfs_t
	return unix.Statfs(path, &s) == nil && s.Type == unix.CGROUP2_SUPER_MAGIC
}

func lists(text []byte, controller string) bool {
	for _, name := range strings.Fields(string(text)) {
		if name == controller {
			return true
		}
	}
	return false
}

// control lets the groups below a folder bound memory.
func control(dir string) error {
	file := filepath.Join(dir, "cgroup.subtree_control")
	if on, err := os.ReadFile(file); err == nil && lists(on, "memory") {
		return nil
	}
	if err := write(file, "+memory"); err != nil {
		return fmt.Errorf("memory cannot be bounded below %s: %w", dir, reason(err))
	}
	return nil
}

// write writes to a file of the kernel's, which is there or cannot be made.
func write(file, text string) error { return os.WriteFile(file, []byte(text), 0o600) }

// reason is an error of a file without the path, which the caller names.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// cgroup is the group of one process.
type cgroup struct{ dir string }

// enter puts a process that has just started into a group of its own.
func (g *cgroups) enter(pid int, memory int64) (*cgroup, error) {
	c := &cgroup{filepath.Join(g.dir, strconv.Itoa(pid))}
	err := os.Mkdir(c.dir, 0o700)
	if err == nil {
		err = write(filepath.Join(c.dir, "memory.max"), strconv.FormatInt(memory, 10))
	}
	if err == nil {
		err = write(filepath.Join(c.dir, "cgroup.procs"), strconv.Itoa(pid))
	}
	if errors.Is(err, unix.ESRCH) {
		err = nil // gone already
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("cgroup: %w", err), c.end())
	}
	return c, nil
}

// starved reports whether the kernel ended a process of the group for its memory.
func (c *cgroup) starved() bool {
	if c == nil {
		return false
	}
	text, err := os.ReadFile(filepath.Join(c.dir, "memory.events"))
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(text)) {
		if count, ok := strings.CutPrefix(strings.TrimSpace(line), "oom_kill "); ok && count != "0" {
			return true
		}
	}
	return false
}

// end ends what is left in the group, also what left the process group, and takes
// the group away.
func (c *cgroup) end() error {
	if c == nil {
		return nil
	}
	if err := write(filepath.Join(c.dir, "cgroup.kill"), "1"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cgroup: %w", err)
	}
	return remove(c.dir)
}

func (g *cgroups) close() error {
	if g == nil {
		return nil
	}
	return remove(g.dir)
}

// remove takes a group away. It can be busy for as long as the kernel takes to let
// go of its last process.
func remove(dir string) error {
	for wait := time.Millisecond; ; wait *= 2 {
		err := unix.Rmdir(dir)
		if err == nil || errors.Is(err, unix.ENOENT) {
			return nil
		}
		if !errors.Is(err, unix.EBUSY) || wait > time.Second {
			return fmt.Errorf("cgroup: %s: %w", dir, err)
		}
		time.Sleep(wait)
	}
}
