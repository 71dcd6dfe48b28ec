package main

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
)

// device says what the machine is.
func (m machine) device() (compliance.Device, error) {
	name, err := m.hostname()
	if err != nil {
		return compliance.Device{}, err
	}
	cpu := m.cpuinfo()
	d := compliance.Device{
		ID: compliance.DeviceID(name), Name: name, Model: cpu.model, Kind: m.kind(cpu),
		OperatingSystem: m.osRelease()["PRETTY_NAME"],
	}
	count := m.topology()
	if d.Kind == compliance.Physical {
		d.Sockets, d.Cores, d.Threads = count.sockets, count.cores, count.threads
	} else {
		d.VCPUs = cmp.Or(count.threads, cpu.threads)
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

// cpu is what /proc/cpuinfo says that sysfs does not.
type cpu struct {
	model      string
	threads    int
	hypervisor bool
}

func (m machine) cpuinfo() cpu {
	var c cpu
	f, err := m.root.Open("proc/cpuinfo")
	if err != nil {
		return c
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(key) {
		case "processor":
			c.threads++
		case "model name", "cpu", "Model":
			c.model = cmp.Or(c.model, value)
		case "flags":
			c.hypervisor = c.hypervisor || strings.Contains(" "+value+" ", " hypervisor ")
		}
	}
	return c
}

type counts struct{ sockets, cores, threads int }

// topology counts what the kernel's description of the processors holds. A
// processor that is off line has no topology and is not counted.
func (m machine) topology() counts {
	dirs, err := fs.Glob(m.root, "sys/devices/system/cpu/cpu[0-9]*")
	if err != nil {
		return counts{}
	}
	sockets, cores := map[string]bool{}, map[string]bool{}
	var c counts
	for _, dir := range dirs {
		socket := m.line(path.Join(dir, "topology/physical_package_id"))
		core := m.line(path.Join(dir, "topology/core_id"))
		if socket == "" || core == "" {
			continue
		}
		c.threads++
		sockets[socket] = true
		die := m.line(path.Join(dir, "topology/die_id"))
		cores[socket+"/"+die+"/"+core] = true
	}
	c.sockets, c.cores = len(sockets), len(cores)
	return c
}

// kind tells a container, a virtual and a physical machine apart. A container is
// known by the marks that its runtime leaves, a virtual machine by its firmware's
// maker or by what the processor says.
func (m machine) kind(c cpu) compliance.DeviceKind {
	for _, mark := range []string{".dockerenv", "run/.containerenv"} {
		if _, err := fs.Stat(m.root, mark); err == nil {
			return compliance.Container
		}
	}
	if env, err := fs.ReadFile(m.root, "proc/1/environ"); err == nil && bytes.Contains(append([]byte{0}, env...), []byte("\x00container=")) {
		return compliance.Container
	}
	vendor := m.line("sys/class/dmi/id/sys_vendor") + " " + m.line("sys/class/dmi/id/product_name")
	for _, maker := range virtualMakers {
		if strings.Contains(vendor, maker) {
			return compliance.VirtualMachine
		}
	}
	if c.hypervisor || m.line("sys/hypervisor/type") == "xen" {
		return compliance.VirtualMachine
	}
	if strings.TrimSpace(vendor) == "" {
		return compliance.KindUnknown
	}
	return compliance.Physical
}

var virtualMakers = [...]string{
	"QEMU", "KVM", "VMware", "VirtualBox", "innotek", "Xen", "Bochs", "Parallels", "BHYVE", "OpenStack",
	"Amazon EC2", "Google Compute Engine", "Virtual Machine", "Alibaba Cloud", "DigitalOcean", "Firecracker",
}
