package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/trueup-dev/trueup/compliance/topology"
)

// factsCPUCommand reads samples and prints what each says of its processors.
//
// A sample is one JSON object a line: "id", and one text a dump under the
// dump's kind ("linux_cpuinfo": "processor : 0 ..."), or "format" with the kind
// of "text". Further dumps of the same machine fill what the first does not
// say. An output line keeps the order and the id of its input:
//
//	{"id", "kind", "sockets", "cores", "threads", "model", "missing"?, "error"?, ...}
//
// A count is a number, or null when the dump does not tell it; then "missing"
// names it and "bounds" holds [least, most] where they are known (most null
// when open). "installed" counts what is fitted, in use or not; "assumed" and
// "notes" say how counts were reached where that is not plain.
func factsCPUCommand() command {
	return command{
		name: "facts cpu",
		args: "FILE.ndjson (- reads standard input)",
		about: "prints one JSON line a sample: id, kind, sockets, cores, threads, model (null: not known), " +
			"bounds, installed, partition, missing, assumed, notes, error",
		run: runFactsCPU,
	}
}

func runFactsCPU(ctx context.Context, io streams, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("%w: want one file", errUsage)
	}
	in := io.in
	if args[0] != "-" {
		f, err := os.Open(args[0])
		if err != nil {
			return err
		}
		defer f.Close() //nolint:errcheck // read only
		in = f
	}
	failed, err := printFacts(ctx, args[0], in, io.out)
	if err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("%d samples could not be read; see their \"error\"", failed)
	}
	return nil
}

// maxSample bounds one line, so that a file without line ends is refused.
const maxSample = 64 << 20

func printFacts(ctx context.Context, name string, in io.Reader, out io.Writer) (failed int, err error) {
	buffered := bufio.NewWriter(out)
	scan := bufio.NewScanner(in)
	scan.Buffer(nil, maxSample)
	for n := 1; scan.Scan(); n++ {
		if err := ctx.Err(); err != nil {
			return failed, err
		}
		if len(bytes.TrimSpace(scan.Bytes())) == 0 {
			continue
		}
		facts := readSample(scan.Bytes())
		if facts.Error != "" {
			failed++
			facts.Error = fmt.Sprintf("%s:%d: %s", name, n, facts.Error)
		}
		line, err := json.Marshal(facts)
		if err != nil {
			return failed, err
		}
		if _, err := buffered.Write(append(line, '\n')); err != nil {
			return failed, err
		}
	}
	if err := scan.Err(); err != nil {
		return failed, fmt.Errorf("%s: %w", name, err)
	}
	return failed, buffered.Flush()
}

// cpuFacts is one output line.
type cpuFacts struct {
	ID             json.RawMessage    `json:"id"`
	Kind           string             `json:"kind"`
	Sockets        topology.Count     `json:"sockets"`
	Cores          topology.Count     `json:"cores"`
	Threads        topology.Count     `json:"threads"`
	CoresPerSocket topology.Count     `json:"cores_per_socket"`
	ThreadsPerCore topology.Count     `json:"threads_per_core"`
	Model          *string            `json:"model"`
	Models         []cpuModel         `json:"models,omitempty"`
	Vendor         string             `json:"vendor,omitempty"`
	Architecture   string             `json:"architecture,omitempty"`
	System         string             `json:"system,omitempty"`
	SpeedMHz       int                `json:"speed_mhz,omitempty"`
	Virtual        topology.Trit      `json:"virtual"`
	Hypervisor     string             `json:"hypervisor,omitempty"`
	Bounds         map[string][2]*int `json:"bounds,omitempty"`
	Installed      map[string]int     `json:"installed,omitempty"`
	SocketCapacity int                `json:"socket_capacity,omitempty"`
	Partition      *cpuPartition      `json:"partition,omitempty"`
	Missing        []string           `json:"missing,omitempty"`
	Assumed        []string           `json:"assumed,omitempty"`
	Notes          []string           `json:"notes,omitempty"`
	Error          string             `json:"error,omitempty"`
}

type cpuModel struct {
	Model   string         `json:"model"`
	Sockets topology.Count `json:"sockets"`
	Cores   topology.Count `json:"cores"`
	Threads topology.Count `json:"threads"`
}

type cpuPartition struct {
	Name             string        `json:"name,omitempty"`
	Number           string        `json:"number,omitempty"`
	Sharing          string        `json:"sharing"`
	Capped           topology.Trit `json:"capped"`
	Entitled         *string       `json:"entitled_capacity,omitempty"`
	Minimum          *string       `json:"minimum_capacity,omitempty"`
	Maximum          *string       `json:"maximum_capacity,omitempty"`
	VirtualCPUs      int           `json:"virtual_cpus,omitempty"`
	MaxVirtualCPUs   int           `json:"max_virtual_cpus,omitempty"`
	MinVirtualCPUs   int           `json:"min_virtual_cpus,omitempty"`
	Pool             string        `json:"pool,omitempty"`
	PoolCPUs         int           `json:"pool_cpus,omitempty"`
	SystemActive     int           `json:"system_active_cpus,omitempty"`
	SystemInstalled  int           `json:"system_installed_cpus,omitempty"`
	CapacityOnDemand *int          `json:"capacity_on_demand,omitempty"`
}

