//go:build alertmanager

package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
)

// heads is how many label sets at least each tree is compared with.
const heads = 20_000

func main() {
	rounds := flag.Int("rounds", 9, "how often the two take turns for each row")
	n := flag.Int("n", 200_000, "matches in one turn of the faster one")
	flag.Parse()
	if err := run(*rounds, *n); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(rounds, n int) error {
	if rounds < 1 || n < 100 {
		return errors.New("alertmanager: there must be a round and 100 matches at least")
	}
	trees := []tree{
		flat("100, equality", 100, false), flat("100, pattern", 100, true),
		flat("1,000, equality", 1_000, false), flat("10,000, equality", 10_000, false),
		deep("100, three levels, equality, pattern and severity", 100),
	}
	fmt.Printf("%s, %s/%s, %d CPUs; %d rounds\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), rounds)
	fmt.Println("| tree | label sets compared | subject | trueup ns | allocs | Alertmanager ns | allocs | ratio (least, most) |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	for _, t := range trees {
		p, err := newPair(t)
		if err != nil {
			return err
		}
		sets := t.labelSets(heads)
		if err := p.agree(sets); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		for _, row := range t.rows {
			r, err := p.measure(row.labels, rounds, n)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", t.name, row.name, err)
			}
			fmt.Printf("| %s | %d | %s | %s |\n", t.name, len(sets), row.name, r)
		}
	}
	return nil
}
