package topology_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trueup-dev/trueup/compliance/topology"
	"github.com/trueup-dev/trueup/internal/shareddata"
)

// publishedRows reads the rows of one published table.
func publishedRows(t testing.TB, table, value string) []topology.Row {
	t.Helper()
	data, err := os.ReadFile(shareddata.Path(t, "metrics", "tables.json"))
	require.NoError(t, err)
	var tables map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(data, &tables))
	var doc struct{ Rows []map[string]any }
	require.NoError(t, json.Unmarshal(tables[table], &doc))
	var rows []topology.Row
	for _, r := range doc.Rows {
		family, _ := r["family"].(string)
		if family == "" {
			family, _ = r["processor"].(string)
		}
		rows = append(rows, topology.Row{Family: family, Value: decimal.RequireFromString(fmt.Sprint(r[value]))})
	}
	return rows
}

// optisamRows reads the core factors that another product carries, by maker.
func optisamRows(t testing.TB) []topology.Row {
	t.Helper()
	f, err := os.Open(shareddata.Path(t, "cpu", "oracle_core_factor_optisam_2023.csv"))
	require.NoError(t, err)
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	var rows []topology.Row
	for _, r := range records[1:] {
		rows = append(rows, topology.Row{Vendor: r[0], Family: r[1], Value: decimal.RequireFromString(r[2])})
	}
	return rows
}

// ownRows are rows in the style in which Oracle printed them until 2012.
var ownRows = []topology.Row{
	{Family: "AMD Opteron Models 13XX, 23XX, 24XX, 32XX, 41XX, 42XX, 61XX, 62XX or earlier Multicore chips", Value: dec("0.5")},
	{Family: "Intel Xeon Series 56XX, Series 65XX, Series 75XX, Series E7-28XX, E7-48XX, E7-88XX or earlier Multicore chips", Value: dec("0.5")},
	{Family: "Intel Itanium Series 93XX (For servers purchased prior to Dec 1st, 2010)", Value: dec("0.5")},
	{Family: "Intel Itanium Series 93XX (For servers purchased on or after Dec 1st, 2010)", Value: dec("1")},
	{Family: "SPARC64 VI, VII", Value: dec("0.75")},
	{Family: "All Single Core Chips", Value: dec("1")},
	{Family: "All Other Multicore chips", Value: dec("1")},
}

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

// answer is what a test wants of a match, in one line: the value, or the bounds
// and what is missing.
func answer(m topology.Match, rows []topology.Row) string {
	switch {
	case m.Index >= 0:
		return fmt.Sprintf("%v by %s%s", m.Value.Decimal, rows[m.Index].Vendor, sep(rows[m.Index]))
	case m.Value.Valid:
		return fmt.Sprintf("%v whichever the row", m.Value.Decimal)
	case m.Low.Valid:
		return fmt.Sprintf("%v to %v, missing %v", m.Low.Decimal, m.High.Decimal, m.Missing)
	}
	return "none"
}

func sep(r topology.Row) string {
	if r.Vendor != "" && r.Family != "" {
		return ": " + r.Family
	}
	return r.Family
}

