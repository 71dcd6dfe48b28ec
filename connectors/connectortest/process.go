package connectortest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/internal/wire"
)

// bare starts the binary without the machinery of a host, to see what it does
// with its standard streams.
func (s *suite) bare(ctx context.Context, env ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.target.Path)
	cmd.Env = append(env, "PATH="+os.Getenv("PATH"))
	for _, name := range s.target.Env {
		cmd.Env = append(cmd.Env, name+"="+os.Getenv(name))
	}
	cmd.WaitDelay = time.Second
	return cmd
}

func cookie() string {
	h := wire.Handshake()
	return h.MagicCookieKey + "=" + h.MagicCookieValue
}

func tryPerson(ctx context.Context, s *suite) error {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Start)
	defer cancel()
	out, err := s.bare(ctx).Output()
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("it still ran after %v", s.opts.Start)
	case err == nil:
		return errors.New("it exited with status 0")
	case len(out) > 0:
		return fmt.Errorf("it printed %q to standard output", firstLine(string(out)))
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return err
	}
	return nil
}

// shake starts the binary as a host would and gives its first line. The
// returned function ends the process by closing its standard input and gives
// the time that it took to go.
func (s *suite) shake(ctx context.Context, versions string) (line string, hangUp func() error, err error) {
	ctx, cancel := context.WithCancel(ctx)
	cmd := s.bare(ctx, cookie(), "PLUGIN_PROTOCOL_VERSIONS="+versions, "TMPDIR="+os.TempDir())
	stdin, err := cmd.StdinPipe()
	if err != nil {
		cancel()
		return "", nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		cancel()
		return "", nil, err
	}
	lines := make(chan string, 1)
	exited := make(chan struct{})
	go func() {
		r := bufio.NewReader(stdout)
		text, _ := r.ReadString('\n')
		lines <- strings.TrimRight(text, "\n")
		_, _ = io.Copy(io.Discard, r)
		_ = cmd.Wait() // how it ended is no matter, that it did is
		close(exited)
	}()
	hangUp = func() error {
		defer cancel()
		_ = stdin.Close()
		select {
		case <-exited:
			return nil
		case <-time.After(2 * time.Second):
			cancel()
			<-exited
			return errors.New("it still ran two seconds after its standard input had ended")
		}
	}
	select {
	case line = <-lines:
		return line, hangUp, nil
	case <-time.After(s.opts.Start):
		return "", hangUp, fmt.Errorf("it printed nothing within %v", s.opts.Start)
	}
}

func tryHandshake(ctx context.Context, s *suite) error {
	return s.answers(ctx, fmt.Sprint(wire.Version))
}

func tryVersion(ctx context.Context, s *suite) error { return s.answers(ctx, "99") }

func (s *suite) answers(ctx context.Context, offered string) error {
	line, hangUp, err := s.shake(ctx, offered)
	if hangUp != nil {
		defer func() { _ = hangUp() }()
	}
	if err != nil {
		return err
	}
	parts := strings.Split(line, "|")
	switch {
	case len(parts) < 5 || parts[0] != "1":
		return fmt.Errorf("the first line is %q", line)
	case parts[1] != fmt.Sprint(wire.Version):
		return fmt.Errorf("offered %s it answers with version %s", offered, parts[1])
	case parts[4] != "grpc":
		return fmt.Errorf("it serves %s, not grpc", parts[4])
	}
	return nil
}

func tryOrphan(ctx context.Context, s *suite) error {
	_, hangUp, err := s.shake(ctx, fmt.Sprint(wire.Version))
	if hangUp == nil {
		return err
	}
	return hangUp()
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

func tryDescribe(ctx context.Context, s *suite) error {
	about, err := s.host.Check(ctx, s.source)
	s.about = about
	var e *connectors.Error
	if errors.As(err, &e) && e.Op == "start" {
		return err
	}
	var wrong []error
	if about.Name == "" || about.Version == "" || about.Summary == "" {
		wrong = append(wrong, fmt.Errorf("name %q, version %q, summary %q", about.Name, about.Version, about.Summary))
	}
	if len(about.Kinds) == 0 && !about.Tickets {
		wrong = append(wrong, errors.New("it declares neither kinds nor tickets"))
	}
	for _, setting := range about.Settings {
		if setting.Name == "" || setting.Doc == "" {
			wrong = append(wrong, fmt.Errorf("setting %q has no documentation", setting.Name))
		}
	}
	for _, skip := range about.Skips {
		if skip.Reason == "" {
			wrong = append(wrong, fmt.Errorf("the skip of %q gives no reason", skip.Check))
		}
	}
	return errors.Join(wrong...)
}
