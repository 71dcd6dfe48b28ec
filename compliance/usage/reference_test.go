package usage

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/internal/shareddata"
)

// TestReferences reads the collection of real logs and status outputs, compares
// with what others counted in them, and writes the account to benchmarks/usage.md
// (with -update). A difference without an explanation fails.
func TestReferences(t *testing.T) {
	dir := shareddata.Path(t, "usage")
	var b strings.Builder
	b.WriteString(`# Concurrent use: results against the references

Written by ` + "`go test ./compliance/usage -run References -update`" + `; the test compares it with
what is measured and fails on a difference from a reference that is not explained here.

`)
	compareLogs(t, &b, dir)
	compareStatuses(t, &b, filepath.Join(dir, "lmstat"), lmstatReference)
	compareStatuses(t, &b, filepath.Join(dir, "license_servers"), serversReference)
	compareGolden(t, filepath.Join("..", "..", "benchmarks", "usage.md"), b.String())
}

func readFile(t *testing.T, name string) (*Report, error) {
	t.Helper()
	f, err := os.Open(name)
	require.NoError(t, err)
	defer f.Close()
	return Read(t.Context(), f, Options{Name: filepath.Base(name)})
}

func compareLogs(t *testing.T, b *strings.Builder, dir string) {
	b.WriteString(`## FlexNet debug logs

The reference counts naively: one up at OUT, one down at IN, in the order of the lines. Users and
hosts are counted without regard to case by both. "peak" is the bounds within the time of the log;
"in order" the count in the order of the lines; "times" how often the peak is reached.

| log | feature | check-outs | users | hosts | naive peak | peak | in order | times | first at | difference |
|---|---|---|---|---|---|---|---|---|---|---|
`)
	f, err := os.Open(filepath.Join(dir, "flexlm_debug_reference.csv"))
	require.NoError(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	reports := map[string]*Report{}
	for _, row := range rows[1:] {
		want := map[string]string{}
		for i, column := range rows[0] {
			want[column] = row[i]
		}
		r := reports[want["log"]]
		if r == nil {
			r, err = readFile(t, filepath.Join(dir, "flexlm_debug_logs", want["log"]+".log"))
			require.NoError(t, err)
			assert.Zero(t, r.UnparsedLines)
			reports[want["log"]] = r
		}
		compareLog(t, b, r, want)
	}
}

func compareLog(t *testing.T, b *strings.Builder, r *Report, want map[string]string) {
	i := slices.IndexFunc(r.Features, func(f Feature) bool {
		return string(f.Name) == want["feature"] && f.Vendor == want["daemon"]
	})
	require.GreaterOrEqual(t, i, 0, want["feature"])
	f := &r.Features[i]
	p, err := f.Peak()
	require.NoError(t, err)
	users, hosts := map[string]bool{}, map[string]bool{}
	var first, last time.Time
	see := func(instant time.Time) {
		if first.IsZero() || instant.Before(first) {
			first = instant
		}
		if instant.After(last) {
			last = instant
		}
	}
	for _, c := range f.Checkouts {
		users[c.User.Key()], hosts[c.Host.Key()] = true, true
		see(c.Held.From)
		if c.Exact() {
			see(c.Held.To)
		}
	}
	refused := 0
	for _, d := range f.Refusals {
		refused += d.Requests
		see(d.First)
		see(d.Last)
	}
	const layout = "2006-01-02T15:04:05"
	assert.Equal(t, want["out_events"], strconv.Itoa(len(f.Checkouts)), want["feature"])
	assert.Equal(t, want["unsupported"], strconv.Itoa(refused), want["feature"])
	assert.Equal(t, want["first_event"], first.Format(layout), want["feature"])
	assert.Equal(t, want["last_event"], last.Format(layout), want["feature"])
	// Those whose request was not supported count among the reference's users.
	assert.Equal(t, want["distinct_users_ci"], strconv.Itoa(len(users)), want["feature"])
	assert.Equal(t, want["distinct_hosts_ci"], strconv.Itoa(len(hosts)), want["feature"])

	difference := explainLog(want["naive_peak_concurrent"], f, p)
	assert.NotEmpty(t, difference, "%s: naive peak %s is not explained", f.Name, want["naive_peak_concurrent"])
	peak := strconv.FormatInt(p.AtLeast, 10)
	if !p.Exact() {
		peak += " to " + strconv.FormatInt(*p.AtMost, 10)
	}
	fmt.Fprintf(b, "| %s | %s | %d | %d | %d | %s | %s | %d | %d | %s | %s |\n", want["log"], f.Name, len(f.Checkouts),
		len(users), len(hosts), want["naive_peak_concurrent"], peak, *f.LogPeak, len(p.Spans), short(p.Spans[0].From), difference)
}

// explainLog says why a peak differs from a naive count, or is empty.
func explainLog(naive string, f *Feature, p *Peak) string {
	var open string
	for _, n := range f.Notes {
		if n.Doubtful {
			open = fmt.Sprintf("; %d %s", n.Count, n.What)
		}
	}
	order := strconv.FormatInt(*f.LogPeak, 10)
	switch {
	case naive == strconv.FormatInt(*p.AtMost, 10) && p.Exact() && open != "":
		return "none" + open + " (not at the peak)"
	case naive == strconv.FormatInt(*p.AtMost, 10) && p.Exact():
		return "none"
	case naive == strconv.FormatInt(*p.AtMost, 10):
		return "the lower bound leaves out what is doubtful" + open
	case naive == order:
		return "the reference counts a licence taken within the second in which another came back"
	}
	return ""
}

func compareStatuses(t *testing.T, b *strings.Builder, dir string, parse func(*testing.T, json.RawMessage) []expected) {
	fmt.Fprintf(b, `
## %s

The reference is what the parser of another project makes of the file.

| file | format | features | as the reference | difference |
|---|---|---|---|---|
`, filepath.Base(dir))
	text, err := os.ReadFile(filepath.Join(dir, "reference.json"))
	require.NoError(t, err)
	var reference map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(text, &reference))
	names := make([]string, 0, len(reference))
	for name := range reference {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		r, err := readFile(t, filepath.Join(dir, name))
		want := parse(t, reference[name])
		if err != nil {
			assert.Empty(t, want, "%s: %v", name, err)
			_, problem, _ := strings.Cut(err.Error(), name+": ")
			fmt.Fprintf(b, "| %s | | 0 | yes | the reference is empty; here it is an error: %s |\n", name, strings.ReplaceAll(problem, "|", "\\|"))
			continue
		}
		assert.Zero(t, r.UnparsedLines, name)
		same, differences := compareStatus(t, name, r, want)
		fmt.Fprintf(b, "| %s | %s | %d | %d | %s |\n", name, r.Format, len(want), same, strings.Join(differences, "; "))
	}
}

