package topology

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

const (
	sysCPU    = "sys/devices/system/cpu"
	sysDMI    = "sys/class/dmi/id"
	smallFile = 1 << 12
	procFile  = 64 << 20 // /proc/cpuinfo of 4,096 processors is about 6 MB
)

// localDumps are the files beside /proc/cpuinfo that say more on some machines.
var localDumps = []struct {
	path string
	kind Kind
}{
	{"proc/sysinfo", LinuxSysinfo},
	{"proc/ppc64/lparcfg", LinuxLparcfg},
}

// Local reads a Linux machine's own processors from its root directory, usually
// os.DirFS("/"): the topology in /sys/devices/system/cpu, which knows sockets,
// cores and offline processors, and the model in /proc/cpuinfo. Where they
// differ the first wins, with a note.
func Local(ctx context.Context, root fs.FS) (Processors, error) {
	out, err := readSysfs(ctx, root)
	if err != nil {
		return Processors{}, err
	}
	info, err := readSome(root, "proc/cpuinfo", procFile)
	if err != nil {
		return Processors{}, fmt.Errorf("topology: %w", err)
	}
	p, err := Parse(LinuxCPUInfo, info)
	if err != nil {
		return Processors{}, err
	}
	out.merge(p, LinuxCPUInfo)
	for _, d := range localDumps {
		data, err := readSome(root, d.path, procFile)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return Processors{}, fmt.Errorf("topology: %w", err)
		}
		if p, err = Parse(d.kind, data); err != nil {
			return Processors{}, err
		}
		out.merge(p, d.kind)
	}
	out.localHypervisor(root)
	out.finish()
	return out, ctx.Err()
}

// localHypervisor reads the firmware's names of the machine, which any user may.
func (p *Processors) localHypervisor(root fs.FS) {
	var q Processors
	q.setSystem(oneLine(root, sysDMI+"/sys_vendor"), oneLine(root, sysDMI+"/product_name"))
	if q.System != "" {
		p.System = q.System
	}
	if q.Virtual == Yes {
		p.Virtual = Yes
		fill(&p.Hypervisor, q.Hypervisor)
	}
	if kind := oneLine(root, "sys/hypervisor/type"); kind == "xen" {
		p.Virtual = Yes
		p.Hypervisor = "Xen"
	}
}

// readSysfs counts the online processors' packages and cores. A kernel without
// the topology files leaves the counts unknown.
func readSysfs(ctx context.Context, root fs.FS) (Processors, error) {
	var p Processors
	present, err := sysList(root, "present")
	if err != nil {
		return p, err
	}
	online, err := sysList(root, "online")
	if err != nil {
		return p, err
	}
	if len(online) == 0 {
		return p, nil
	}
	p.Threads = Exactly(len(online))
	p.Installed.Threads = Exactly(max(len(present), len(online)))
	packages, cores := map[string]bool{}, map[string]bool{}
	noPackage, noCore := 0, 0
	for _, id := range online {
		if err := ctx.Err(); err != nil {
			return p, err
		}
		dir := path.Join(sysCPU, "cpu"+strconv.Itoa(id), "topology")
		pkg, core := sysPlace(root, dir)
		noPackage += tally(packages, pkg, pkg)
		noCore += tally(cores, core, core)
	}
	p.Sockets = Between(len(packages), len(packages)+noPackage)
	p.Cores = Between(len(cores), len(cores)+noCore)
	if len(packages) == 0 {
		p.Sockets = Count{Max: len(online)}
	}
	return p, nil
}

// sysPlace identifies a processor's package and core. The list of a core's
// threads is unique in the machine, which a core_id is not.
func sysPlace(root fs.FS, dir string) (pkg, core string) {
	pkg = oneLine(root, dir+"/physical_package_id")
	if strings.HasPrefix(pkg, "-") {
		pkg = "" // the firmware does not say
	}
	if pkg != "" {
		pkg = oneLine(root, dir+"/drawer_id") + "/" + oneLine(root, dir+"/book_id") + "/" + pkg
	}
	for _, name := range []string{"core_cpus_list", "thread_siblings_list"} {
		if core = oneLine(root, dir+"/"+name); core != "" {
			return pkg, core
		}
	}
	return pkg, ""
}

func sysList(root fs.FS, name string) ([]int, error) {
	list := oneLine(root, path.Join(sysCPU, name))
	ids, err := cpuIDs(list)
	if err != nil {
		return nil, fmt.Errorf("topology: /%s/%s: %w: %w", sysCPU, name, ErrMalformed, err)
	}
	return ids, nil
}

// oneLine is a small file's text; empty when it cannot be read, which for the
// files of sysfs means that the kernel does not know.
func oneLine(root fs.FS, name string) string {
	data, err := readSome(root, name, smallFile)
	if err != nil {
		return ""
	}
	return squeeze(string(data))
}

func readSome(root fs.FS, name string, limit int64) ([]byte, error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // read only
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("/%s is larger than %d bytes", name, limit)
	}
	return data, err
}
