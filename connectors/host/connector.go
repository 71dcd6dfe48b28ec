package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	hclog "github.com/hashicorp/go-hclog"
	plugin "github.com/hashicorp/go-plugin"
	"github.com/hashicorp/go-plugin/runner"
	"google.golang.org/grpc"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/internal/wire"
)

// connector is a running connector. It serves one source, or those that share it,
// and is never started twice: go-plugin's client cannot be.
type connector struct {
	wire.ConnectorClient
	client  *plugin.Client
	process *process
	output  *output
	dir     string
	sum     string
	limits  Limits

	// shared are the sources whose instances the process holds, nil when it is one
	// source's own. A process that is suspect gets no further instance.
	shared  []compliance.SourceID
	suspect atomic.Bool
	// blamed is set once the breaker counted how the process ended.
	blamed atomic.Bool

	// why is set before the host kills the process on its own account.
	why atomic.Pointer[connectors.Error]
}

// start runs a connector and returns when it serves, or has failed to.
func (h *Host) start(ctx context.Context, src Source) (*connector, error) {
	pin, err := h.policy.pin(src)
	if err != nil {
		return nil, err
	}
	path, sum, err := h.binaries.private(src.Path, pin)
	if err == nil {
		err = h.policy.certified(sum, src)
	}
	if err != nil {
		return nil, err
	}
	select {
	case h.starting <- struct{}{}:
		defer func() { <-h.starting }()
	case <-ctx.Done():
		return nil, &connectors.Error{Kind: connectors.Canceled, Err: ctx.Err()}
	}
	dir, err := h.dir.sub(strconv.FormatInt(h.started.Add(1), 10))
	if err != nil {
		return nil, startFailed(err)
	}
	c := &connector{dir: dir, sum: sum, limits: h.limits, output: newOutput(h.limits.OutputLines, src.Secrets)}
	c.process = newProcess(path, dir, nil)
	c.process.launch = func(cmd *exec.Cmd) (err error) {
		c.process.group, err = h.starter.start(cmd, h.limits.Memory)
		return err
	}
	c.client = plugin.NewClient(h.clientConfig(c))
	ctx, cancel := context.WithTimeout(ctx, h.limits.Start)
	defer cancel()
	served := make(chan error, 1)
	go func() { served <- c.dispense() }()
	select {
	case err = <-served:
	case <-ctx.Done():
		c.process.kill()
		err = errors.Join(<-served, ctx.Err())
	}
	if err != nil {
		err = c.startError(ctx, src.Path, err)
		return nil, errors.Join(err, c.close(context.WithoutCancel(ctx)))
	}
	return c, nil
}

func (h *Host) clientConfig(c *connector) *plugin.ClientConfig {
	const buffer, window = 256 << 10, 1 << 20
	return &plugin.ClientConfig{
		HandshakeConfig:  wire.Handshake(),
		VersionedPlugins: wire.Plugins(wire.Plugin{}),
		RunnerFunc:       c.runner(h.environment(c.dir)),
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		AutoMTLS:         true,
		SkipHostEnv:      true,
		StartTimeout:     h.limits.Start + time.Second, // the host's own limit comes first
		Stderr:           c.output,
		SyncStdout:       c.output,
		SyncStderr:       c.output,
		Logger:           hclog.NewNullLogger(),
		UnixSocketConfig: &plugin.UnixSocketConfig{TempDir: c.dir},
		GRPCDialOptions: []grpc.DialOption{
			grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(h.limits.MessageBytes)),
			grpc.WithReadBufferSize(buffer), grpc.WithWriteBufferSize(buffer),
			grpc.WithInitialWindowSize(window), grpc.WithInitialConnWindowSize(window),
		},
	}
}

// allowed are the variables of the host's environment that a connector gets.
// Credentials are not among them: they go through the connection.
var allowed = [...]string{
	"PATH", "LANG", "LC_ALL", "TZ", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
	"SSL_CERT_FILE", "SSL_CERT_DIR", "SYSTEMROOT",
}

// environment is what a connector finds in its own.
func (h *Host) environment(dir string) []string {
	env := []string{"TMPDIR=" + dir, "TEMP=" + dir, "TMP=" + dir}
	for _, names := range [][]string{allowed[:], h.env} {
		for _, name := range names {
			if value, ok := os.LookupEnv(name); ok {
				env = append(env, name+"="+value)
			}
		}
	}
	return env
}

