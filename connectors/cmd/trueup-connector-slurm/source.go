package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/connectors"
)

// An output is what one command prints.
type output struct {
	// file holds it in a folder of recorded outputs.
	file string
	// command prints it.
	command []string
}

var (
	configOutput    = output{"config.txt", []string{"scontrol", "show", "config"}}
	licensesOutput  = output{"licenses.txt", []string{"scontrol", "--oneliner", "show", "licenses"}}
	resourcesOutput = output{"resources.txt", []string{"sacctmgr", "--noheader", "--parsable2", "show", "resource", "format=name,server,type,count"}}
	runningOutput   = output{"running.txt", []string{"squeue", "--noheader", "--array", "--states=RUNNING,SUSPENDED,COMPLETING", "--format=%A"}}
)

// adminOutput is the rights of an account.
func adminOutput(account string) output {
	return output{"admin.txt", []string{"sacctmgr", "--noheader", "--parsable2", "show", "user", "name=" + account, "format=user,adminlevel"}}
}

// jobsOutput is the jobs of a span. Duplicates are the earlier incarnations of jobs
// that were requeued, and held licenses as well.
func jobsOutput(from, to time.Time) output {
	const form = "2006-01-02T15:04:05"
	return output{"jobs.txt", []string{"sacct", "--allusers", "--allocations", "--duplicates", "--noheader", "--parsable2",
		"--starttime=" + from.UTC().Format(form), "--endtime=" + to.UTC().Format(form), "--format=JobIDRaw,Start,End,AllocTRES"}}
}

// source is where outputs come from.
type source interface {
	// open gives an output. Its Close fails where the command did.
	open(ctx context.Context, o output) (io.ReadCloser, error)
	// place names an output in a problem.
	place(o output) string
}

func sourceOf(s connectors.Settings) (source, error) {
	if path := s.Values["path"]; path != "" {
		info, err := os.Stat(path)
		if err != nil {
			return nil, fmt.Errorf("setting path: %w", err)
		}
		if !info.IsDir() {
			return nil, fmt.Errorf("setting path: %s is no folder", path)
		}
		return recorded(path), nil
	}
	return commands{bin: s.Values["bin"], conf: s.Values["conf"]}, nil
}

// recorded is a folder of outputs.
type recorded string

func (r recorded) place(o output) string { return filepath.Join(string(r), o.file) }

func (r recorded) open(_ context.Context, o output) (io.ReadCloser, error) {
	f, err := os.Open(r.place(o))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &connectors.Error{Kind: connectors.BadConfig, Err: fmt.Errorf("%w; record it with: %s", err, strings.Join(o.command, " "))}
	}
	return f, err
}

// commands runs the commands of Slurm.
type commands struct{ bin, conf string }

func (commands) place(o output) string { return strings.Join(o.command[:2], " ") }

func (c commands) open(ctx context.Context, o output) (io.ReadCloser, error) {
	program := o.command[0]
	if c.bin != "" {
		program = filepath.Join(c.bin, program)
	}
	// Times come as seconds since 1970, which no change of clocks makes ambiguous.
	cmd := exec.CommandContext(ctx, program, o.command[1:]...)
	cmd.Env = append(os.Environ(), "TZ=UTC", "LC_ALL=C", "SLURM_TIME_FORMAT=%s")
	if c.conf != "" {
		cmd.Env = append(cmd.Env, "SLURM_CONF="+c.conf)
	}
	cmd.WaitDelay = time.Second
	p := &printing{cmd: cmd, ctx: ctx}
	cmd.Stderr = &p.complaint
	var err error
	if p.ReadCloser, err = cmd.StdoutPipe(); err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, &connectors.Error{Kind: connectors.BadConfig, Err: fmt.Errorf("%w: install Slurm's commands, or set bin to their folder", err)}
	}
	return p, nil
}

// printing is a command that runs.
type printing struct {
	io.ReadCloser
	ctx       context.Context
	cmd       *exec.Cmd
	complaint bytes.Buffer
}

// Close waits for the end of the command, whose output must have been read.
func (p *printing) Close() error {
	err := p.cmd.Wait()
	if err == nil || p.ctx.Err() != nil {
		return p.ctx.Err()
	}
	kind := connectors.Unavailable
	said := strings.TrimSpace(p.complaint.String())
	if said == "" {
		said = err.Error()
	}
	if strings.Contains(strings.ToLower(said), "denied") {
		kind = connectors.PermissionDenied
	}
	lines := strings.Split(said, "\n")
	return &connectors.Error{Kind: kind, Err: fmt.Errorf("%s: %s", filepath.Base(p.cmd.Path), strings.Join(lines[max(0, len(lines)-3):], "; "))}
}
