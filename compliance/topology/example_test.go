package topology_test

import (
	"context"
	"fmt"
	"log"
	"strings"
	"testing/fstest"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance/topology"
)

func ExampleParse() {
	p, err := topology.Parse(topology.AIXLparstat, []byte(`
Partition Number                 : 6
Type                             : Shared-SMT-4
Mode                             : Uncapped
Entitled Capacity                : 0,70
Online Virtual CPUs              : 2
Maximum Physical CPUs in system  : 16
Active Physical CPUs in system   : 12
`))
	if err != nil {
		log.Fatal(err)
	}
	idle, _ := p.Partition.CapacityOnDemand()
	fmt.Println(p.Cores, "cores,", p.Threads, "threads, entitled to", p.Partition.Entitled.Decimal)
	fmt.Println("partition:", p.Partition.Sharing, "capped:", p.Partition.Capped, "capacity on demand:", idle)
	fmt.Println("missing:", strings.Join(p.Missing, ", "))
	// Output:
	// 2 cores, 8 threads, entitled to 0.7
	// partition: shared capped: no capacity on demand: 4
	// missing: sockets, model
}

// A dump that lists threads alone still bounds the cores: a POWER7 core runs at
// most four threads.
func ExampleParse_bounds() {
	var cpuinfo strings.Builder
	for i := range 16 {
		fmt.Fprintf(&cpuinfo, "processor\t: %d\ncpu\t\t: POWER7 (architected)\nrevision\t: 2.1 (pvr 003f 0201)\n\n", i)
	}
	p, err := topology.Parse(topology.LinuxCPUInfo, []byte(cpuinfo.String()))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(p.Threads, "threads on", p.Cores, "cores; missing:", p.Missing)
	// Output:
	// 16 threads on 4 to 16 cores; missing: [sockets cores]
}

// The operating system's view comes first; firmware adds what is fitted but not
// in use.
func ExampleRead() {
	cpuinfo := `processor : 0
model name : Intel(R) Xeon(R) CPU E5-2699 v3 @ 2.30GHz
physical id : 0
core id : 0
flags : fpu lm
`
	dmidecode := `Handle 0x0004, DMI type 4, 42 bytes
Processor Information
	Status: Populated, Enabled
	Core Count: 18
	Core Enabled: 1
Handle 0x0005, DMI type 4, 42 bytes
Processor Information
	Status: Unpopulated
`
	p, err := topology.Read(
		topology.Dump{Kind: topology.LinuxCPUInfo, Data: []byte(cpuinfo)},
		topology.Dump{Kind: topology.Dmidecode, Data: []byte(dmidecode)},
	)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(p.Cores, "core in use,", p.Installed.Cores, "installed,", p.SocketCapacity, "sockets on the board")
	// Output:
	// 1 core in use, 18 installed, 2 sockets on the board
}

func ExampleLocal() {
	root := fstest.MapFS{ // a program would pass os.DirFS("/")
		"proc/cpuinfo":                                             {Data: []byte("processor : 0\nmodel name : AMD EPYC 7502 32-Core Processor\nflags : fpu lm\n\nprocessor : 1\n")},
		"sys/devices/system/cpu/present":                           {Data: []byte("0-1\n")},
		"sys/devices/system/cpu/online":                            {Data: []byte("0-1\n")},
		"sys/devices/system/cpu/cpu0/topology/physical_package_id": {Data: []byte("0\n")},
		"sys/devices/system/cpu/cpu1/topology/physical_package_id": {Data: []byte("0\n")},
		"sys/devices/system/cpu/cpu0/topology/core_cpus_list":      {Data: []byte("0-1\n")},
		"sys/devices/system/cpu/cpu1/topology/core_cpus_list":      {Data: []byte("0-1\n")},
	}
	p, err := topology.Local(context.Background(), root)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(p.Sockets, "socket,", p.Cores, "core,", p.Threads, "threads:", p.Model)
	// Output:
	// 1 socket, 1 core, 2 threads: AMD EPYC 7502 32-Core Processor
}

func ExampleMatcher_Match() {
	m, err := topology.NewMatcher([]topology.Row{
		{Family: "UltraSPARC T1 1.0/1.2 GHz", Value: decimal.RequireFromString("0.25")},
		{Family: "UltraSPARC T1 1.4 GHz", Value: decimal.RequireFromString("0.5")},
		{Family: "Intel and AMD multi-core", Value: decimal.RequireFromString("0.5")},
		{Family: "Single-core chips of any kind", Value: decimal.RequireFromString("1")},
	})
	if err != nil {
		log.Fatal(err)
	}
	found := m.Match(topology.Query{Model: "Intel(R) Xeon(R) CPU E5-2690 v4 @ 2.60GHz"})
	fmt.Println(found.Value.Decimal, "because", found.Reason)

	unknown := m.Match(topology.Query{Model: "UltraSPARC-T1"})
	fmt.Println(unknown.Low.Decimal, "to", unknown.High.Decimal, "without", unknown.Missing)
	// Output:
	// 0.5 because "Intel(R) Xeon(R) CPU E5-2690 v4 @ 2.60GHz" is in row "Intel and AMD multi-core": made by intel, 2 or more cores a socket
	// 0.25 to 0.5 without [clock]
}

func ExampleProcessors_Queries() {
	p, err := topology.Parse(topology.SolarisPsrinfo, []byte(`The physical processor has 2 virtual processors (0 512)
  UltraSPARC-IV (portid 0 impl 0x18 ver 0x31 clock 1350 MHz)
The physical processor has 1 virtual processor (8)
  UltraSPARC-III+ (portid 8 impl 0x15 ver 0x23 clock 900 MHz)
`))
	if err != nil {
		log.Fatal(err)
	}
	for _, q := range p.Queries() {
		fmt.Println(q.Model, "cores per socket:", q.CoresPerSocket)
	}
	// Output:
	// UltraSPARC-IV cores per socket: 2
	// UltraSPARC-III+ cores per socket: 1
}