// dispense starts the process and connects to it.
func (c *connector) dispense() error {
	rpc, err := c.client.Client()
	if err != nil {
		return err
	}
	raw, err := rpc.Dispense(wire.Name)
	if err != nil {
		return err
	}
	c.ConnectorClient = raw.(wire.ConnectorClient)
	return nil
}

// startError words a failed start by what the host itself saw; what go-plugin
// says of it looks alike for a dozen causes.
func (c *connector) startError(ctx context.Context, path string, err error) error {
	e := &connectors.Error{Kind: connectors.StartFailed, Err: err, Output: c.output.tail()}
	line := c.process.stdout.firstLine()
	if c.process.ID() != "" {
		c.awaitExit(settle) // go-plugin has killed it
		e.Output = c.output.tail()
	}
	state, exited := c.process.hasExited()
	switch version, shook := handshakeVersion(line); {
	case c.process.ID() == "":
		e.Err = fmt.Errorf("%w (%s)", err, describeFile(path))
	case shook && version != fmt.Sprint(wire.Version):
		e.Kind = connectors.VersionMismatch
		e.Err = fmt.Errorf("%s speaks protocol version %s, this host version %d: upgrade the older of the two", path, version, wire.Version)
	case line != "" && !shook:
		e.Kind = connectors.BadHandshake
		e.Err = fmt.Errorf("%s printed %q to standard output where the handshake belongs; it must print nothing before it serves", path, line)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		e.Kind, e.Err = connectors.Hung, fmt.Errorf("%s did not serve within %v", path, c.limits.Start)
	case ctx.Err() != nil:
		e.Kind, e.Err = connectors.Canceled, ctx.Err()
	case exited && line == "":
		e.Kind, e.Err = connectors.Crashed, fmt.Errorf("%s ended before it served: %s%s", path, state, lastLine(e.Output))
	}
	return e
}

// handshakeVersion reads the protocol version out of go-plugin's line.
func handshakeVersion(line string) (string, bool) {
	parts := strings.Split(line, "|")
	if len(parts) < 4 || parts[0] != fmt.Sprint(plugin.CoreProtocolVersion) {
		return "", false
	}
	return parts[1], true
}

// describeFile says of a binary that would not start what decides whether it can.
func describeFile(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return err.Error()
	}
	f, err := os.Open(path)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = f.Close() }()
	magic := make([]byte, 4)
	n, _ := f.Read(magic)
	return fmt.Sprintf("%s has mode %v and begins with % x; is it built for this machine?", filepath.Base(path), info.Mode(), magic[:n])
}

func lastLine(output []string) string {
	if len(output) == 0 {
		return ""
	}
	return ": " + output[len(output)-1]
}

// abort kills the process for a reason that the next failed call reports.
func (c *connector) abort(why *connectors.Error) {
	c.why.CompareAndSwap(nil, why)
	c.process.kill()
}

// close ends the process: it is asked to, and when it has not ended within the
// time for stopping, killed with its group. Nothing of it is left afterwards,
// or the error says so.
func (c *connector) close(ctx context.Context) error {
	var once sync.Once
	force := time.AfterFunc(c.limits.Stop, c.process.kill)
	defer force.Stop()
	stop := context.AfterFunc(ctx, func() { once.Do(c.process.kill) })
	defer stop()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		c.process.hangUp()
		c.client.Kill()
	}()
	// A killed process is gone at once, unless it waits inside the kernel.
	last := time.NewTimer(c.limits.Stop + 5*time.Second)
	defer last.Stop()
	select {
	case <-ended:
		return errors.Join(c.process.group.end(), os.RemoveAll(c.dir))
	case <-last.C:
		return &connectors.Error{Op: "stop", Kind: connectors.Leaked, Err: fmt.Errorf("process %s has not ended", cmp.Or(c.process.ID(), "?"))}
	}
}

func (c *connector) runner(env []string) func(hclog.Logger, *exec.Cmd, string) (runner.Runner, error) {
	return func(_ hclog.Logger, spec *exec.Cmd, _ string) (runner.Runner, error) {
		c.process.env = append(env, spec.Env...)
		return c.process, nil
	}
}
