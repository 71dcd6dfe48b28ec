// Command connectors measures what a row costs from a connector's process to the
// host's, AutoMTLS on, against one message a row and against a copy of the same
// bytes through a Unix socket. Results are in benchmarks/connectors.md.
//
//	go run ./benchmarks/connectors -rows 1000000
//	go run ./benchmarks/connectors sizes
//	go run ./benchmarks/connectors memory -rows 10000000
//
// Processor time is that of both processes, from the connector's start to its end.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/trueup-dev/trueup/connectors/sdk"
	"github.com/trueup-dev/trueup/internal/scale/rounds"
)

// The variables by which this program, started as a child, knows what it is.
const (
	rowVar    = "TRUEUP_BENCH_ROW"
	socketVar = "TRUEUP_BENCH_SOCKET"
)

func main() {
	var err error
	switch {
	case os.Getenv("TRUEUP_CONNECTOR") != "":
		sdk.Serve(about(), collector{})
	case os.Getenv(rowVar) != "":
		serveRows()
	case os.Getenv(socketVar) != "":
		err = writeSocket(os.Getenv(socketVar))
	default:
		err = measure()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func measure() error {
	if args := os.Args[1:]; len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		b := options(flag.CommandLine)
		if err := flag.CommandLine.Parse(args[1:]); err != nil {
			return err
		}
		return b.other(args[0])
	}
	b := options(flag.CommandLine)
	return rounds.Main(os.Stdout, b.variants)
}

// bench is the stream that is measured.
type bench struct {
	rows int
	even bool
}

func options(f *flag.FlagSet) *bench {
	b := &bench{}
	f.IntVar(&b.rows, "rows", 1_000_000, "rows to send")
	f.BoolVar(&b.even, "even", false, "titles evenly spread; few are everywhere otherwise")
	return b
}

// other runs what is not a comparison.
func (b *bench) other(name string) error {
	switch name {
	case "sizes":
		return b.sizes()
	case "memory":
		return b.memory()
	}
	return fmt.Errorf("want sizes or memory, not %q", name)
}