func TestMatch(t *testing.T) {
	before := time.Date(2010, 11, 30, 0, 0, 0, 0, time.UTC)
	after := time.Date(2010, 12, 1, 0, 0, 0, 0, time.UTC)
	tables := map[string][]topology.Row{
		"after": {{Family: "IBM POWER8 (bought after Dec 1st, 2010)", Value: dec("2")}, {Family: "IBM POWER8", Value: dec("1")}},
		"own":   ownRows, "optisam": optisamRows(t),
		"oracle": publishedRows(t, "oracle_core_factor", "factor"),
		"pvu":    publishedRows(t, "ibm_pvu_per_core", "pvu"),
		"sql":    publishedRows(t, "microsoft_sql_core_factor", "factor"),
	}
	for _, tc := range []struct {
		table string
		q     topology.Query
		want  string
	}{
		{"oracle", topology.Query{Model: "Intel(R) Xeon(R) CPU E5-2690 v4 @ 2.60GHz"}, "0.5 by Intel and AMD multi-core (Xeon, Opteron, EPYC, desktop)"},
		{"oracle", topology.Query{Model: "AMD EPYC 7502 32-Core Processor"}, "0.5 by Intel and AMD multi-core (Xeon, Opteron, EPYC, desktop)"},
		{"oracle", topology.Query{Model: "Intel(R) Xeon(TM) CPU 2.60GHz"}, "0.5 to 1, missing [cores per socket]"},
		{"oracle", topology.Query{Model: "Intel(R) Xeon(TM) CPU 2.60GHz", CoresPerSocket: 2}, "0.5 by Intel and AMD multi-core (Xeon, Opteron, EPYC, desktop)"},
		{"oracle", topology.Query{Model: "Intel(R) Xeon(TM) CPU 3.06GHz", CoresPerSocket: 1}, "1 by Single-core chips of any kind"},
		{"oracle", topology.Query{Model: "Intel(R) Xeon(R) CPU E5-2640 v3 @ 2.60GHz", CoresPerSocket: 1}, "0.5 by Intel and AMD multi-core (Xeon, Opteron, EPYC, desktop)"}, // a guest
		{"oracle", topology.Query{Model: "UltraSPARC-T1", SpeedMHz: 1000}, "0.25 by Sun UltraSPARC T1 1.0/1.2 GHz (T1000/T2000)"},
		{"oracle", topology.Query{Model: "UltraSPARC-T1", SpeedMHz: 1400}, "0.5 by UltraSPARC T1 1.4 GHz"},
		{"oracle", topology.Query{Model: "UltraSPARC-T1"}, "0.25 to 1, missing [clock]"},
		{"oracle", topology.Query{Model: "UltraSPARC-T2+"}, "0.5 by UltraSPARC T2+"},
		{"oracle", topology.Query{Model: "UltraSPARC-T2"}, "0.75 by UltraSPARC T2"},
		{"oracle", topology.Query{Model: "UltraSPARC-IV+"}, "0.75 by UltraSPARC IV, IV+"},
		{"oracle", topology.Query{Model: "SPARC64-VII+"}, "0.5 by SPARC64 VII+"},
		{"oracle", topology.Query{Model: "SPARC-T5"}, "0.5 by SPARC T4, T5"},
		{"oracle", topology.Query{Model: "SPARC-M7"}, "0.5 by SPARC M5, M6, M7, M8, T7, T8"},
		{"oracle", topology.Query{Model: "POWER7+ (raw), altivec supported"}, "1 by IBM POWER7, 7+, 8, 9"},
		{"oracle", topology.Query{Model: "PowerPC_POWER4", CoresPerSocket: 2}, "0.75 by IBM POWER5+ and earlier"},
		{"oracle", topology.Query{Model: "POWER5+ (gs)"}, "0.75 by IBM POWER5+ and earlier"},
		{"oracle", topology.Query{Model: "POWER6 (raw)"}, "1 by IBM POWER6"},
		{"oracle", topology.Query{Model: "PA-RISC 8900"}, "0.75 by HP PA-RISC"},
		{"oracle", topology.Query{Model: "Intel(R) Itanium(R) Processor 9350s"}, "0.5 to 1, missing [purchase date]"},
		{"oracle", topology.Query{Model: "Intel(R) Itanium(R) Processor 9350s", Purchased: before}, "0.5 by Intel Itanium 93xx in servers bought before 1 Dec 2010"},
		{"oracle", topology.Query{Model: "Intel(R) Itanium(R) Processor 9350s", Purchased: after}, "1 by Intel Itanium 93xx in servers bought on or after 1 Dec 2010"},
		{"oracle", topology.Query{Vendor: "IBM/S390", System: "IBM 2964"}, "1 by All other multi-core chips"},
		{"oracle", topology.Query{Model: "Neoverse-N1"}, "1 whichever the row"},
		{"oracle", topology.Query{Model: "Fancy Chip 9000"}, "0.25 to 1, missing [model]"},
		{"oracle", topology.Query{}, "0.25 to 1, missing [model]"},
		{"oracle", topology.Query{Vendor: "GenuineIntel"}, "0.5 to 1, missing [cores per socket model purchase date]"},

		{"optisam", topology.Query{Model: "Intel(R) Xeon(R) Gold 6140 CPU @ 2.30GHz"}, "0.5 by default: Intel(R)"},
		{"optisam", topology.Query{Model: "Intel(R) Itanium(R) Processor 9350s"}, "1 by Intel: Itanium 93"},
		{"optisam", topology.Query{Model: "AMD Opteron(TM) Processor 6276"}, "0.5 by AMD"},
		{"optisam", topology.Query{Vendor: "IBM/S390", System: "IBM 2817"}, "1 by IBM: IBM Z"},
		{"optisam", topology.Query{Model: "UltraSPARC-T1", SpeedMHz: 1200, System: "SPARC Enterprise T2000"}, "0.25 by Fujitsu: SPARC Enterprise T2000 1.2 GHz"},

		{"optisam", topology.Query{Model: "UltraSPARC-T1", SpeedMHz: 1197}, "0.25 by Fujitsu: UltraSPARC T1 1.2 GHz"},
		{"after", topology.Query{Model: "POWER8", Purchased: after}, "1 by IBM POWER8"},
		{"after", topology.Query{Model: "POWER8", Purchased: after.AddDate(0, 0, 1)}, "2 by IBM POWER8 (bought after Dec 1st, 2010)"},
		{"own", topology.Query{Model: "Intel(R) Xeon(R) CPU           X5650  @ 2.67GHz"}, "0.5 by " + ownRows[1].Family},
		{"own", topology.Query{Model: "Intel(R) Xeon(R) CPU E7- 4870  @ 2.40GHz"}, "0.5 by " + ownRows[1].Family},
		{"own", topology.Query{Model: "Intel(R) Xeon(R) CPU E5-2690 v4 @ 2.60GHz"}, "0.5 to 1, missing [whether the model is earlier than those named]"},
		{"own", topology.Query{Model: "AMD Opteron(TM) Processor 6276"}, "0.5 by " + ownRows[0].Family},
		{"own", topology.Query{Model: "Intel(R) Itanium(R) Processor 9350s", Purchased: after}, "1 by " + ownRows[3].Family},

		{"pvu", topology.Query{Model: "POWER8 (architected)", System: "IBM Power S824", LinuxOnly: topology.No}, "70 by POWER8 S8xx"},
		{"pvu", topology.Query{Model: "POWER7 780", LinuxOnly: topology.No}, "120 by POWER7 770 / 780 / 795"},
		{"pvu", topology.Query{Model: "POWER7 (BladeCenter PS702)", LinuxOnly: topology.No}, "70 by POWER7 PS700-PS703 / 710-740 / p260 / p270"},
		{"pvu", topology.Query{Model: "POWER7 (architected)", LinuxOnly: topology.No}, "70 to 120, missing [machine model]"},
		{"pvu", topology.Query{Model: "POWER8 (architected)", System: "IBM Power 880", LinuxOnly: topology.No}, "120 by POWER8 870 / 880"},
		{"pvu", topology.Query{Model: "POWER7 (architected)", System: "IBM BladeCenter PS702", LinuxOnly: topology.No}, "70 by POWER7 PS700-PS703 / 710-740 / p260 / p270"},
		{"pvu", topology.Query{Model: "POWER7 (architected)", System: "IBM Power 755", LinuxOnly: topology.No}, "100 by POWER7 750 / 755 / 760 / 775 / PS704 / p460"},
		{"pvu", topology.Query{Model: "POWER7 (architected)", System: "IBM Power 780", LinuxOnly: topology.Yes}, "70 by Any POWER core running Linux only (IFL)"},
		{"pvu", topology.Query{Model: "POWER7 (architected)", LinuxOnly: topology.No}, "70 to 120, missing [machine model]"},
		{"pvu", topology.Query{Model: "POWER10", System: "IBM Power S1022", LinuxOnly: topology.No}, "70 by POWER10 S / L10xx"},
		{"pvu", topology.Query{Vendor: "IBM/S390", System: "IBM 2817 M32", LinuxOnly: topology.Yes}, "120 by IBM Z z196 IFL (2010)"},
		{"pvu", topology.Query{Model: "Intel(R) Xeon(R) CPU X7550 @ 2.00GHz", SocketCapacity: 2}, "70 by Intel Xeon Nehalem-EX, max 2 sockets"},
		{"pvu", topology.Query{Model: "Intel(R) Xeon(R) CPU X7550 @ 2.00GHz", SocketCapacity: 4}, "100 by Intel Xeon Nehalem-EX, max 4 sockets"},
		{"pvu", topology.Query{Model: "Intel(R) Xeon(R) CPU X7550 @ 2.00GHz", SocketCapacity: 8}, "120 by Intel Xeon Nehalem-EX, more than 4 sockets (8)"},
		{"pvu", topology.Query{Model: "Intel(R) Xeon(R) CPU X7550 @ 2.00GHz"}, "70 to 120, missing [socket capacity]"},
		{"pvu", topology.Query{Model: "Intel(R) Xeon(R) CPU E5440 @ 2.83GHz", CoresPerSocket: 4}, "50 by Intel Xeon 3000-3499, 5000-5499 dual/quad core"},
		{"pvu", topology.Query{Model: "Intel(R) Xeon(R) Gold 5120 CPU @ 2.20GHz", CoresPerSocket: 14}, "120 by Not identified (ILMT 9.2.11+ default)"},
		{"pvu", topology.Query{Model: "AMD Opteron(tm) Processor 250", CoresPerSocket: 1}, "100 by Opteron, single-core"},
		{"pvu", topology.Query{Model: "Dual Core AMD Opteron(tm) Processor 865", CoresPerSocket: 2}, "50 by AMD Opteron dual/quad core"},

		{"sql", topology.Query{Model: "AMD Opteron(TM) Processor 6276", CoresPerSocket: 16}, "0.75 by AMD 31XX, 32XX, 41XX, 42XX, 61XX, 62XX with 6 or more cores (2014 adds 33XX, 43XX, 63XX)"},
		{"sql", topology.Query{Model: "AMD Opteron(tm) Processor 4122", CoresPerSocket: 4}, "1 by all not listed"},
		{"sql", topology.Query{Model: "AMD FX(tm)-6100 Six-Core Processor", CoresPerSocket: 6}, "1 by all not listed"},
		{"sql", topology.Query{Model: "Intel(R) Xeon(R) CPU 5120 @ 1.86GHz", CoresPerSocket: 2}, "2 by dual-core"},
		{"sql", topology.Query{Model: "Intel(R) Xeon(R) CPU E5-2690 v4 @ 2.60GHz", CoresPerSocket: 14}, "1 by all not listed"},
	} {
		t.Run(fmt.Sprintf("%s/%s%s/%s", tc.table, tc.q.Model, tc.q.Vendor, tc.want), func(t *testing.T) {
			m, err := topology.NewMatcher(tables[tc.table])
			require.NoError(t, err)
			got := m.Match(tc.q)
			assert.Equal(t, tc.want, answer(got, tables[tc.table]), got.Reason)
			assert.NotEmpty(t, got.Reason)
		})
	}
}

