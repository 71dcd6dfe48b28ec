package host

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/trueup-dev/trueup/connectors"
)

// binaries are the private copies that a host runs, one for each content.
type binaries struct {
	dir           string
	allowUnpinned bool

	mu     sync.Mutex
	copies map[string]string // checksum to path
}

// private copies a binary, checks the copy and gives its path. What was copied
// is what was hashed is what runs: a file that changes in between is of no
// consequence.
func (b *binaries) private(path, pinned string) (copied, sum string, err error) {
	want, err := b.wanted(pinned)
	if err != nil {
		return "", "", err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if have, ok := b.copies[want]; ok {
		return have, want, nil
	}
	temporary := filepath.Join(b.dir, "incoming")
	sum, err = copyHashed(path, temporary)
	if err == nil && want != "" && sum != want {
		err = &connectors.Error{Kind: connectors.ChecksumMismatch, Err: fmt.Errorf("%s has SHA-256 %s, pinned is %s", path, sum, want)}
	}
	if err != nil {
		_ = os.Remove(temporary)
		return "", sum, err
	}
	copied = filepath.Join(b.dir, sum[:16])
	if err := os.Rename(temporary, copied); err != nil {
		return "", sum, startFailed(err)
	}
	b.copies[sum] = copied
	return copied, sum, nil
}

func (b *binaries) wanted(pinned string) (string, error) {
	if pinned == "" && !b.allowUnpinned {
		return "", &connectors.Error{Kind: connectors.Unpinned, Err: errors.New("the source names no SHA-256 of its connector")}
	}
	want := strings.ToLower(pinned)
	if raw, err := hex.DecodeString(want); want != "" && (err != nil || len(raw) != sha256.Size) {
		return "", &connectors.Error{Kind: connectors.BadConfig, Err: fmt.Errorf("%q is not a SHA-256 in hexadecimal", pinned)}
	}
	return want, nil
}

// copyHashed copies a file into one that only its owner can run and nobody can
// write, and gives the checksum of what was written.
func copyHashed(from, to string) (string, error) {
	src, err := os.Open(from)
	if err != nil {
		return "", startFailed(err)
	}
	defer func() { _ = src.Close() }()
	if info, err := src.Stat(); err != nil || !info.Mode().IsRegular() {
		return "", startFailed(fmt.Errorf("%s is not a regular file", from))
	}
	// A process forked while the copy is open for writing would inherit it, and
	// running the copy would then fail as "text file busy". Forks wait.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	dst, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o500)
	if err != nil {
		return "", startFailed(err)
	}
	h := sha256.New()
	_, err = io.Copy(io.MultiWriter(dst, h), src)
	if err = errors.Join(err, dst.Close()); err != nil {
		return "", startFailed(err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func startFailed(err error) error {
	return &connectors.Error{Kind: connectors.StartFailed, Err: err}
}

func hashOf(r io.Reader) (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return "", fmt.Errorf("host: checksum: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
