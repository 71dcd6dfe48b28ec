package remediation

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
)

// market is a company of several products with two editions each, and what sellers offer.
type market struct {
	products []shelf
	bundles  []int // price of a bundle of each product and the next
}

// shelf is one product: how many use each edition, how many of the full one are idle, how
// many of each are owned, and prices.
type shelf struct {
	full, lt, idle, ownFull, ownLT       int
	list, quote, tier, stepUp, downgrade int
}

func newMarket(seed uint64, products int) market {
	r := rand.New(rand.NewPCG(seed, 3))
	var m market
	for range products {
		list := 300 + r.IntN(700)
		s := shelf{full: 4 + r.IntN(8), lt: r.IntN(4), list: list, quote: list * 9 / 10, tier: list * (60 + r.IntN(25)) / 100, stepUp: list * (30 + r.IntN(60)) / 100, downgrade: 20 + r.IntN(list)}
		s.idle, s.ownFull, s.ownLT = r.IntN(3), r.IntN(3), r.IntN(6)
		m.products, m.bundles = append(m.products, s), append(m.bundles, list*(120+r.IntN(80))/100)
	}
	return m
}

func key(i int) string { return fmt.Sprintf("maker/thing-%d", i) }

// request states the market as an estate, contracts and a policy.
func (m market) request(t *testing.T) Request {
	b := compliance.NewBuilder(now)
	require.NoError(t, b.AddSource(compliance.Source{ID: "test", Collected: now, Devices: -1, Installs: -1}))
	in := input(t, nil)
	in.Licensing = nil
	var text strings.Builder
	for i, s := range m.products {
		for c := range s.full + s.lt {
			id := compliance.DeviceID(fmt.Sprintf("d%d-%02d", i, c))
			require.NoError(t, b.AddDevice(compliance.Device{ID: id, Kind: compliance.Physical, Source: "test"}))
			title := catalog.Title{Publisher: "maker", Name: fmt.Sprintf("thing-%d", i), Edition: "full"}
			if c >= s.full {
				title.Edition = "lt"
			}
			used := daysAgo(1)
			if c < s.idle {
				used = daysAgo(200)
			}
			require.NoError(t, b.AddInstall(compliance.Install{Device: id, Title: title, Source: "test", FirstSeen: daysAgo(400), LastUsed: used}))
		}
		for edition, n := range map[string]int{"full": s.ownFull, "lt": s.ownLT} {
			e := ofEdition(fmt.Sprintf("%s-%d", edition, i), edition, int64(n))
			e.Product = catalog.ProductKey(key(i))
			in.Entitlements = append(in.Entitlements, e)
		}
		in.Licensing = append(in.Licensing, compliance.Licensing{Product: catalog.ProductKey(key(i)), Metric: "generic.device", Price: eur(strconv.Itoa(s.list))})
	}
	section := func(name string, line func(i int, s shelf) string) {
		text.WriteString(name + ":\n")
		for i, s := range m.products {
			text.WriteString("  - {" + line(i, s) + "}\n")
		}
	}
	section("downgrades", func(i int, _ shelf) string {
		return sprintf("product: %s, from: {edition: full}, to: {edition: lt}", key(i))
	})
	section("titles", func(i int, _ shelf) string {
		return sprintf("product: %s, edition: lt, title: {publisher: maker, name: thing-%d, edition: lt}", key(i), i)
	})
	section("quotes", func(i int, s shelf) string {
		return sprintf("name: Q%d, product: %s, edition: full, price: %d, tiers: [{from: 4, price: %d}], currency: EUR, until: 2026-12-31", i, key(i), s.quote, s.tier)
	})
	section("step-ups", func(i int, s shelf) string {
		return sprintf("name: S%d, product: %s, from: lt, to: full, price: %d, currency: EUR, until: 2026-12-31", i, key(i), s.stepUp)
	})
	section("bundles", func(i int, _ shelf) string {
		return sprintf("name: B%d, items: [{product: %s}, {product: %s}], price: %d, currency: EUR, until: 2026-12-31", i, key(i), key((i+1)%len(m.products)), m.bundles[i])
	})
	in.Estate = b.Build()
	r := request(t, in)
	r.Policy = allow(t, text.String(), Downgrade)
	delete(r.Policy.actions, Remove)
	return r
}