func TestMatcherErrors(t *testing.T) {
	_, err := topology.NewMatcher(nil)
	require.ErrorIs(t, err, topology.ErrNoRows)
	_, err = topology.NewMatcher([]topology.Row{{Family: "Intel"}, {Vendor: "Nobody"}})
	require.ErrorIs(t, err, topology.ErrMalformed)
	require.ErrorContains(t, err, "row 2")
}

func TestNoRestRow(t *testing.T) {
	m, err := topology.NewMatcher([]topology.Row{{Family: "IBM POWER8", Value: dec("1")}})
	require.NoError(t, err)
	got := m.Match(topology.Query{Model: "SPARC-T5"})
	assert.Equal(t, -1, got.Index)
	assert.False(t, got.Low.Valid)
	assert.Equal(t, `no row of the table fits "SPARC-T5", and none is for the rest`, got.Reason)
}

// TestQueriesOfMixedMachine: each model is looked up with its own facts.
func TestQueriesOfMixedMachine(t *testing.T) {
	data, err := os.ReadFile("testdata/dumps/linux_cpuinfo-xeon-mixed.txt")
	require.NoError(t, err)
	p, err := topology.Parse(topology.LinuxCPUInfo, data)
	require.NoError(t, err)
	got := p.Queries()
	require.Len(t, got, 2)
	assert.Equal(t, []any{2, 2000, 1, 2130}, []any{got[0].CoresPerSocket, got[0].SpeedMHz, got[1].CoresPerSocket, got[1].SpeedMHz})
}