// readSample reads one line; whatever is wrong with it becomes its error.
func readSample(line []byte) cpuFacts {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(line, &fields); err != nil {
		return cpuFacts{ID: json.RawMessage("null"), Error: err.Error()}
	}
	out := cpuFacts{ID: fields["id"]}
	if out.ID == nil {
		out.ID = json.RawMessage("null")
	}
	dumps, err := sampleDumps(fields)
	if err != nil {
		out.Error = err.Error()
		return out
	}
	out.Kind = dumps[0].Kind.String()
	p, err := topology.Read(dumps...)
	if err != nil {
		out.Error = err.Error()
		return out
	}
	out.fill(p)
	return out
}

// companions are the names under which samples carry a further dump.
var companions = []struct {
	name string
	kind topology.Kind
}{
	{"psrinfo_v", topology.SolarisPsrinfo}, {"psrinfo_vp", topology.SolarisPsrinfo},
	{"kstat", topology.SolarisKstat}, {"registry", topology.WindowsRegistry},
	{"sysinfo", topology.LinuxSysinfo}, {"lparcfg", topology.LinuxLparcfg},
	{"lscpu", topology.LinuxLscpu}, {"prtconf", topology.AIXPrtconf},
	{"lscfg", topology.AIXLscfg}, {"sysctl", topology.BSDSysctl},
}

// sampleDumps finds the dumps of a sample, that of its format first.
func sampleDumps(fields map[string]json.RawMessage) ([]topology.Dump, error) {
	var format string
	if raw, ok := fields["format"]; ok {
		if err := json.Unmarshal(raw, &format); err != nil {
			return nil, fmt.Errorf("format: %w", err)
		}
	}
	main := topology.KindOf(format)
	if format != "" && main == topology.Invalid {
		return nil, fmt.Errorf("format %q is none of %v", format, topology.Kinds())
	}
	var dumps []topology.Dump
	add := func(name string, kind topology.Kind) error {
		raw := cmp.Or(string(fields[name]), "null")
		var text *string
		if err := json.Unmarshal([]byte(raw), &text); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if text != nil {
			dumps = append(dumps, topology.Dump{Kind: kind, Data: []byte(*text)})
		}
		return nil
	}
	var errs []error
	errs = append(errs, add("text", main))
	for _, c := range companions {
		errs = append(errs, add(c.name, c.kind))
	}
	for _, kind := range topology.Kinds() {
		errs = append(errs, add(kind.String(), kind))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if len(dumps) == 0 {
		return nil, errors.New("the sample holds no dump: give \"format\" and \"text\", or a kind and its text")
	}
	return dumps, nil
}

func (out *cpuFacts) fill(p topology.Processors) {
	out.Sockets, out.Cores, out.Threads = p.Sockets, p.Cores, p.Threads
	out.CoresPerSocket, out.ThreadsPerCore = p.CoresPerSocket(), p.ThreadsPerCore()
	if p.Model != "" {
		out.Model = &p.Model
	}
	if len(p.Groups) > 1 {
		for _, g := range p.Groups {
			out.Models = append(out.Models, cpuModel(g))
		}
	}
	out.Vendor, out.Architecture, out.System = p.Vendor, p.Architecture, p.System
	out.SpeedMHz, out.Virtual, out.Hypervisor = p.SpeedMHz, p.Virtual, p.Hypervisor
	out.Missing, out.Assumed, out.Notes = p.Missing, p.Assumed, p.Notes
	out.Bounds = map[string][2]*int{}
	out.Installed = map[string]int{}
	for _, c := range []struct {
		name            string
		used, installed topology.Count
	}{
		{"sockets", p.Sockets, p.Installed.Sockets}, {"cores", p.Cores, p.Installed.Cores},
		{"threads", p.Threads, p.Installed.Threads},
	} {
		if !c.used.Known() && (c.used.Min > 0 || c.used.Max > 0) {
			low, high := max(c.used.Min, 1), &c.used.Max
			if c.used.Max == 0 {
				high = nil
			}
			out.Bounds[c.name] = [2]*int{&low, high}
		}
		if n, ok := c.installed.Exact(); ok {
			out.Installed[c.name] = n
		}
	}
	out.SocketCapacity = p.SocketCapacity.N()
	out.Partition = partitionFacts(p.Partition)
}

func partitionFacts(p *topology.Partition) *cpuPartition {
	if p == nil {
		return nil
	}
	out := &cpuPartition{
		Name: p.Name, Number: p.Number, Sharing: p.Sharing.String(), Capped: p.Capped, Pool: p.Pool,
		VirtualCPUs: p.VirtualCPUs.N(), MaxVirtualCPUs: p.MaxVirtualCPUs.N(), MinVirtualCPUs: p.MinVirtualCPUs.N(),
		PoolCPUs: p.PoolCPUs.N(), SystemActive: p.SystemActive.N(), SystemInstalled: p.SystemInstalled.N(),
	}
	if p.Entitled.Valid {
		s := p.Entitled.Decimal.String()
		out.Entitled = &s
	}
	if p.Minimum.Valid {
		s := p.Minimum.Decimal.String()
		out.Minimum = &s
	}
	if p.Maximum.Valid {
		s := p.Maximum.Decimal.String()
		out.Maximum = &s
	}
	if n, ok := p.CapacityOnDemand(); ok {
		out.CapacityOnDemand = &n
	}
	return out
}
