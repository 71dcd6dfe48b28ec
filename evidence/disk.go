package evidence

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/trueup-dev/trueup/evidence/internal/format"
)

// disk is what a Log needs of a folder. It is an interface so that a test can let
// each operation fail in turn.
type disk interface {
	open(name string, flag int) (file, error)
	rename(from, to string) error
	remove(name string) error
	mkdirAll(name string) error
	readDir(name string) ([]string, error)
	syncDir(name string) error
}

type file interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	size() (int64, error)
	truncate(size int64) error
	sync() error
}

// osDisk is a folder of the operating system.
type osDisk string

func (d osDisk) path(name string) string { return filepath.Join(string(d), filepath.FromSlash(name)) }

func (d osDisk) open(name string, flag int) (file, error) {
	f, err := os.OpenFile(d.path(name), flag, 0o644)
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

func (d osDisk) rename(from, to string) error { return os.Rename(d.path(from), d.path(to)) }
func (d osDisk) remove(name string) error     { return os.Remove(d.path(name)) }
func (d osDisk) mkdirAll(name string) error   { return os.MkdirAll(d.path(name), 0o755) }

func (d osDisk) readDir(name string) ([]string, error) {
	entries, err := os.ReadDir(d.path(name))
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, err
}

func (d osDisk) syncDir(name string) error {
	f, err := os.Open(d.path(name))
	if err != nil {
		return err
	}
	return errors.Join(syncDirectory(f), f.Close())
}

type osFile struct{ *os.File }

func (f osFile) size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (f osFile) truncate(size int64) error { return f.Truncate(size) }
func (f osFile) sync() error               { return syncData(f.File) }

// readFile is the whole content of a file.
func readFile(d disk, name string) ([]byte, error) {
	f, err := d.open(name, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	n, err := f.size()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	b := make([]byte, n)
	if _, err := f.ReadAt(b, 0); err != nil && n > 0 {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, err), f.Close())
	}
	return b, f.Close()
}

// replaceFile makes content the durable content of the file, whole or not at
// all, once its folder is synced too. The temporary file lies at the top of the
// log folder, where removeTemps finds it after a crash.
func replaceFile(d disk, name string, content []byte) error {
	temp := strings.ReplaceAll(name, "/", "-") + format.TempSuffix
	f, err := d.open(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(content, 0)
	if err == nil {
		err = f.sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, ignoreMissing(d.remove(temp)))
	}
	return d.rename(temp, name)
}

func removeTemps(d disk) error {
	names, err := d.readDir(".")
	if err != nil {
		return err
	}
	for _, name := range names {
		if strings.HasSuffix(name, format.TempSuffix) {
			if err := d.remove(name); err != nil {
				return err
			}
		}
	}
	return nil
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
