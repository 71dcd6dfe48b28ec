//go:build unix

package tracker

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// site keeps everything of a Request Tracker in one folder. Every request with a
// password costs one bcrypt, and the cost that is usual takes half a second and more.
const site = `Set($rtname, 'desk.example.org');
Set($Organization, 'example.org');
Set($WebDomain, '127.0.0.1');
Set($WebPort, %[2]d);
Set($WebPath, '');
Set($DatabaseType, 'SQLite');
Set($DatabaseName, '%[1]s/rtdb');
Set($DatabaseUser, '');
Set($DatabasePassword, '');
Set($BcryptCost, 4);
Set($LogToSyslog, undef);
Set($LogToFile, undef);
Set($LogToSTDERR, 'warning');
Set($MailCommand, 'testfile');
Set($MasonDataDir, '%[1]s/mason');
Set($MasonSessionDir, '%[1]s/session');
1;
`

// Password is the one that Request Tracker gives its first user, root.
const Password = "password"

// Start starts a Request Tracker and gives its address. Where none is installed it
// skips the test, or fails it if CI is set.
func Start(t testing.TB) string {
	t.Helper()
	const program = "/usr/share/request-tracker5/libexec/rt-server"
	if _, err := os.Stat(program); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("no Request Tracker: install request-tracker5, rt5-db-sqlite and rt5-standalone")
		}
		t.Skip("no Request Tracker")
	}
	dir := t.TempDir()
	for _, name := range []string{"mason", "session", "snippets"} {
		require.NoError(t, os.Mkdir(filepath.Join(dir, name), 0o700))
	}
	port := freePort(t)
	config := filepath.Join(dir, "RT_SiteConfig.pm")
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, site, dir, port), 0o600))
	env := append(os.Environ(), "RT_SITE_CONFIG="+config, "RT_SITE_CONFIG_DIR="+filepath.Join(dir, "snippets"), "TMPDIR="+dir)
	setup := exec.Command("/usr/sbin/rt-setup-database-5", "--action", "init", "--skip-create", "--dba", "", "--dba-password", "")
	setup.Env = env
	out, err := setup.CombinedOutput()
	require.NoError(t, err, "%s", out)
	server := exec.Command(program, "--port", fmt.Sprint(port), "--host", "127.0.0.1")
	var output bytes.Buffer
	server.Env, server.Stdout, server.Stderr = env, &output, &output
	server.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // it has a worker
	require.NoError(t, server.Start())
	ended := make(chan struct{})
	go func() { _ = server.Wait(); close(ended) }()
	t.Cleanup(func() {
		_ = syscall.Kill(-server.Process.Pid, syscall.SIGKILL)
		<-ended
	})
	address := fmt.Sprintf("http://127.0.0.1:%d", port)
	require.Eventually(t, func() bool {
		select {
		case <-ended:
			t.Errorf("Request Tracker ended: %s", &output)
			return true
		default:
		}
		resp, err := http.Get(address + "/REST/2.0/rt")
		if err != nil {
			return false
		}
		return resp.Body.Close() == nil && resp.StatusCode == http.StatusUnauthorized
	}, time.Minute, 50*time.Millisecond)
	return address
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	return l.Addr().(*net.TCPAddr).Port
}
