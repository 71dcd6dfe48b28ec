package ocs

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/connectors/internal/mariadb"
)

// apacheConf is a web server with nothing but what OCS needs.
const apacheConf = `
ServerRoot %[1]s
PidFile %[1]s/pid
ServerName localhost
Listen 127.0.0.1:%[2]d
User www-data
Group www-data
Mutex file:%[1]s
ErrorLog %[1]s/error.log
StartServers 1
MinSpareServers 1
MaxRequestWorkers 2
LoadModule mpm_prefork_module /usr/lib/apache2/modules/mod_mpm_prefork.so
LoadModule authn_core_module /usr/lib/apache2/modules/mod_authn_core.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule perl_module /usr/lib/apache2/modules/mod_perl.so
DocumentRoot %[1]s
Include %[1]s/ocs.conf
`

const (
	ocsConf   = "/etc/apache2/conf-available/ocsinventory-server.conf"
	ocsSchema = "/usr/share/ocsinventory-reports/files/ocsbase.sql"
)

// server is an OCS Inventory server that a test started.
type server struct {
	url string
	db  *mariadb.Server
}

// start starts an OCS Inventory server with an empty database. Where none is installed
// it skips the test, or fails it if CI is set.
func start(t *testing.T) *server {
	t.Helper()
	for _, file := range []string{ocsConf, ocsSchema, "/usr/sbin/apache2", "/usr/lib/apache2/modules/mod_perl.so", "/usr/bin/ocsinventory-agent"} {
		if _, err := os.Stat(file); err != nil || os.Getuid() != 0 {
			if os.Getenv("CI") != "" {
				t.Fatal("no OCS Inventory, or not root: install ocsinventory-server, ocsinventory-agent, libapache2-mod-perl2 and the schema of ocsinventory-reports")
			}
			t.Skip("no OCS Inventory")
		}
	}
	schema, err := os.ReadFile(ocsSchema)
	require.NoError(t, err)
	s := &server{db: mariadb.Start(t)}
	s.db.Run(t, "CREATE DATABASE ocsweb; CREATE USER ocs IDENTIFIED BY 'ocs'; GRANT ALL ON ocsweb.* TO ocs;"+
		"CREATE USER reader IDENTIFIED BY 'canary-password'; GRANT SELECT ON ocsweb.* TO reader; USE ocsweb;\n"+string(schema))
	dir := t.TempDir()
	// The server writes as another user, into a folder within folders of this one.
	for d := dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
		require.NoError(t, os.Chmod(d, 0o755))
	}
	logs := filepath.Join(dir, "logs")
	require.NoError(t, os.Mkdir(logs, 0o700))
	require.NoError(t, exec.Command("chown", "www-data", logs, filepath.Dir(s.db.Socket)).Run())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := l.Addr().(*net.TCPAddr).Port
	require.NoError(t, l.Close())
	conf, err := os.ReadFile(ocsConf)
	require.NoError(t, err)
	// What follows is the interface of an earlier time, which needs more.
	text, _, _ := strings.Cut(string(conf), "PerlModule Apache::Ocsinventory::SOAP")
	for name, value := range map[string]string{"OCS_DB_HOST": "localhost", "OCS_DB_NAME": "ocsweb", "OCS_DB_LOCAL": "ocsweb", "OCS_DB_USER": "ocs", "OCS_DB_PWD": "ocs", "OCS_OPT_LOGPATH": logs} {
		text = regexp.MustCompile(`(?m)((?:PerlSetEnv|PerlSetVar) `+name+`) .*$`).ReplaceAllString(text, `$1 "`+value+`"`)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ocs.conf"), []byte(text+"\n</IfModule>\n"), 0o600))
	file := filepath.Join(dir, "apache.conf")
	require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, apacheConf, dir, port), 0o600))
	web := exec.Command("/usr/sbin/apache2", "-f", file, "-D", "FOREGROUND")
	web.Env = append(os.Environ(), "MYSQL_UNIX_PORT="+s.db.Socket)
	var output bytes.Buffer
	web.Stdout, web.Stderr = &output, &output
	web.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // it ends all of its group, and that is not to be ours
	require.NoError(t, web.Start())
	t.Cleanup(func() {
		_ = syscall.Kill(-web.Process.Pid, syscall.SIGKILL)
		_ = web.Wait()
		if t.Failed() {
			data, _ := os.ReadFile(filepath.Join(dir, "error.log"))
			t.Logf("%s%s", &output, data)
		}
	})
	s.url = fmt.Sprintf("http://127.0.0.1:%d/ocsinventory", port)
	require.Eventually(t, func() bool {
		resp, err := http.Get(s.url)
		return err == nil && resp.Body.Close() == nil
	}, time.Minute, 50*time.Millisecond, "%s", &output)
	return s
}

// push sends an inventory as an agent does.
func (s *server) push(t *testing.T, inventory []byte) {
	t.Helper()
	var body bytes.Buffer
	w := zlib.NewWriter(&body)
	_, err := w.Write(inventory)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url, &body)
	require.NoError(t, err)
	req.Header.Set("User-Agent", "OCS-NG_unified_unix_agent_v2.10.0")
	req.Header.Set("Content-Type", "application/x-compress")
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	answer, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusOK, resp.StatusCode, "%s", answer)
}
