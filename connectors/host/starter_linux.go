package host

import (
	"errors"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ownGroup puts a child at the head of a new process group, so that it and its
// children can be killed together and a terminal's interrupt does not reach it.
// The kernel kills it when the thread that started it ends.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// starter starts processes from one thread that lives as long as the host: the
// kernel's signal on a parent's death is one on the death of a thread, and what
// a thread may not do its children may not either.
type starter struct {
	jobs    chan func()
	reached Confinement
	groups  *cgroups // nil where there are none
}

func newStarter(cfg Config, writable string) (*starter, error) {
	s := &starter{jobs: make(chan func())}
	readOnly := cfg.ReadOnly
	ready := make(chan bool)
	go func() {
		// Never unlocked: the thread ends with this function.
		runtime.LockOSThread()
		ready <- readOnly && confineThread(writable) == nil
		for job := range s.jobs {
			job()
		}
	}()
	s.reached = Confinement{DiesWithHost: true, Memory: true, ReadOnly: <-ready}
	if cfg.Cgroup != "" {
		var err error
		if s.groups, err = openCgroups(cfg.Cgroup, "trueup-"+filepath.Base(writable), isCgroup2); err != nil {
			s.reached.NoGroup = err.Error()
		}
		s.reached.Group = err == nil
	}
	return s, nil
}

func (s *starter) confinement() Confinement { return s.reached }

func (s *starter) start(cmd *exec.Cmd, memory int64) (*cgroup, error) {
	result := make(chan error)
	s.jobs <- func() { result <- cmd.Start() }
	if err := <-result; err != nil {
		return nil, err
	}
	var group *cgroup
	err := bound(cmd.Process.Pid, memory)
	if err == nil && s.groups != nil {
		group, err = s.groups.enter(cmd.Process.Pid, memory)
	}
	if err != nil {
		killGroup(cmd.Process)
		_ = cmd.Wait()
	}
	return group, err
}

// bound sets the limits of a process that has just started. One that is gone
// already needs none.
func bound(pid int, memory int64) error {
	limit := unix.Rlimit{Cur: uint64(memory), Max: uint64(memory)}
	err := unix.Prlimit(pid, unix.RLIMIT_DATA, &limit, nil)
	if err == nil {
		err = unix.Prlimit(pid, unix.RLIMIT_CORE, &unix.Rlimit{}, nil) // a core file would hold secrets
	}
	if errors.Is(err, unix.ESRCH) {
		return nil
	}
	return err
}

func (s *starter) close() error {
	close(s.jobs)
	return s.groups.close()
}

// writing are the rights that Landlock takes away outside of the host's folder.
const writing = unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_REMOVE_DIR | unix.LANDLOCK_ACCESS_FS_REMOVE_FILE |
	unix.LANDLOCK_ACCESS_FS_MAKE_CHAR | unix.LANDLOCK_ACCESS_FS_MAKE_DIR | unix.LANDLOCK_ACCESS_FS_MAKE_REG |
	unix.LANDLOCK_ACCESS_FS_MAKE_SOCK | unix.LANDLOCK_ACCESS_FS_MAKE_FIFO | unix.LANDLOCK_ACCESS_FS_MAKE_BLOCK | unix.LANDLOCK_ACCESS_FS_MAKE_SYM

// confineThread lets this thread, and what it starts, write only below a folder
// and to devices.
func confineThread(writable string) error {
	handled := uint64(writing) // the first member of the kernel's structure, which is all that its first version has
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&handled)), unsafe.Sizeof(handled), 0)
	if errno != 0 {
		return errno
	}
	ruleset := int(fd)
	defer func() { _ = unix.Close(ruleset) }()
	for _, rule := range []struct {
		path   string
		rights uint64
	}{{writable, writing}, {"/dev", unix.LANDLOCK_ACCESS_FS_WRITE_FILE}} {
		if err := allowBelow(ruleset, rule.path, rule.rights); err != nil {
			return err
		}
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, fd, 0, 0); errno != 0 {
		return errno
	}
	return nil
}

func allowBelow(ruleset int, path string, rights uint64) error {
	dir, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(dir) }()
	below := unix.LandlockPathBeneathAttr{Allowed_access: rights, Parent_fd: int32(dir)}
	_, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(ruleset), unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&below)), 0, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}
