package main

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// mariadb starts a server of its own, which only a socket leads to, and gives the
// address of an empty database. Where none is installed it skips the test, or fails
// it if CI is set.
func mariadb(t *testing.T) string {
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
	data, socket := filepath.Join(dir, "db"), filepath.Join(dir, "s")
	install := exec.Command("mariadb-install-db", "--no-defaults", "--user="+account.Username, "--datadir="+data,
		"--auth-root-authentication-method=normal", "--skip-test-db")
	out, err := install.CombinedOutput()
	require.NoError(t, err, "%s", out)
	server := exec.Command(program, "--no-defaults", "--user="+account.Username, "--datadir="+data, "--socket="+socket,
		"--skip-networking", "--pid-file="+filepath.Join(dir, "pid"), "--innodb-buffer-pool-size=16M")
	var output bytes.Buffer
	server.Stdout, server.Stderr = &output, &output
	require.NoError(t, server.Start())
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	root, err := sql.Open("mysql", fmt.Sprintf("root@unix(%s)/?multiStatements=true", socket))
	require.NoError(t, err)
	defer func() { require.NoError(t, root.Close()) }()
	require.Eventually(t, func() bool { return root.PingContext(t.Context()) == nil }, time.Minute, 50*time.Millisecond, "%s", &output)
	_, err = root.Exec("CREATE DATABASE assets CHARACTER SET utf8mb4; CREATE USER reader IDENTIFIED BY 'canary-password'; GRANT ALL ON assets.* TO reader; USE assets;" + schema + purchases)
	require.NoError(t, err)
	return fmt.Sprintf("reader:canary-password@unix(%s)/assets", socket)
}
