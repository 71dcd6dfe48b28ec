package remedy_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors/host"
	"github.com/trueup-dev/trueup/remediation"
)

// company is the file of the connector over a whole company.
type company struct {
	Fates    map[string]string
	Devices  []compliance.Device
	Users    []compliance.User
	Installs []compliance.Install
	Seats    []compliance.Seat
	Asked    map[string]int
	Changed  map[string]int
}

// built builds the connector over a company once, beside that over a fleet.
var built sync.Once

// newCompany is a scene of a company with a gap of every kind, of which so many rows are
// idle or undisclosed, and some do not go as they are told.
func newCompany(t *testing.T, idle int, fates map[string]string) *scene {
	t.Helper()
	built.Do(func() {
		out, err := exec.CommandContext(t.Context(), "go", "build", "-o", connector+"/", "./testdata/trueup-connector-company").CombinedOutput()
		require.NoError(t, err, "%s", out)
	})
	s := &scene{t: t, dir: t.TempDir(), now: start}
	for _, name := range []string{"playbook.yaml", "catalog.yaml"} {
		data, err := os.ReadFile(filepath.Join("testdata/gaps", name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(s.dir, name), data, 0o600))
	}
	c := gaps(idle)
	c.Fates = fates
	s.putCompany(c)
	s.owns(owned())
	require.NoError(t, os.WriteFile(filepath.Join(s.dir, "contracts.csv"), []byte("id,publisher\nframe,acme\n"), 0o600))
	var err error
	s.host, err = host.Open(t.Context(), host.Config{AllowUnpinned: true, Now: func() time.Time { return s.now }})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.host.Close(t.Context()) })
	s.open()
	return s
}

func (s *scene) putCompany(c company) {
	data, err := json.Marshal(c)
	require.NoError(s.t, err)
	require.NoError(s.t, os.WriteFile(filepath.Join(s.dir, "company.json"), data, 0o600))
}

func (s *scene) company() company {
	var c company
	data, err := os.ReadFile(filepath.Join(s.dir, "company.json"))
	require.NoError(s.t, err)
	require.NoError(s.t, json.Unmarshal(data, &c))
	return c
}

// columns are those of the file of entitlements.
var columns = []string{"id", "contract", "product", "edition", "version", "metric", "quantity", "end", "maintenance_end", "entities", "unit_price", "currency"}

type line map[string]string

func (s *scene) owns(lines []line) {
	var b strings.Builder
	w := csv.NewWriter(&b)
	require.NoError(s.t, w.Write(columns))
	for _, l := range lines {
		row := make([]string, len(columns))
		for i, c := range columns {
			row[i] = l[c]
		}
		require.NoError(s.t, w.Write(row))
	}
	w.Flush()
	require.NoError(s.t, os.WriteFile(filepath.Join(s.dir, "entitlements.csv"), []byte(b.String()), 0o600))
}

func (s *scene) lines() []line {
	f, err := os.Open(filepath.Join(s.dir, "entitlements.csv"))
	require.NoError(s.t, err)
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(s.t, err)
	var out []line
	for _, r := range rows[1:] {
		l := line{}
		for i, c := range columns {
			l[c] = r[i]
		}
		out = append(out, l)
	}
	return out
}

// owned is what the company bought.
func owned() []line {
	of := func(id, product, metric, quantity string) line {
		return line{"id": id, "contract": "frame", "product": "acme/" + product, "metric": metric, "quantity": quantity, "unit_price": "50", "currency": "EUR"}
	}
	with := func(l line, more ...string) line {
		for i := 0; i < len(more); i += 2 {
			l[more[i]] = more[i+1]
		}
		return l
	}
	const device, user = "generic.device", "generic.user"
	return []line{
		of("cad", "cad", device, "5"), of("mail", "mail", user, "6"), of("chat", "chat", user, "6"),
		of("base", "base", "oracle.processor.virtual", "16"),
		with(of("pro", "draw", device, "1"), "edition", "Pro"), with(of("lite", "draw", device, "3"), "edition", "Lite"),
		with(of("calc", "calc", device, "3"), "version", "2024", "maintenance_end", "2026-03-01"),
		with(of("plan", "plan", device, "4"), "entities", "north"),
		with(of("term", "term", device, "2"), "end", "2026-05-01"),
		of("write", "write", user, "1"), of("suite", "suite", user, "3"),
	}
}

