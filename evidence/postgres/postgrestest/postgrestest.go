// Package postgrestest starts a real PostgreSQL for tests: a cluster of its own in
// a temporary folder, on a loopback port, with fsync on. It uses the newest server
// under /usr/lib/postgresql, where Debian's packages install it, and runs it as
// the user postgres when the tests run as root, which PostgreSQL refuses.
package postgrestest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Server is a running server.
type Server struct {
	bin, dir string
	port     int
	cred     *syscall.Credential
	cmd      *exec.Cmd
	output   bytes.Buffer
}

// Start starts a server that ends with the test. Where none is installed it skips
// the test, or fails it if CI is set.
func Start(t testing.TB) *Server {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil || len(found) == 0 {
		if os.Getenv("CI") != "" {
			t.Fatal("no PostgreSQL under /usr/lib/postgresql: install the package postgresql")
		}
		t.Skip("no PostgreSQL under /usr/lib/postgresql")
	}
	slices.Sort(found)
	s := &Server{bin: filepath.Dir(found[len(found)-1])}
	if s.dir, err = os.MkdirTemp("", "trueup-postgres"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(s.dir) })
	if os.Getuid() == 0 {
		s.drop(t)
	}
	initdb := s.command("initdb", "-D", s.dir+"/db", "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8")
	if out, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	if s.port, err = freePort(); err != nil {
		t.Fatal(err)
	}
	s.Restart(t)
	t.Cleanup(s.Kill)
	return s
}

// drop makes the server run as the user postgres.
func (s *Server) drop(t testing.TB) {
	u, err := user.Lookup("postgres")
	if err != nil {
		t.Fatalf("the tests run as root, and PostgreSQL needs another user: %v", err)
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	if err1 != nil || err2 != nil {
		t.Fatalf("user postgres has the ids %s and %s", u.Uid, u.Gid)
	}
	s.cred = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	if err := os.Chown(s.dir, int(uid), int(gid)); err != nil {
		t.Fatal(err)
	}
}

func (s *Server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.Dir = s.dir
	// A group of its own, so that it can be killed with all its children.
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.cred, Setpgid: true}
	return cmd
}

// Restart starts the server after a Kill and waits until it answers.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	s.output.Reset()
	s.cmd = s.command("postgres", "-D", s.dir+"/db", "-p", strconv.Itoa(s.port),
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="+s.dir)
	s.cmd.Stdout, s.cmd.Stderr = &s.output, &s.output
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, s.URL())
		if err == nil {
			_ = conn.Close(ctx)
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			s.Kill()
			t.Fatalf("PostgreSQL does not answer: %v\n%s", err, s.output.String())
		}
	}
}

// Kill ends the server and all its processes at once, without a shutdown.
func (s *Server) Kill() {
	if s.cmd == nil {
		return
	}
	_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
	_ = s.cmd.Wait()
	s.cmd = nil
}

// URL is the connection string of the database postgres.
func (s *Server) URL() string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", s.port)
}

// Dir is the folder that holds the cluster, with its write-ahead log.
func (s *Server) Dir() string { return s.dir }

// Backup is a dump of the database postgres, by pg_dump.
func (s *Server) Backup(t testing.TB) []byte {
	t.Helper()
	cmd := s.command("pg_dump", "-d", s.URL())
	var errors bytes.Buffer
	cmd.Stderr = &errors
	dump, err := cmd.Output()
	if err != nil {
		t.Fatalf("pg_dump: %v\n%s", err, errors.String())
	}
	return dump
}

// Restore loads a dump into a database of this name, which must not be there, and
// returns its connection string.
func (s *Server) Restore(t testing.TB, name string, dump []byte) string {
	t.Helper()
	if out, err := s.command("createdb", "--maintenance-db", s.URL(), name).CombinedOutput(); err != nil {
		t.Fatalf("createdb: %v\n%s", err, out)
	}
	url := fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", s.port, name)
	cmd := s.command("psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", url)
	cmd.Stdin = bytes.NewReader(dump)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("psql: %v\n%s", err, out)
	}
	return url
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}
