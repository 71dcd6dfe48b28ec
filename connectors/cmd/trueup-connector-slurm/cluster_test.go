package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/connectors/internal/mariadb"
)

// slurmConf is a cluster of one node, which claims more processors than it has so that
// jobs that only hold licenses run at once.
const slurmConf = `
ClusterName=alpha
SlurmctldHost=%[2]s(127.0.0.1)
SlurmctldPort=%[4]d
SlurmdPort=%[5]d
SlurmUser=%[3]s
SlurmdUser=%[3]s
AuthType=auth/munge
AuthInfo=socket=%[1]s/munge
StateSaveLocation=%[1]s
SlurmdSpoolDir=%[1]s
SlurmctldPidFile=%[1]s/ctld.pid
SlurmdPidFile=%[1]s/d.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
Licenses=matlab:5,ansys:2,ansys@two:4,abaqus:50
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort=%[6]d
AccountingStoragePass=%[1]s/munge
AccountingStorageTRES=license/matlab,license/ansys,license/ansys@two,license/fluent@flexhost
NodeName=%[2]s NodeAddr=127.0.0.1 CPUs=64 State=UNKNOWN
PartitionName=p Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`

const dbdConf = `
DbdHost=localhost
DbdAddr=127.0.0.1
DbdPort=%[3]d
AuthType=auth/munge
AuthInfo=socket=%[1]s/munge
SlurmUser=%[2]s
PidFile=%[1]s/dbd.pid
StorageType=accounting_storage/mysql
StorageHost=localhost
StorageUser=root
StorageLoc=acct
`

// cluster is a Slurm with accounts that a test started.
type cluster struct {
	dir, conf string
	db        *mariadb.Server
}

// start starts every daemon of a cluster. Where one is not installed it skips the test,
// or fails it if CI is set.
func start(t *testing.T) *cluster {
	t.Helper()
	for _, program := range []string{"munged", "slurmctld", "slurmd", "slurmdbd", "sbatch"} {
		if _, err := exec.LookPath(program); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatal("no Slurm: install munge, slurm-client, slurmctld, slurmd and slurmdbd")
			}
			t.Skip("no Slurm")
		}
	}
	// The path of a socket must be short, so a test's own folder will not do.
	dir, err := os.MkdirTemp("", "tu")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	c := &cluster{dir: dir, conf: filepath.Join(dir, "slurm.conf"), db: mariadb.Start(t)}
	account, err := user.Current()
	require.NoError(t, err)
	node, err := os.Hostname()
	require.NoError(t, err)
	node, _, _ = strings.Cut(node, ".")
	controller, daemon, accounts := freePort(t), freePort(t), freePort(t)
	write := func(name string, data []byte) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	key := make([]byte, 128)
	_, _ = rand.Read(key)
	write("key", key)
	write("slurm.conf", fmt.Appendf(nil, slurmConf, dir, node, account.Username, controller, daemon, accounts))
	write("slurmdbd.conf", fmt.Appendf(nil, dbdConf, dir, account.Username, accounts))

	c.daemon(t, "munged", "--foreground", "--force", "--socket="+dir+"/munge", "--key-file="+dir+"/key",
		"--pid-file="+dir+"/munge.pid", "--log-file="+dir+"/munge.log", "--seed-file="+dir+"/seed")
	c.eventually(t, func() bool { _, err := os.Stat(dir + "/munge"); return err == nil })
	c.daemon(t, "slurmdbd", "-D")
	c.eventually(t, func() bool {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", accounts))
		return err == nil && conn.Close() == nil
	})
	c.run(t, "sacctmgr", "-i", "add", "cluster", "alpha")
	c.run(t, "sacctmgr", "-i", "add", "resource", "name=fluent", "server=flexhost", "servertype=flexlm", "count=100", "type=license", "cluster=alpha", "percentallowed=40")
	c.daemon(t, "slurmctld", "-D", "-i")
	c.eventually(t, func() bool { return strings.Contains(c.try("scontrol", "ping"), "UP") })
	c.daemon(t, "slurmd", "-D")
	c.eventually(t, func() bool { return strings.Contains(c.try("sinfo", "--noheader", "--format=%t"), "idle") })
	// Jobs outlive the daemons, so they end first.
	t.Cleanup(func() {
		c.run(t, "scancel", "--user="+account.Username)
		c.eventually(t, func() bool { return c.run(t, "squeue", "--noheader") == "" })
	})
	return c
}

func (c *cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "SLURM_CONF="+c.conf, "MYSQL_UNIX_PORT="+c.db.Socket)
	cmd.Dir = c.dir
	return cmd
}

// daemon starts a program that ends with the test.
func (c *cluster) daemon(t *testing.T, name string, args ...string) {
	t.Helper()
	cmd := c.command(name, args...)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("%s: %s", name, &output)
		}
	})
}

func (c *cluster) eventually(t *testing.T, is func() bool) {
	t.Helper()
	require.Eventually(t, is, time.Minute, 50*time.Millisecond)
}

func (c *cluster) run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := c.command(name, args...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return strings.TrimSpace(string(out))
}

// try is a command that may fail.
func (c *cluster) try(name string, args ...string) string {
	out, _ := c.command(name, args...).CombinedOutput()
	return string(out)
}

// submit starts a job that holds licenses, and gives its number.
func (c *cluster) submit(t *testing.T, licenses string) string {
	t.Helper()
	return c.run(t, "sbatch", "--parsable", "--licenses="+licenses, "--output=/dev/null", "--wrap=exec sleep 600")
}

// uses waits until the controller says that so many of a license are in use.
func (c *cluster) uses(t *testing.T, name string, n int) {
	t.Helper()
	c.eventually(t, func() bool {
		return strings.Contains(c.try("scontrol", "--oneliner", "show", "license", name), fmt.Sprintf(" Used=%d ", n))
	})
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	return l.Addr().(*net.TCPAddr).Port
}
