package main

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/topology"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/connectortest"
	"github.com/trueup-dev/trueup/connectors/host"
)

// The test binary is the connector when a host starts it.
func TestMain(m *testing.M) {
	if os.Getenv("TRUEUP_CONNECTOR") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

func collect(t *testing.T, config map[string]string) (host.Result, *connectortest.Recorder) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	sum, err := host.Checksum(self)
	require.NoError(t, err)
	h, err := host.Open(t.Context(), host.Config{Limits: host.Limits{Start: time.Minute}, Env: []string{"GORACE"}})
	require.NoError(t, err)
	defer func() { assert.NoError(t, h.Close(context.Background())) }()
	sink := &connectortest.Recorder{}
	results, err := h.Collect(t.Context(), []host.Source{{ID: "local", Path: self, SHA256: sum, Config: config}}, sink, nil)
	require.NoError(t, err)
	return results[0], sink
}

func TestThisMachine(t *testing.T) {
	if _, err := exec.LookPath("dpkg-query"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("dpkg-query is missing: the tests run on Debian")
		}
		t.Skip("needs a machine with dpkg to count against")
	}
	out, err := exec.Command("dpkg-query", "-W", "-f", "${db:Status-Status}\n").Output()
	require.NoError(t, err)
	want := 0
	for lines := bufio.NewScanner(strings.NewReader(string(out))); lines.Scan(); {
		if lines.Text() == "installed" {
			want++
		}
	}
	r, sink := collect(t, nil)
	require.NoError(t, r.Err)
	assert.Len(t, sink.Installs, want)
	require.Len(t, sink.Devices, 1)
	d := sink.Devices[0]
	name, err := os.Hostname()
	require.NoError(t, err)
	assert.Equal(t, compliance.DeviceID(name), d.ID)
	assert.GreaterOrEqual(t, d.VCPUs+d.Threads, runtime.NumCPU())
	assert.NotEmpty(t, d.OperatingSystem)
}

// write lays out a file system.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		path := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	}
	return root
}

const status = `Package: vim
Status: install ok installed
Maintainer: Debian Vim Maintainers <team+vim@tracker.debian.org>
Architecture: amd64
Version: 2:9.0.1378-2
Description: Vi IMproved
 a long text
 .
 with an empty line

Package: removed
Status: deinstall ok config-files
Version: 1

Package: docker-ce
Status: hold ok installed
Origin: Docker
Version: 5:27.0.3

`

func TestPhysicalMachine(t *testing.T) {
	files := map[string]string{
		"etc/hostname":                "db01\n",
		"etc/os-release":              "NAME=\"Debian\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n",
		dpkgStatus:                    status,
		"sys/class/dmi/id/sys_vendor": "Dell Inc.\n",
		"proc/cpuinfo":                "processor\t: 0\nmodel name\t: Intel(R) Xeon(R) Gold 6248\nflags\t\t: fpu vme\n",
	}
	// Two sockets of two cores of two threads.
	files["sys/devices/system/cpu/present"], files["sys/devices/system/cpu/online"] = "0-7\n", "0-7\n"
	for i, place := range []string{"0 0,4", "0 1,5", "1 2,6", "1 3,7", "0 0,4", "0 1,5", "1 2,6", "1 3,7"} {
		socket, threads, _ := strings.Cut(place, " ")
		dir := "sys/devices/system/cpu/cpu" + string(rune('0'+i)) + "/topology/"
		files[dir+"physical_package_id"], files[dir+"core_cpus_list"] = socket+"\n", threads+"\n"
	}
	r, sink := collect(t, map[string]string{"root": write(t, files), "environment": "test"})
	require.NoError(t, r.Err)
	assert.True(t, r.Complete)
	assert.Equal(t, []compliance.Device{{
		ID: "db01", Name: "db01", Kind: compliance.Physical, Source: "local", Sockets: 2, Cores: 4, Threads: 8,
		Model: "Intel(R) Xeon(R) Gold 6248", OperatingSystem: "Debian GNU/Linux 12 (bookworm)", Environment: "test",
	}}, sink.Devices)
	assert.Equal(t, []compliance.Install{
		{Device: "db01", Source: "local", Title: catalog.Title{Publisher: "Debian Vim Maintainers", Name: "vim", Version: "2:9.0.1378-2", Architecture: "amd64"}},
		{Device: "db01", Source: "local", Title: catalog.Title{Publisher: "Docker", Name: "docker-ce", Version: "5:27.0.3"}},
	}, sink.Installs)
}