// TestMoreFactsNeverWiden: a fact added to a query never widens the bounds, and
// a value found lies within them.
func TestMoreFactsNeverWiden(t *testing.T) {
	tables := [][]topology.Row{ownRows, optisamRows(t), publishedRows(t, "oracle_core_factor", "factor"),
		publishedRows(t, "ibm_pvu_per_core", "pvu"), publishedRows(t, "microsoft_sql_core_factor", "factor")}
	models := []string{"Intel(R) Xeon(R) CPU X7550 @ 2.00GHz", "Intel(R) Xeon(TM) CPU 2.60GHz", "UltraSPARC-T1", "UltraSPARC-T2+", "POWER7",
		"POWER5", "Intel(R) Itanium(R) Processor 9350s", "AMD Opteron(TM) Processor 6276", "SPARC64-VII", "Neoverse-N1", "PA-RISC 8700"}
	rapid.Check(t, func(t *rapid.T) {
		m, err := topology.NewMatcher(rapid.SampledFrom(tables).Draw(t, "table"))
		require.NoError(t, err)
		full := topology.Query{
			Model: rapid.SampledFrom(models).Draw(t, "model"), CoresPerSocket: rapid.IntRange(1, 16).Draw(t, "cores"),
			SpeedMHz: rapid.SampledFrom([]int{1000, 1165, 1400, 3000}).Draw(t, "clock"), SocketCapacity: rapid.IntRange(1, 8).Draw(t, "capacity"),
			System:    rapid.SampledFrom([]string{"IBM Power 780", "IBM Power 740", "QCM"}).Draw(t, "system"),
			Purchased: time.Date(rapid.IntRange(2008, 2012).Draw(t, "year"), 6, 1, 0, 0, 0, 0, time.UTC),
			LinuxOnly: rapid.SampledFrom([]topology.Trit{topology.No, topology.Yes}).Draw(t, "linux"),
		}
		known := full
		wide := m.Match(full)
		for _, forget := range rapid.Permutation([]func(*topology.Query){
			func(q *topology.Query) { q.CoresPerSocket = 0 }, func(q *topology.Query) { q.SpeedMHz = 0 },
			func(q *topology.Query) { q.SocketCapacity = 0 }, func(q *topology.Query) { q.LinuxOnly = topology.Unknown },
			func(q *topology.Query) { q.Purchased = time.Time{} }, func(q *topology.Query) { q.System = "" },
		}).Draw(t, "forget") {
			narrow := wide
			forget(&known)
			wide = m.Match(known)
			if !narrow.Low.Valid {
				continue
			}
			require.True(t, wide.Low.Decimal.LessThanOrEqual(narrow.Low.Decimal), "%v > %v: %s", wide.Low.Decimal, narrow.Low.Decimal, wide.Reason)
			require.True(t, wide.High.Decimal.GreaterThanOrEqual(narrow.High.Decimal), "%v < %v: %s", wide.High.Decimal, narrow.High.Decimal, wide.Reason)
			if wide.Value.Valid {
				require.True(t, wide.Low.Decimal.LessThanOrEqual(wide.Value.Decimal) && wide.Value.Decimal.LessThanOrEqual(wide.High.Decimal))
			}
		}
	})
}

