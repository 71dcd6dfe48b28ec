// Package rounds runs the variants of a benchmark against one another: each in a
// process of its own, so that one's memory is not another's, and in turn, so that a
// busy machine is busy for all of them. What is compared is processor time.
package rounds

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
)

// Variant is one way to do the work. What it prepares is not measured.
type Variant struct {
	Name string
	// Run prepares, and calls measure once with the work.
	Run func(measure func(work func() error)) error
	// Per is the number of things that the time is divided by.
	Per int
}

// Figures are what one run of a variant took.
type Figures struct {
	CPU, Wall time.Duration
	Allocs    uint64
	// Peak is the most memory that the process ever held, in bytes.
	Peak int64
}

// Main runs all variants for some rounds and writes their medians, each with its
// ratio to the first one. It calls its own program for every run, and the list once
// the flags are read.
func Main(w io.Writer, list func() []Variant) error {
	one := flag.String("variant", "", "run one variant and write its figures")
	rounds := flag.Int("rounds", 3, "how often each variant runs")
	flag.Parse()
	variants := list()
	if *one != "" {
		return run(w, variants, *one)
	}
	figures := map[string][]Figures{}
	for range *rounds {
		for _, v := range variants {
			f, err := apart(v.Name)
			if err != nil {
				return fmt.Errorf("%s: %w", v.Name, err)
			}
			figures[v.Name] = append(figures[v.Name], f)
		}
	}
	return table(w, variants, figures)
}

func run(w io.Writer, variants []Variant, name string) error {
	i := slices.IndexFunc(variants, func(v Variant) bool { return v.Name == name })
	if i < 0 {
		return fmt.Errorf("there is no variant %q", name)
	}
	var f Figures
	var failed error
	err := variants[i].Run(func(work func() error) {
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		cpu, wall := processor(), time.Now()
		failed = work()
		f.CPU, f.Wall = processor()-cpu, time.Since(wall)
		runtime.ReadMemStats(&after)
		f.Allocs = after.Mallocs - before.Mallocs
	})
	if err != nil {
		return err
	}
	if failed != nil {
		return failed
	}
	return json.NewEncoder(w).Encode(f)
}

// apart runs a variant in a process of its own.
func apart(name string) (Figures, error) {
	var out bytes.Buffer
	cmd := exec.Command(os.Args[0], append(slices.Clone(os.Args[1:]), "-variant", name)...)
	cmd.Stdout, cmd.Stderr = &out, os.Stderr
	if err := cmd.Run(); err != nil {
		return Figures{}, err
	}
	var f Figures
	if err := json.Unmarshal(out.Bytes(), &f); err != nil {
		return Figures{}, err
	}
	f.Peak = cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss * 1024
	return f, nil
}

// processor is the time of this process and of the children that have ended.
func processor() time.Duration {
	var sum time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if syscall.Getrusage(who, &u) != nil {
			return 0
		}
		sum += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	return sum
}

// table writes medians and ranges.
func table(w io.Writer, variants []Variant, figures map[string][]Figures) error {
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "variant\tCPU s\tfrom\tto\tns each\tof the first\twall s\tpeak MB\tallocs")
	first := median(figures[variants[0].Name], cpuOf)
	for _, v := range variants {
		all := figures[v.Name]
		cpu := median(all, cpuOf)
		fmt.Fprintf(t, "%s\t%.2f\t%.2f\t%.2f\t%.1f\t%.2f\t%.2f\t%.0f\t%.0f\n", v.Name, cpu/1e9, least(all)/1e9, most(all)/1e9,
			cpu/float64(v.Per), cpu/first, median(all, func(f Figures) float64 { return float64(f.Wall) })/1e9,
			median(all, func(f Figures) float64 { return float64(f.Peak) })/1e6,
			median(all, func(f Figures) float64 { return float64(f.Allocs) }))
	}
	load, err := os.ReadFile("/proc/loadavg")
	if err == nil {
		fmt.Fprintf(t, "load average %s, %d rounds\n", strings.Join(strings.Fields(string(load))[:3], " "), len(figures[variants[0].Name]))
	}
	return t.Flush()
}

func cpuOf(f Figures) float64 { return float64(f.CPU) }

func median(all []Figures, of func(Figures) float64) float64 {
	var values []float64
	for _, f := range all {
		values = append(values, of(f))
	}
	slices.Sort(values)
	return values[len(values)/2]
}

func least(all []Figures) float64 {
	return float64(slices.MinFunc(all, func(a, b Figures) int { return int(a.CPU - b.CPU) }).CPU)
}

func most(all []Figures) float64 {
	return float64(slices.MaxFunc(all, func(a, b Figures) int { return int(a.CPU - b.CPU) }).CPU)
}