const onePlain = "processor : 0\nmodel name : Intel(R) Xeon(R) Gold 6248\nflags : fpu vme\n"

// Processors that cannot be read are reported and left unknown; the packages come
// all the same.
func TestProcessorsThatCannotBeRead(t *testing.T) {
	r, sink := collect(t, map[string]string{"root": write(t, map[string]string{"etc/hostname": "h\n", dpkgStatus: status, "proc/cpuinfo": "\x00\x01"})})
	require.ErrorIs(t, r.Err, &connectors.Error{Kind: connectors.BadData})
	require.Len(t, r.Problems, 1)
	assert.Equal(t, "processors", r.Problems[0].Subject)
	assert.False(t, r.Problems[0].Harmless)
	assert.Equal(t, []compliance.Device{{ID: "h", Name: "h", Source: "local"}}, sink.Devices)
	assert.Len(t, sink.Installs, 2)
}

func TestKinds(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		want  compliance.DeviceKind
	}{
		{"container", map[string]string{".dockerenv": "", "sys/class/dmi/id/sys_vendor": "Dell Inc."}, compliance.Container},
		{"container by environment", map[string]string{"proc/1/environ": "HOME=/\x00container=lxc\x00"}, compliance.Container},
		{"virtual by firmware", map[string]string{"proc/cpuinfo": onePlain, "sys/class/dmi/id/product_name": "VMware Virtual Platform"}, compliance.VirtualMachine},
		{"virtual by processor", map[string]string{"proc/cpuinfo": "processor : 0\nflags : fpu hypervisor sse\n"}, compliance.VirtualMachine},
		{"no firmware to go by", map[string]string{"proc/cpuinfo": onePlain}, compliance.KindUnknown},
		{"nothing to go by", nil, compliance.KindUnknown},
		{"physical", map[string]string{"proc/cpuinfo": onePlain, "sys/class/dmi/id/sys_vendor": "HPE"}, compliance.Physical},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := machine{root: os.DirFS(write(t, c.files))}
			cpu, err := topology.Local(t.Context(), m.root)
			assert.Equal(t, c.want, m.kind(cpu, err == nil))
		})
	}
}

func TestBrokenStatusFile(t *testing.T) {
	for _, c := range []struct{ name, content, says string }{
		{"truncated", "Package: vim\nStatus: install ok installed\n\nPackage: ema", "line 4: the file ends in the middle"},
		{"no field", "Package: vim\nnonsense\n\n", `line 2: "nonsense" is not a field`},
		{"no package", "Status: install ok installed\n\n", "line 2: the paragraph that ends here names no package"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, _ := collect(t, map[string]string{"root": write(t, map[string]string{"etc/hostname": "h", dpkgStatus: c.content})})
			require.ErrorIs(t, r.Err, &connectors.Error{Kind: connectors.BadData})
			assert.ErrorContains(t, r.Err, c.says)
			assert.False(t, r.Complete)
		})
	}
}

func TestNoPackages(t *testing.T) {
	r, sink := collect(t, map[string]string{"root": write(t, map[string]string{"etc/hostname": "h"})})
	require.ErrorIs(t, r.Err, &connectors.Error{Kind: connectors.BadData})
	assert.ErrorContains(t, r.Err, "is not known")
	assert.Len(t, sink.Devices, 1)
}

func TestRPMLine(t *testing.T) {
	i, err := rpmLine("Red Hat, Inc.\tbash\t5.1.8-9.el9\tx86_64\t1700000000")
	require.NoError(t, err)
	assert.Equal(t, compliance.Install{
		Title:     catalog.Title{Publisher: "Red Hat, Inc.", Name: "bash", Version: "5.1.8-9.el9", Architecture: "x86_64"},
		FirstSeen: time.Date(2023, 11, 14, 22, 13, 20, 0, time.UTC),
	}, i)
	i, err = rpmLine("(none)\tgpg-pubkey\t8483c65d-5ccc5b19\t(none)\t0")
	require.NoError(t, err)
	assert.Equal(t, catalog.Title{Name: "gpg-pubkey", Version: "8483c65d-5ccc5b19"}, i.Title)
	_, err = rpmLine("bash 5.1")
	require.ErrorContains(t, err, "has 1 fields")
}