// FuzzMatcher reads rows and names of any text.
func FuzzMatcher(f *testing.F) {
	for _, r := range ownRows {
		f.Add(r.Family, "Intel(R) Xeon(R) CPU E5-2690 v4 @ 2.60GHz", "GenuineIntel", "Sun Fire T2000", 4)
	}
	f.Add("POWER7 PS700-PS703 / 710-740 / S / L10xx", "POWER7+", "IBM/S390", "IBM 2817", 0)
	f.Fuzz(func(t *testing.T, family, model, vendor, system string, cores int) {
		rows := []topology.Row{{Family: family, Vendor: vendor, Value: dec("1")}, {Family: "all not listed", Value: dec("2")}}
		m, err := topology.NewMatcher(rows)
		if err != nil {
			require.ErrorIs(t, err, topology.ErrMalformed)
			return
		}
		got := m.Match(topology.Query{Model: model, Vendor: vendor, System: system, CoresPerSocket: cores})
		require.NotEmpty(t, got.Reason)
		require.True(t, got.Low.Valid, "one row is for the rest")
		require.True(t, got.Low.Decimal.LessThanOrEqual(got.High.Decimal))
		if got.Index >= 0 {
			require.True(t, got.Value.Valid && got.Value.Decimal.Equal(rows[got.Index].Value))
		}
	})
}
