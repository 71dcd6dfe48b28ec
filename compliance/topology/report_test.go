package topology_test

import (
	"bufio"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/topology"
	"github.com/trueup-dev/trueup/internal/shareddata"
)

var update = flag.Bool("update", false, "write the report anew")

const reportPath = "../../benchmarks/topology.md"

var factNames = []string{"sockets", "cores", "threads", "model"}

// tally is how often a fact of one kind came out as expected.
type tally struct{ right, total int }

func (c tally) String() string {
	if c.total == 0 {
		return "-"
	}
	return fmt.Sprintf("%d of %d (%.0f %%)", c.right, c.total, float64(c.right)*100/float64(c.total))
}

// difference is a fact that came out otherwise than expected.
type difference struct{ id, fact, want, got string }

func (d difference) key() string { return d.id + " " + d.fact }

// TestReport compares every sample with what is expected of it. Each difference
// must be explained in testdata/differences.txt, and the report must be current. Of
// samples that are not those reported, only that each is read and sound is known.
func TestReport(t *testing.T) {
	digest := samplesDigest(t)
	current, err := os.ReadFile(reportPath)
	require.NoError(t, err)
	others := !*update && !strings.Contains(string(current), digest)
	tallies := map[string]map[string]*tally{}
	var differences []difference
	samples := readSamples(t)
	for _, s := range samples {
		p, err := topology.Read(s.dumps()...)
		require.NoError(t, err, s.ID)
		requireSound(t, p, s.ID)
		if tallies[s.Format] == nil {
			tallies[s.Format] = map[string]*tally{}
		}
		got := map[string]string{
			"sockets": p.Sockets.String(), "cores": p.Cores.String(), "threads": p.Threads.String(), "model": p.Model,
		}
		for fact, want := range s.Expected.facts() {
			c := tallies[s.Format][fact]
			if c == nil {
				c = &tally{}
				tallies[s.Format][fact] = c
			}
			c.total++
			if sameFact(fact, want, got[fact], p) {
				c.right++
				continue
			}
			differences = append(differences, difference{s.ID, fact, want, got[fact]})
		}
	}
	if others {
		t.Logf("these are other samples than those reported (%s); -update reports them", digest)
		return
	}
	report := writeReport(t, len(samples), digest, tallies, differences) + rowsReport(t, samples)
	if *update {
		require.NoError(t, os.WriteFile(reportPath, []byte(report), 0o644))
	}
	current, err = os.ReadFile(reportPath)
	require.NoError(t, err)
	require.Equal(t, string(current), report, "run go test -run TestReport -update")
}

// samplesDigest tells one collection of samples from another.
func samplesDigest(t *testing.T) string {
	data, err := os.ReadFile(shareddata.Path(t, "cpu", "samples.ndjson"))
	require.NoError(t, err)
	return fmt.Sprintf("%x", sha256.Sum256(data))[:16]
}

var trademark = regexp.MustCompile(`(?i)\((r|tm)\)`)

// plain makes names comparable: one program strips trade marks, one keeps runs
// of blanks.
func plain(name string) string {
	return strings.ToLower(strings.Join(strings.Fields(trademark.ReplaceAllString(name, "")), " "))
}

// sameFact compares one fact. Where models are mixed any of them is right: the
// order in which programs list them differs.
func sameFact(fact, want, got string, p topology.Processors) bool {
	if fact != "model" {
		return want == got
	}
	return plain(want) == plain(got) || slices.ContainsFunc(p.Groups, func(g topology.Group) bool {
		return plain(g.Model) == plain(want)
	})
}

