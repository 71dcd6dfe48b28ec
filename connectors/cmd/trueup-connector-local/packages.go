package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
)

const dpkgStatus = "var/lib/dpkg/status"

// packages writes the installed packages of every package manager found. It
// reports whether all were read.
func (m *machine) packages(ctx context.Context, id compliance.DeviceID) (whole bool, err error) {
	found, whole := 0, true
	f, err := m.root.Open(dpkgStatus)
	if err == nil {
		defer func() { _ = f.Close() }()
		found++
		if whole, err = m.dpkg(f, id); err != nil {
			return false, err
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return false, &connectors.Error{Kind: connectors.BadData, Err: err}
	}
	program, missing := exec.LookPath("rpm")
	if _, err := fs.Stat(m.root, "var/lib/rpm"); err == nil && m.live && missing == nil {
		found++
		if err := m.rpm(ctx, program, id); err != nil {
			return false, err
		}
	}
	if found == 0 {
		return false, m.to.Problem(connectors.Problem{Kind: connectors.BadData, Subject: string(id), Message: "neither dpkg nor rpm keeps packages here; what is installed is not known"})
	}
	m.to.Total(connectors.Total{Name: "packages", Kind: connectors.Install, Count: int64(m.installs)})
	return whole, nil
}

// dpkg reads dpkg's status file: paragraphs of fields, one package each.
func (m *machine) dpkg(r io.Reader, id compliance.DeviceID) (bool, error) {
	p := &paragraphs{lines: bufio.NewReader(r)}
	for {
		fields, err := p.next()
		if errors.Is(err, io.EOF) {
			return true, nil
		}
		if err != nil {
			return false, m.to.Problem(connectors.Problem{Kind: connectors.BadData, Subject: "/" + dpkgStatus, Place: fmt.Sprintf("line %d", p.line), Message: err.Error()})
		}
		if !strings.HasSuffix(fields["Status"], " installed") {
			continue
		}
		m.installs++
		title := catalog.Title{
			Publisher: publisher(fields), Name: fields["Package"], Version: fields["Version"], Architecture: fields["Architecture"],
		}
		if err := m.to.Install(compliance.Install{Device: id, Title: title}); err != nil {
			return false, err
		}
	}
}

// publisher is who made the package, without the address to write to.
func publisher(fields map[string]string) string {
	if origin := fields["Origin"]; origin != "" {
		return origin
	}
	name, _, _ := strings.Cut(fields["Maintainer"], "<")
	return strings.TrimSpace(name)
}

// paragraphs reads blocks of "Field: value" lines, separated by empty ones.
type paragraphs struct {
	lines *bufio.Reader
	line  int
}

// next is the next block, io.EOF after the last. A value's continuation lines
// are left out: none of the fields wanted has any.
func (p *paragraphs) next() (map[string]string, error) {
	fields := map[string]string{}
	for {
		text, err := p.lines.ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		p.line++
		if errors.Is(err, io.EOF) && text != "" {
			return nil, errors.New("the file ends in the middle of a line: it is truncated")
		}
		line := strings.TrimRight(text, "\r\n")
		if line == "" {
			if len(fields) > 0 {
				return fields, p.check(fields)
			}
			if err != nil {
				return nil, io.EOF
			}
			continue
		}
		if line[0] == ' ' || line[0] == '\t' {
			continue
		}
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, fmt.Errorf("%q is not a field", line)
		}
		fields[key] = strings.TrimSpace(value)
	}
}

func (p *paragraphs) check(fields map[string]string) error {
	if fields["Package"] == "" || fields["Status"] == "" {
		return errors.New("the paragraph that ends here names no package or no status")
	}
	return nil
}

// rpmFormat asks for one line a package, the fields separated by tabs.
const rpmFormat = `%{VENDOR}\t%{NAME}\t%{VERSION}-%{RELEASE}\t%{ARCH}\t%{INSTALLTIME}\n`

func (m *machine) rpm(ctx context.Context, program string, id compliance.DeviceID) error {
	cmd := exec.CommandContext(ctx, program, "-qa", "--queryformat", rpmFormat)
	var failure bytes.Buffer
	cmd.Stderr = &failure
	out, err := cmd.Output()
	if err != nil {
		return &connectors.Error{Kind: connectors.BadData, Err: fmt.Errorf("rpm -qa: %w: %s", err, bytes.TrimSpace(failure.Bytes()))}
	}
	for line := range strings.Lines(string(out)) {
		i, err := rpmLine(strings.TrimRight(line, "\n"))
		if err != nil {
			return &connectors.Error{Kind: connectors.BadData, Err: err}
		}
		i.Device = id
		m.installs++
		if err := m.to.Install(i); err != nil {
			return err
		}
	}
	return nil
}

func rpmLine(line string) (compliance.Install, error) {
	part := strings.Split(line, "\t")
	if len(part) != 5 {
		return compliance.Install{}, fmt.Errorf("rpm -qa: %q has %d fields, want 5", line, len(part))
	}
	for i, s := range part {
		if s == "(none)" {
			part[i] = ""
		}
	}
	i := compliance.Install{Title: catalog.Title{Publisher: part[0], Name: part[1], Version: part[2], Architecture: part[3]}}
	if at, err := strconv.ParseInt(part[4], 10, 64); err == nil && at > 0 {
		i.FirstSeen = time.Unix(at, 0).UTC()
	}
	return i, nil
}
