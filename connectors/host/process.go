package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-plugin/runner"
)

// process runs one connector. go-plugin drives it through runner.Runner; the
// host may kill it at any time.
type process struct {
	path string
	dir  string
	env  []string
	// launch starts the command.
	launch func(*exec.Cmd) error
	// group is its cgroup, nil where there is none.
	group *cgroup

	// control is the end of the pipe that the connector has as standard input.
	// It closes with the host, however the host ends.
	control        *os.File
	stdout, stderr *drain

	exited chan struct{}

	mu     sync.Mutex
	cmd    *exec.Cmd
	killed bool
	reaped bool
	err    error // of Wait, once exited is closed
}

var _ runner.Runner = (*process)(nil)

func newProcess(path, dir string, env []string) *process {
	return &process{path: path, dir: dir, env: env, exited: make(chan struct{})}
}

// errKilled is the error of a process that was killed before it started.
var errKilled = errors.New("killed before it started")

// Start starts the process in a group of its own.
func (p *process) Start(context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.killed {
		return errKilled
	}
	var ends pipes
	defer ends.closeChild()
	if err := ends.open(); err != nil {
		ends.closeParent()
		return err
	}
	cmd := exec.Command(p.path)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = p.dir, p.env, ownGroup()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = ends.inR, ends.outW, ends.errW
	if err := p.launch(cmd); err != nil {
		ends.closeParent()
		return err
	}
	p.cmd, p.control = cmd, ends.inW
	p.stdout, p.stderr = newDrain(ends.outR), newDrain(ends.errR)
	go p.reap()
	return nil
}

// reap waits for the process, ends what is left of its group, and sees to it
// that readers of its output come to an end too.
func (p *process) reap() {
	p.collect()
	_ = p.control.Close()
	close(p.exited)
	// A grandchild that left the group can hold the pipes open.
	patience := time.NewTimer(time.Second)
	defer patience.Stop()
	for _, d := range []*drain{p.stdout, p.stderr} {
		select {
		case <-d.done:
		case <-patience.C:
			patience.Reset(0)
		}
		_ = d.file.Close()
	}
}

// kill ends the process and its group at once.
func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.killed = true
	if p.cmd != nil && !p.reaped {
		killGroup(p.cmd.Process)
	}
}

// hangUp closes the control pipe: a connector that is well ends by itself.
func (p *process) hangUp() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd != nil && !p.reaped {
		_ = p.control.Close()
	}
}

// hasExited reports whether the process is gone, and how it went.
func (p *process) hasExited() (string, bool) {
	select {
	case <-p.exited:
	default:
		return "", false
	}
	return p.cmd.ProcessState.String(), true
}

// Wait returns when the process has ended.
func (p *process) Wait(ctx context.Context) error {
	select {
	case <-p.exited:
		return p.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Kill ends the process.
func (p *process) Kill(context.Context) error {
	p.kill()
	return nil
}

// Stdout is where go-plugin reads the handshake.
func (p *process) Stdout() io.ReadCloser { return p.stdout }

// Stderr is where go-plugin reads what the connector logs.
func (p *process) Stderr() io.ReadCloser { return p.stderr }

// said is closed when all that the process wrote to standard error was read.
func (p *process) said() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stderr == nil {
		return nil
	}
	return p.stderr.done
}

// Name is the path of the binary.
func (p *process) Name() string { return p.path }

// ID is the number of the process, empty before it started.
func (p *process) ID() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return ""
	}
	return strconv.Itoa(p.cmd.Process.Pid)
}

// Diagnose adds nothing: the host words failures itself.
func (p *process) Diagnose(context.Context) string { return "" }

// PluginToHost and HostToPlugin leave addresses as they are: both sides share a
// file system.
func (p *process) PluginToHost(network, address string) (string, string, error) {
	return network, address, nil
}

// HostToPlugin is the reverse of PluginToHost.
func (p *process) HostToPlugin(network, address string) (string, string, error) {
	return network, address, nil
}

// drain is a pipe that remembers how it began and says when it ended.
type drain struct {
	file *os.File
	done chan struct{}

	mu    sync.Mutex
	first []byte
	ended bool
}

// firstMax is how much of the beginning of an output is remembered.
const firstMax = 200

func newDrain(f *os.File) *drain { return &drain{file: f, done: make(chan struct{})} }

// Read reads from the pipe.
func (d *drain) Read(p []byte) (int, error) {
	n, err := d.file.Read(p)
	d.mu.Lock()
	defer d.mu.Unlock()
	if room := firstMax - len(d.first); room > 0 {
		d.first = append(d.first, p[:min(n, room)]...)
	}
	if err != nil && !d.ended {
		d.ended = true
		close(d.done)
	}
	return n, err
}

// Close closes the pipe.
func (d *drain) Close() error { return d.file.Close() }

// firstLine is the beginning of the output up to the end of its first line.
func (d *drain) firstLine() string {
	if d == nil {
		return ""
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	line, _, _ := strings.Cut(string(d.first), "\n")
	return strings.ToValidUTF8(line, "\uFFFD")
}

// pipes are the three pipes between host and connector.
type pipes struct{ inR, inW, outR, outW, errR, errW *os.File }

func (p *pipes) open() (err error) {
	if p.inR, p.inW, err = os.Pipe(); err != nil {
		return fmt.Errorf("pipe for standard input: %w", err)
	}
	if p.outR, p.outW, err = os.Pipe(); err != nil {
		return fmt.Errorf("pipe for standard output: %w", err)
	}
	if p.errR, p.errW, err = os.Pipe(); err != nil {
		return fmt.Errorf("pipe for standard error: %w", err)
	}
	return nil
}

func (p *pipes) closeChild() { closeAll(p.inR, p.outW, p.errW) }

func (p *pipes) closeParent() { closeAll(p.inW, p.outR, p.errR) }

func closeAll(files ...*os.File) {
	for _, f := range files {
		if f != nil {
			_ = f.Close()
		}
	}
}