// program is the market as a mixed integer program, from its definition and not from the
// planner's model: of each product w full installs are reclaimed and v changed to lt, u
// units are stepped up of the lt that cover nothing at first, x and y are bought at a
// tier's price, a at list price and z by bundle, of which some go to each edition.
func (m market) program(effort int) string {
	var cost, rows, general, binary strings.Builder
	add := func(b *strings.Builder, coefficient int, name string, i int) {
		fmt.Fprintf(b, " %+d %s%d\n", coefficient, name, i)
	}
	whole := func(i int, names ...string) {
		for _, n := range names {
			fmt.Fprintf(&general, " %s%d\n", n, i)
		}
	}
	n := len(m.products)
	for i, s := range m.products {
		before := (i + n - 1) % n
		for name, c := range map[string]int{"w": effort, "v": s.downgrade, "u": s.stepUp, "a": s.list, "z": m.bundles[i], "e": s.quote, "x": s.quote, "g": 4 * s.tier, "y": s.tier} {
			add(&cost, c, name, i)
		}
		// All full installs are covered: by what is owned, stepped up or bought for them.
		fmt.Fprintf(&rows, " w%d + v%d + u%d + e%d + x%d + 4 g%d + y%d + f%d >= %d\n", i, i, i, i, i, i, i, i, s.full-s.ownFull)
		// So are those of lt, of which there is one more for each that changes over.
		fmt.Fprintf(&rows, " h%d - v%d - u%d >= %d\n", i, i, i, s.lt-s.ownLT)
		fmt.Fprintf(&rows, " a%d + z%d + z%d - f%d - h%d >= 0\n", i, i, before, i, i)
		fmt.Fprintf(&rows, " w%d <= %d\n v%d + w%d <= %d\n u%d <= %d\n", i, s.idle, i, i, s.full, i, max(s.ownLT-s.lt, 0))
		// One tier is entered at most, and then bought at: 1 to 3, or from 4 on.
		fmt.Fprintf(&rows, " e%d + g%d <= 1\n x%d - 2 e%d <= 0\n y%d - 99 g%d <= 0\n", i, i, i, i, i, i)
		whole(i, "w", "v", "u", "a", "z", "x", "y", "f", "h")
		fmt.Fprintf(&binary, " e%d\n g%d\n", i, i)
	}
	return "Minimize\n cost:" + cost.String() + "Subject To\n" + rows.String() + "General\n" + general.String() + "Binary\n" + binary.String() + "End\n"
}

// On markets too large to try every choice the plan costs what GLPK finds to be the least,
// and where it is not proven best, its bound is below that.
func TestMarketsAgainstGLPK(t *testing.T) {
	path, err := exec.LookPath("glpsol")
	if err != nil {
		require.Empty(t, os.Getenv("CI"), "glpsol is missing; apt-get install glpk-utils")
		t.Skip("glpsol is not installed (apt-get install glpk-utils)")
	}
	exact := 0
	const instances = 6
	for seed := range uint64(instances) {
		m := newMarket(seed, 2+int(seed)%5)
		r := m.request(t)
		downgrades := r.Policy.actions[Downgrade]
		for i := range m.products { // one price for all, which the policy has as effort
			m.products[i].downgrade = m.products[0].downgrade
		}
		downgrades.Effort = decimal.NewFromInt(int64(m.products[0].downgrade))
		r.Policy.actions[Downgrade] = downgrades
		in, out := filepath.Join(t.TempDir(), "p.lp"), filepath.Join(t.TempDir(), "p.txt")
		require.NoError(t, os.WriteFile(in, []byte(m.program(15)), 0o600))
		log, err := exec.CommandContext(t.Context(), path, "--lp", in, "-o", out, "--tmlim", "60").CombinedOutput()
		require.NoError(t, err, "%s", log)
		text, err := os.ReadFile(out)
		require.NoError(t, err)
		require.Contains(t, string(text), "INTEGER OPTIMAL")
		least := decimal.RequireFromString(regexp.MustCompile(`Objective:\s+cost = (\S+)`).FindStringSubmatch(string(text))[1])
		plan, err := Solve(t.Context(), r)
		require.NoError(t, err)
		assert.True(t, plan.Closed(), "seed %d", seed)
		assert.True(t, plan.Cost.Amount.GreaterThanOrEqual(least), "seed %d: %s is less than %s\n%s", seed, plan.Cost, least, plan.Text())
		assert.True(t, plan.Bound.LessThanOrEqual(least), "seed %d: bound %s, least %s", seed, plan.Bound, least)
		if plan.Exact {
			exact++
			assert.True(t, plan.Cost.Amount.Equal(least), "seed %d: %s, least %s\n%s", seed, plan.Cost, least, plan.Text())
		}
		t.Logf("seed %d: %d products, cost %s, least %s, bound %s", seed, len(m.products), plan.Cost, least, plan.Bound)
	}
	t.Logf("%d of %d are proven", exact, instances)
}