// gaps is a company in which something is wrong with each of its products.
func gaps(idle int) company {
	c := company{Asked: map[string]int{}, Changed: map[string]int{}}
	device := func(id, entity string) compliance.DeviceID {
		c.Devices = append(c.Devices, compliance.Device{ID: compliance.DeviceID(id), Kind: compliance.Physical, Entity: entity})
		return compliance.DeviceID(id)
	}
	used := func(idle bool) time.Time {
		if idle {
			return start.AddDate(0, 0, -200)
		}
		return start.AddDate(0, 0, -1)
	}
	first := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	install := func(id compliance.DeviceID, name string, idle bool) {
		c.Installs = append(c.Installs, compliance.Install{Device: id, Title: catalog.Title{Publisher: "Acme", Name: "Acme " + name}, FirstSeen: first, LastUsed: used(idle)})
	}
	seat := func(user, name string, idle bool) {
		c.Seats = append(c.Seats, compliance.Seat{User: compliance.UserID(user), Title: catalog.Title{Publisher: "Acme", Name: "Acme " + name}, Assigned: first, LastUsed: used(idle)})
	}
	for i := range 5 + idle { // installs over, by those that are idle
		install(device(fmt.Sprintf("ws-%02d", i), "north"), "Cad", i >= 5)
	}
	for i := range max(6+idle, 9) { // users over: three busy ones; and idle users
		u := fmt.Sprintf("u-%02d", i)
		c.Users = append(c.Users, compliance.User{ID: compliance.UserID(u), Kind: compliance.Person})
		if i < 9 {
			seat(u, "Mail", false)
		}
		if i < 6+idle {
			seat(u, "Chat", i >= 6)
		}
	}
	for i := range 4 { // cores over on a cluster: four hosts in reach, licenses for two
		h := compliance.Device{ID: compliance.DeviceID(fmt.Sprintf("host-%d", i)), Kind: compliance.Physical, Cluster: "test", Cores: 16, Sockets: 1, Model: "Intel(R) Xeon(R) Gold 6148 CPU @ 2.40GHz"}
		c.Devices = append(c.Devices, h)
		if i < 2 {
			vm := compliance.Device{ID: compliance.DeviceID(fmt.Sprintf("vm-%d", i)), Kind: compliance.VirtualMachine, VCPUs: 4, Host: h.ID, MayRunOn: []compliance.DeviceID{}}
			c.Devices = append(c.Devices, vm)
			install(vm.ID, "Base", false)
		}
	}
	for i, name := range []string{"Draw Pro 2025", "Draw Pro 2025", "Draw Pro 2025", "Draw Lite 2025"} { // edition over-used
		install(device(fmt.Sprintf("art-%d", i), "north"), name, false)
	}
	for i := range 3 { // maintenance expired before the version in use
		install(device(fmt.Sprintf("fin-%d", i), "north"), "Calc 2026", false)
	}
	for i, entity := range []string{"north", "north", "south", "south"} { // bought for another entity
		install(device(fmt.Sprintf("pl-%d", i), entity), "Plan", false)
	}
	for i := range idle { // undisclosed
		install(device(fmt.Sprintf("odd-%d", i), "north"), "Spare", false)
	}
	for i := range 2 { // agreement expired
		install(device(fmt.Sprintf("te-%d", i), "north"), "Term", false)
	}
	seat("u-00", "Suite", false) // a member of a suite is missing
	for i := 1; i < 4; i++ {
		seat(fmt.Sprintf("u-%02d", i), "Write", false)
	}
	return c
}

// done carries a task out by hand, as the person would whose task it is.
func (s *scene) done(a remediation.Action) {
	s.t.Helper()
	c, lines := s.company(), s.lines()
	of := func() line {
		at := slices.IndexFunc(lines, func(l line) bool { return l["id"] == string(a.Entitlement) })
		require.GreaterOrEqual(s.t, at, 0)
		return lines[at]
	}
	switch a.Verb {
	case remediation.Purchase:
		lines = append(lines, line{"id": fmt.Sprintf("bought-%d", len(lines)), "product": string(a.Product), "edition": a.Edition, "metric": string(a.Metric),
			"quantity": a.Quantity.String(), "unit_price": a.Price.Amount.String(), "currency": a.Price.Currency})
	case remediation.Transfer:
		from, to := of(), line{}
		for k, v := range from {
			to[k] = v
		}
		from["quantity"] = fmt.Sprint(number(s.t, from["quantity"]) - int(a.Quantity.IntPart()))
		to["id"], to["quantity"], to["entities"] = "moved", a.Quantity.String(), a.Entity
		lines = append(lines, to)
	case remediation.Prolong:
		column := "end"
		if a.Maintenance {
			column = "maintenance_end"
		}
		of()[column] = a.Until.Format(time.DateOnly)
	case remediation.Replace:
		at := slices.IndexFunc(c.Installs, func(x compliance.Install) bool { return x.Device == a.Device && x.Title == a.Title })
		require.GreaterOrEqual(s.t, at, 0)
		c.Installs[at].Title = a.To
	case remediation.Assign:
		c.Seats = append(c.Seats, compliance.Seat{User: a.User, Title: a.Title, Assigned: s.now})
	case remediation.Confine:
		at := slices.IndexFunc(c.Devices, func(d compliance.Device) bool { return d.ID == a.Device })
		require.GreaterOrEqual(s.t, at, 0)
		c.Devices[at].MayRunOn = a.Hosts
	default:
		s.t.Fatalf("nobody carries out %s", a)
	}
	s.putCompany(c)
	s.owns(lines)
}

func number(t *testing.T, text string) (n int) {
	_, err := fmt.Sscan(text, &n)
	require.NoError(t, err)
	return n
}
