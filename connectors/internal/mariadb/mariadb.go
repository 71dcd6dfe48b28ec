// Package mariadb starts a MariaDB of its own for a test whose system keeps its data
// in one.
package mariadb

import (
	"bytes"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Server is a MariaDB whose account root needs no password.
type Server struct {
	// Socket is the path of its socket.
	Socket string
}

// Start starts a server, which ends with the test. Options are further ones of
// mariadbd; by default only the socket leads to it. Where none is installed Start skips
// the test, or fails it if CI is set.
func Start(t testing.TB, options ...string) *Server {
	t.Helper()
	program, err := exec.LookPath("mariadbd")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("no mariadbd: install mariadb-server")
		}
		t.Skip("no mariadbd")
	}
	// The path of a socket must be short, so a test's own folder will not do.
	dir, err := os.MkdirTemp("", "tu")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	account, err := user.Current()
	require.NoError(t, err)
	if account.Uid == "0" { // the server does not run as root
		account, err = user.Lookup("mysql")
		require.NoError(t, err)
		uid, err := strconv.Atoi(account.Uid)
		require.NoError(t, err)
		require.NoError(t, os.Chown(dir, uid, -1))
	}
	data := filepath.Join(dir, "db")
	out, err := exec.Command("mariadb-install-db", "--no-defaults", "--user="+account.Username, "--datadir="+data,
		"--auth-root-authentication-method=normal", "--skip-test-db").CombinedOutput()
	require.NoError(t, err, "%s", out)
	s := &Server{Socket: filepath.Join(dir, "s")}
	server := exec.Command(program, append([]string{"--no-defaults", "--user=" + account.Username, "--datadir=" + data, "--socket=" + s.Socket,
		"--skip-networking", "--pid-file=" + filepath.Join(dir, "pid"), "--innodb-buffer-pool-size=16M", "--innodb-flush-log-at-trx-commit=0"}, options...)...)
	var output bytes.Buffer
	server.Stdout, server.Stderr = &output, &output
	require.NoError(t, server.Start())
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	require.Eventually(t, func() bool { return s.client("SELECT 1").Run() == nil }, time.Minute, 50*time.Millisecond, "%s", &output)
	return s
}

func (s *Server) client(statements string) *exec.Cmd {
	cmd := exec.Command("mariadb", "--no-defaults", "--socket="+s.Socket, "--user=root", "--batch", "--skip-column-names")
	cmd.Stdin = strings.NewReader(statements)
	return cmd
}

// Run carries out statements as root and gives what they print, a row a line with tabs
// between its values.
func (s *Server) Run(t testing.TB, statements string) string {
	t.Helper()
	out, err := s.client(statements).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return string(out)
}