func compareStatus(t *testing.T, name string, r *Report, want []expected) (same int, differences []string) {
	require.Len(t, r.Features, len(want), name)
	var uncounted []string
	for _, w := range want {
		i := slices.IndexFunc(r.Features, func(f Feature) bool {
			return string(f.Name) == w.name || strings.ToLower(string(f.Name)) == w.name
		})
		require.GreaterOrEqual(t, i, 0, "%s: %s", name, w.name)
		f := &r.Features[i]
		if w.holders != nil {
			assert.Equal(t, w.holders, describeHolders(f, strings.Contains(w.holders[0], "(v")), "%s: %s", name, w.name)
		}
		if w.lots != nil {
			assert.Equal(t, w.lots, describeLots(f), "%s: %s", name, w.name)
			same++
			continue
		}
		require.NotNil(t, f.InUse, "%s: %s", name, w.name)
		assert.Equal(t, w.used, *f.InUse, "%s: %s", name, w.name)
		if f.Owned != nil && *f.Owned == w.owned {
			same++
			continue
		}
		assert.Equal(t, Uncounted, f.Status, "%s: %s: owned differs and is counted", name, w.name)
		assert.Contains(t, []int64{0, uncountedNumber}, w.owned)
		uncounted = append(uncounted, fmt.Sprintf("%s (%d)", f.Name, w.owned))
	}
	if len(uncounted) > 0 {
		differences = append(differences, "uncounted is a status here, a number in the reference: "+strings.Join(uncounted, ", "))
	}
	if r.Format == FormatLSDyna {
		differences = append(differences, "none in numbers; owned and in use are the pool's for each program, and each program's own part is given beside them")
	}
	for _, n := range r.Notes {
		if n.Doubtful {
			differences = append(differences, "noted as doubtful: "+n.What)
		}
	}
	if len(differences) == 0 {
		differences = []string{"none"}
	}
	return same, differences
}

// describeHolders adds up by user, host and version, or by user and version only,
// which is what the references give.
func describeHolders(f *Feature, byVersion bool) []string {
	sum := map[string]int64{}
	for _, c := range f.Checkouts {
		key := strings.ToLower(string(c.User)) + " " + string(c.Host)
		if byVersion {
			key = string(c.User) + " (v" + c.Version + ")"
		}
		sum[key] += c.Quantity
	}
	return sorted(sum)
}

func sorted(sum map[string]int64) []string {
	out := make([]string, 0, len(sum))
	for key, n := range sum {
		out = append(out, fmt.Sprintf("%s %d", key, n))
	}
	slices.Sort(out)
	return out
}

func describeLots(f *Feature) []string {
	var out []string
	for _, l := range f.Lots {
		end := "permanent"
		if !l.Permanent {
			// The reference names the last day, a lot the first instant after it.
			end = strconv.FormatInt(l.Expires.AddDate(0, 0, -1).Unix(), 10)
		}
		out = append(out, fmt.Sprintf("%d %s %s %s", l.Licences, l.Version, end, l.Server))
	}
	return out
}
