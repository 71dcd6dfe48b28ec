package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/topology"
	"github.com/trueup-dev/trueup/connectors"
)

// device says what the machine is. What cannot be read of its processors is
// reported and left unknown: the packages are worth having without.
func (m machine) device(ctx context.Context) (compliance.Device, error) {
	name, err := m.hostname()
	if err != nil {
		return compliance.Device{}, err
	}
	d := compliance.Device{ID: compliance.DeviceID(name), Name: name, OperatingSystem: m.osRelease()["PRETTY_NAME"]}
	cpu, err := topology.Local(ctx, m.root)
	if ctx.Err() != nil {
		return d, ctx.Err()
	}
	d.Kind = m.kind(cpu, err == nil)
	if err != nil {
		return d, m.to.Problem(connectors.Problem{Kind: connectors.BadData, Subject: "processors", Message: err.Error(),
			Harmless: errors.Is(err, fs.ErrNotExist)}) // a file system that is mounted elsewhere has no /proc
	}
	d.Model = cpu.Model
	if d.Kind == compliance.Physical {
		d.Sockets, d.Cores, d.Threads = cpu.Sockets.N(), cpu.Cores.N(), cpu.Threads.N()
	} else {
		d.VCPUs = cpu.Threads.N()
	}
	return d, nil
}

func (m machine) hostname() (string, error) {
	if m.live {
		return os.Hostname()
	}
	name := m.line("etc/hostname")
	if name == "" {
		return "", &connectors.Error{Kind: connectors.BadConfig, Err: fmt.Errorf("etc/hostname below the root is absent or empty; set device_id")}
	}
	return name, nil
}

// line is the first line of a file, empty when it cannot be read.
func (m machine) line(name string) string {
	data, err := fs.ReadFile(m.root, name)
	if err != nil {
		return ""
	}
	first, _, _ := bytes.Cut(data, []byte{'\n'})
	return string(bytes.TrimSpace(first))
}

// osRelease reads os-release, whose values are quoted as in a shell.
func (m machine) osRelease() map[string]string {
	for _, name := range []string{"etc/os-release", "usr/lib/os-release"} {
		data, err := fs.ReadFile(m.root, name)
		if err != nil {
			continue
		}
		out := map[string]string{}
		for line := range strings.Lines(string(data)) {
			key, value, ok := strings.Cut(strings.TrimSpace(line), "=")
			if ok && !strings.HasPrefix(key, "#") {
				out[key] = strings.Trim(value, `"'`)
			}
		}
		return out
	}
	return map[string]string{}
}

// kind tells a container, a virtual and a physical machine apart. A container is
// known by the marks that its runtime leaves, the others by what the processors
// and the firmware say. Firmware that names no hypervisor is a physical machine's;
// where there is none, nobody knows.
func (m machine) kind(cpu topology.Processors, read bool) compliance.DeviceKind {
	for _, mark := range []string{".dockerenv", "run/.containerenv"} {
		if _, err := fs.Stat(m.root, mark); err == nil {
			return compliance.Container
		}
	}
	if env, err := fs.ReadFile(m.root, "proc/1/environ"); err == nil && bytes.Contains(append([]byte{0}, env...), []byte("\x00container=")) {
		return compliance.Container
	}
	switch {
	case !read:
		return compliance.KindUnknown
	case cpu.Virtual == topology.Yes:
		return compliance.VirtualMachine
	case cpu.System == "":
		return compliance.KindUnknown
	}
	return compliance.Physical
}
