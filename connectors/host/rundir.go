package host

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// runDir is the folder of one host. Its lock file is locked as long as the host
// lives, so that another host can tell a folder in use from one left behind.
type runDir struct {
	path string
	lock *os.File
}

const (
	hostPrefix = "h"
	lockName   = "lock"
	// A socket's path is limited to 104 bytes on some systems. Below the run
	// folder come the host's, the connector's and what go-plugin adds.
	longestRunDir = 104 - len("/h0000000000/0000/plugin-dir0000000000/plugin0000000000")
)

// openRunDir sweeps what dead hosts left in base and makes a folder for this one.
func openRunDir(base string) (*runDir, error) {
	if base == "" {
		base = filepath.Join(os.TempDir(), fmt.Sprintf("trueup-%d", os.Getuid()))
	}
	base, err := filepath.Abs(base)
	if err != nil {
		return nil, err
	}
	if len(base) > longestRunDir {
		return nil, fmt.Errorf("%s is too long for a folder of sockets: %d bytes, at most %d", base, len(base), longestRunDir)
	}
	if err := os.MkdirAll(base, 0o700); err != nil {
		return nil, err
	}
	if err := ownedByUser(base); err != nil {
		return nil, err
	}
	// Sweeping and creating exclude each other, or a folder that is not locked
	// yet would look abandoned.
	guard, err := lockFile(filepath.Join(base, lockName), true)
	if err != nil {
		return nil, err
	}
	defer func() { _ = guard.Close() }()
	if err := sweep(base); err != nil {
		return nil, err
	}
	path, err := os.MkdirTemp(base, hostPrefix)
	if err != nil {
		return nil, err
	}
	lock, err := lockFile(filepath.Join(path, lockName), false)
	if err != nil {
		return nil, err
	}
	return &runDir{path, lock}, nil
}

// sweep removes the folders whose lock nobody holds.
func sweep(base string) error {
	entries, err := os.ReadDir(base)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), hostPrefix) {
			continue
		}
		path := filepath.Join(base, e.Name())
		lock, err := lockFile(filepath.Join(path, lockName), false)
		if errors.Is(err, errLocked) || errors.Is(err, fs.ErrPermission) {
			continue
		}
		if err != nil {
			return err
		}
		err = os.RemoveAll(path)
		if err = errors.Join(err, lock.Close()); err != nil {
			return err
		}
	}
	return nil
}

// sub makes a folder within.
func (d *runDir) sub(name string) (string, error) {
	path := filepath.Join(d.path, name)
	return path, os.Mkdir(path, 0o700)
}

func (d *runDir) close() error {
	err := os.RemoveAll(d.path)
	return errors.Join(err, d.lock.Close())
}

// errLocked means that another process holds a lock.
var errLocked = errors.New("locked by another process")