func writeReport(t *testing.T, samples int, digest string, tallies map[string]map[string]*tally, differences []difference) string {
	reasons := readReasons(t)
	var b strings.Builder
	fmt.Fprintf(&b, `# Processors from real dumps

`+"`go test ./compliance/topology -run TestReport -update`"+` writes this page from the %d samples of
cpu/samples.ndjson (SHA-256 %s). What is expected of a sample is what another inventory program reads from the same
dump (GLPI agent, lscpu), or what sysfs held on the machine when /proc/cpuinfo was copied (hwloc). A fact
that nothing is expected of is not counted; an unknown, given with bounds, counts as not right.
Trade marks and runs of blanks in model names are ignored.

| kind | sockets | cores | threads | model |
|---|---|---|---|---|
`, samples, digest)
	kinds := make([]string, 0, len(tallies))
	for kind := range tallies {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	all := map[string]tally{}
	for _, kind := range kinds {
		row := make([]string, 0, len(factNames))
		for _, fact := range factNames {
			c := tally{}
			if got := tallies[kind][fact]; got != nil {
				c = *got
			}
			all[fact] = tally{all[fact].right + c.right, all[fact].total + c.total}
			row = append(row, c.String())
		}
		fmt.Fprintf(&b, "| %s | %s |\n", kind, strings.Join(row, " | "))
	}
	fmt.Fprintf(&b, "| **all** | %v | %v | %v | %v |\n", all["sockets"], all["cores"], all["threads"], all["model"])
	b.WriteString("\naix_lparstat expects the fields of the partition instead; TestPartitionsOfSamples finds all of them equal.\n")
	b.WriteString("\n## Differences\n\n| sample | fact | expected | read | why |\n|---|---|---|---|---|\n")
	slices.SortFunc(differences, func(a, c difference) int { return strings.Compare(a.key(), c.key()) })
	for _, d := range differences {
		reason := reasons[d.key()]
		require.NotEmpty(t, reason, "unexplained: %s: want %s, got %s", d.key(), d.want, d.got)
		got := d.got
		if got == "" {
			got = "unknown"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", d.id, d.fact, d.want, got, reason)
		delete(reasons, d.key())
	}
	require.Empty(t, reasons, "explained, but no longer different")
	return b.String()
}

// readReasons reads "sample fact: reason" lines; several facts share a reason as
// "sample cores,threads: reason".
func readReasons(t *testing.T) map[string]string {
	f, err := os.Open("testdata/differences.txt")
	require.NoError(t, err)
	defer f.Close()
	out := map[string]string{}
	scan := bufio.NewScanner(f)
	for scan.Scan() {
		head, reason, ok := strings.Cut(scan.Text(), ": ")
		if !ok || strings.HasPrefix(head, "#") {
			continue
		}
		id, facts, _ := strings.Cut(head, " ")
		for fact := range strings.SplitSeq(facts, ",") {
			out[id+" "+fact] = reason
		}
	}
	require.NoError(t, scan.Err())
	return out
}

// rowsReport looks every processor of the samples up in the published tables.
func rowsReport(t *testing.T, samples []sample) string {
	var b strings.Builder
	b.WriteString("\n## Rows of vendor tables\n\n" +
		"Each distinct processor of the samples looked up, with what its dump tells and nothing else. Found: one row fits, or rows\n" +
		"that say the same. Bounded: a fact is missing that the table asks for; the answer is the lowest and highest value left.\n\n" +
		"| table | processors | found | bounded | facts missing |\n|---|---|---|---|---|\n")
	for _, table := range []struct {
		name string
		rows []topology.Row
	}{
		{"Oracle core factor (tables.json)", publishedRows(t, "oracle_core_factor", "factor")},
		{"Oracle core factor (optisam 2023)", optisamRows(t)},
		{"IBM PVU per core (tables.json)", publishedRows(t, "ibm_pvu_per_core", "pvu")},
		{"SQL Server 2012 core factor (tables.json)", publishedRows(t, "microsoft_sql_core_factor", "factor")},
	} {
		m, err := topology.NewMatcher(table.rows)
		require.NoError(t, err)
		seen := map[topology.Query]bool{}
		found, bounded, missing := 0, 0, map[string]int{}
		for _, s := range samples {
			p, err := topology.Read(s.dumps()...)
			require.NoError(t, err)
			for _, q := range p.Queries() {
				if seen[q] {
					continue
				}
				seen[q] = true
				got := m.Match(q)
				require.True(t, got.Low.Valid, "%s: %s", s.ID, got.Reason)
				if got.Value.Valid {
					found++
					continue
				}
				bounded++
				for _, fact := range got.Missing {
					missing[fact]++
				}
			}
		}
		var facts []string
		for fact, n := range missing {
			facts = append(facts, fmt.Sprintf("%s %d", fact, n))
		}
		slices.Sort(facts)
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %s |\n", table.name, len(seen), found, bounded, strings.Join(facts, ", "))
	}
	return b.String()
}
