package audit_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/cosign"
	"github.com/trueup-dev/trueup/evidence/disclose"
	"github.com/trueup-dev/trueup/evidence/export"
	"github.com/trueup-dev/trueup/evidence/statement"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/audit"
)

const devices = 12

// least is the clearance from which on a canary may show. All that are not in the list
// show at none: a field that is new to the model among them.
var least = map[string]audit.Clearance{
	"canary-source":         audit.Totals,     // the header names its sources
	"canary-Title-Edition":  audit.Quantities, // of the product that the bundle is about
	"canary-entitlement":    audit.Places,
	"canary-Device-ID":      audit.Places,
	"canary-Device-Entity":  audit.Places,
	"canary-Device-Country": audit.Places,
	"canary-User-ID":        audit.Persons,
}

// canary matches a canary without the number of its row.
var canary = regexp.MustCompile(`canary-[A-Za-z-]*[A-Za-z]`)

// fill puts a canary into every field of a struct that takes a text and has none.
func fill(v any, row int) {
	s := reflect.ValueOf(v).Elem()
	for i := range s.NumField() {
		f, name := s.Field(i), fmt.Sprintf("canary-%s-%s-%d", s.Type().Name(), s.Type().Field(i).Name, row)
		switch {
		case f.Kind() == reflect.String && f.IsZero():
			f.SetString(name)
		case f.Kind() == reflect.Struct && f.Type() == reflect.TypeFor[catalog.Title]():
			fill(f.Addr().Interface(), row)
		case f.Kind() == reflect.Slice && f.Type().Elem().Kind() == reflect.String && f.IsZero():
			f.Set(reflect.MakeSlice(f.Type(), 1, 1))
			f.Index(0).SetString(name)
		}
	}
}

// confidential is a playbook whose own confidential parts are canaries.
var confidential = fstest.MapFS{
	"p.yaml": {Data: []byte(`name: canary-playbook
version: "canary-version"
entitlements: [e.csv, c.csv]
licensing:
  - {product: autodesk/autocad, metric: generic.device, price: 31415.92, currency: EUR, tier: high}
rules:
  - {id: canary-rule, over: position, when: position.short_low > 0, message: "canary-message {position.product}", evidence: [position.owned], remedy: canary-remedy}
escalation:
  calendars: [{name: canary-calendar, zone: Europe/Vienna, week: {monday: ["08:00-17:00"]}}]
  chains:
    - name: canary-chain
      calendar: canary-calendar
      clocks: [{severity: info or more, acknowledge: 2 working days, contain: 5 working days, remedy: 20 working days}]
      stages: [{name: canary-stage, tell: [canary-told], wait: 1 working day}]
      fallback: [canary-fallback]
  routes: {name: canary-route, owner: canary-owner, chain: canary-chain}
remediation:
  idle-days: 90
  actions: [{kind: reclaim, owner: canary-team, notice-days: 14}, {kind: buy, owner: canary-buyer, lead-days: 10}]
`)},
	"e.csv": {Data: []byte("id,contract,product,metric,quantity,unit_price,currency\ncanary-entitlement,canary-contract,autodesk/autocad,generic.device,3,27182.81,EUR\n")},
	"c.csv": {Data: []byte("id,publisher,end\ncanary-contract,autodesk,2027-06-05\n")},
}

// numbers are amounts and dates that are as confidential as any canary.
var numbers = []string{"31415.92", "27182.81", "2027-06-05"}

// full is a run whose every confidential field is a canary.
func full(t *testing.T) (*evidence.Log, *playbook.Report, *playbook.Playbook) {
	t.Helper()
	l, err := evidence.Open(t.Context(), t.TempDir(), evidence.Options{Signer: logKey(t)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	p, err := playbook.LoadFS(confidential, "p.yaml")
	require.NoError(t, err)
	var told bytes.Buffer
	e, err := playbook.Open(t.Context(), playbook.Options{Playbook: p, Log: l, Logger: slog.New(slog.NewTextHandler(&told, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	require.NoError(t, err)
	b := compliance.NewBuilder(now)
	const source = "canary-source"
	autocad := catalog.Title{Publisher: "Autodesk", Name: "Autodesk AutoCAD 2025 - English"}
	for i := range devices {
		user := compliance.User{Kind: compliance.Person, Source: source}
		device := compliance.Device{Kind: compliance.Physical, Source: source, Host: "none", StandbyFor: "none"}
		fill(&user, i)
		device.User = user.ID
		fill(&device, i)
		device.Host, device.StandbyFor = "", ""
		require.NoError(t, b.AddUser(user))
		require.NoError(t, b.AddDevice(device))
		other := catalog.Title{Name: fmt.Sprintf("canary-title-%d", i)}
		for _, title := range []catalog.Title{autocad, other} {
			install := compliance.Install{Device: device.ID, User: user.ID, Source: source, Title: title}
			fill(&install, i)
			require.NoError(t, b.AddInstall(install))
		}
		seat := compliance.Seat{User: user.ID, Source: source, Title: other}
		fill(&seat, i)
		require.NoError(t, b.AddSeat(seat))
	}
	usage := compliance.Usage{Title: catalog.Title{Name: "canary-used"}, From: now.AddDate(0, -1, 0), To: now, Peak: 4, Source: source}
	fill(&usage, 0)
	require.NoError(t, b.AddUsage(usage))
	require.NoError(t, b.AddSource(compliance.Source{ID: source, Collected: now.Add(-time.Hour), Devices: -1, Installs: -1}))
	require.NoError(t, b.AddSource(compliance.Source{ID: "canary-dead", Failure: "canary-failure", Devices: -1, Installs: -1}))
	rep, err := e.Run(t.Context(), playbook.Facts{Estate: b.Build(), Collections: []playbook.Collection{
		{Source: source, Connector: "canary-connector", Version: "canary-connector-version", Problems: []string{"canary-path"}, Rows: map[string]int64{"install": devices}},
		{Source: "canary-dead", Failure: "canary-failure"},
	}}, now)
	require.NoError(t, err)
	require.NotEmpty(t, rep.Cases)
	for _, personal := range []string{"canary-User", "canary-Device", "canary-Install", "canary-Seat"} {
		require.NotContains(t, told.String(), personal, "what an operator is told")
	}
	return l, rep, p
}

// The run itself has the canaries: a search that finds none elsewhere has looked.
func TestRunHasCanaries(t *testing.T) {
	l, _, _ := full(t)
	found := map[string]bool{}
	for rec, err := range l.Entries(t.Context(), 0) {
		require.NoError(t, err)
		for _, l := range layers(rec.Payload) {
			for _, c := range canary.FindAll(l, -1) {
				found[string(c)] = true
			}
		}
	}
	for _, want := range []string{"canary-Device-ID", "canary-User-ID", "canary-Device-Entity", "canary-entitlement", "canary-path", "canary-failure", "canary-message", "canary-owner", "canary-playbook"} {
		require.True(t, found[want], "%s of %v", want, slices.Sorted(maps.Keys(found)))
	}
}

// A bundle at each clearance, and the list that its reader makes of it, show what that
// clearance allows, and of the rest nothing: not in clear, not packed in any way, and not
// as a hash that a guess from the small set of possible values can be tested against.
func TestBundlesLeakNothing(t *testing.T) {
	l, rep, p := full(t)
	pos := rep.Short()[0]
	table := audit.Consumers(pos)
	opening, err := disclose.Commit(table, nil)
	require.NoError(t, err)
	commitment := opening.Commitment()
	i, err := l.Append(t.Context(), evidence.Entry{Kind: disclose.Kind, Payload: commitment.Payload()})
	require.NoError(t, err)
	c, err := l.Checkpoint(t.Context())
	require.NoError(t, err)
	proof, err := evidence.Present(t.Context(), l, i, c)
	require.NoError(t, err)
	signer, err := statement.NewSigner(logKey(t).Key())
	require.NoError(t, err)
	policy, err := cosign.ParsePolicy("policy", []byte("log "+logKey(t).VerifierKey()+"\nquorum none\n"))
	require.NoError(t, err)

	for clearance := audit.Totals; clearance <= audit.Persons; clearance++ {
		r := disclose.Request{Audience: "supplier.example", Purpose: "audit", Expires: now.Add(time.Hour), Leaves: clearance >= audit.Quantities,
			Header: audit.Header(rep, p, pos, "trueup test", now)}
		clearance.Show(&r)
		bundle, err := opening.Bundle(proof, r, signer)
		require.NoError(t, err)
		shown, err := disclose.Open(bundle, disclose.Options{Policy: policy, Audience: "supplier.example", Now: now,
			Keys: []ed25519.PublicKey{logKey(t).Key().Public().(ed25519.PublicKey)}})
		require.NoError(t, err)
		require.Equal(t, pos.Required.Low.String(), shown.Totals["required"].String())
		require.Equal(t, pos.Covered.String(), shown.Totals["covered"].String())
		require.Equal(t, pos.Short.Low.String(), shown.Totals["short"].String())
		require.Len(t, shown.Rows, map[bool]int{true: devices}[clearance >= audit.Quantities])

		for what, b := range map[string][]byte{"bundle": bundle, "list": list(t, shown)} {
			requireCleared(t, layers(b), clearance, what)
		}
		require.Equal(t, columnsWithValues(table, shown.Columns), guessed(table, layers(bundle)), "at %s a guess confirms what is shown and nothing else", clearance)
	}
}

// requireCleared checks that every canary which the clearance allows shows, and no other.
func requireCleared(t *testing.T, layers [][]byte, clearance audit.Clearance, what string) {
	t.Helper()
	found := map[string]bool{}
	for _, l := range layers {
		for _, c := range canary.FindAll(l, -1) {
			found[string(c)] = true
		}
		for _, n := range numbers {
			require.NotContains(t, string(l), n, "%s at %s", what, clearance)
		}
	}
	want := map[string]bool{}
	for c, from := range least {
		if clearance >= from {
			want[c] = true
		}
	}
	require.Equal(t, want, found, "%s at %s", what, clearance)
}

// list is what a reader exports of a bundle.
func list(t *testing.T, d *disclose.Disclosed) []byte {
	t.Helper()
	var rows [][]string
	for _, r := range d.Rows {
		var row []string
		for _, c := range d.Columns {
			row = append(row, r.Values[c])
		}
		rows = append(rows, row)
	}
	var b bytes.Buffer
	header, columns := d.Header, d.Columns
	if len(rows) == 0 {
		columns = []string{"none"}
	}
	require.NoError(t, export.CSV(&b, &header, columns, rows))
	return b.Bytes()
}

// columnsWithValues are those of the columns that have a value in some row.
func columnsWithValues(table disclose.Table, columns []string) []string {
	return slices.DeleteFunc(slices.Sorted(slices.Values(columns)), func(name string) bool {
		return !slices.ContainsFunc(table.Rows, func(row map[string]string) bool { return row[name] != "" })
	})
}

// guessed are the columns of which a guess can be confirmed by someone who knows every
// value that is possible: under each salt in sight and under the obvious ones, in the
// forms that are hashed here and in those that one would try.
func guessed(table disclose.Table, layers [][]byte) []string {
	salts := []string{"", base64.RawURLEncoding.EncodeToString(make([]byte, 16))}
	hashes := map[[sha256.Size]byte]bool{}
	for _, l := range layers {
		switch len(l) {
		case 16:
			salts = append(salts, base64.RawURLEncoding.EncodeToString(l))
		case sha256.Size:
			hashes[[sha256.Size]byte(l)] = true
		}
	}
	found := map[string]bool{}
	for _, row := range table.Rows {
		for name, value := range row {
			tries := [][]byte{[]byte(value), []byte(name + value), []byte(name + "=" + value)}
			for _, salt := range salts {
				array := fmt.Appendf(nil, `["%s","%s","%s"]`, salt, name, value)
				tries = append(tries, array, []byte(base64.RawURLEncoding.EncodeToString(array)), []byte(salt+value))
				if raw, err := base64.RawURLEncoding.DecodeString(salt); err == nil {
					tries = append(tries, append(raw, value...))
				}
			}
			for _, try := range tries {
				sum := sha256.Sum256(try)
				text := []byte(hex.EncodeToString(sum[:]))
				found[name] = found[name] || hashes[sum] || slices.ContainsFunc(layers, func(l []byte) bool { return len(l) < 200 && bytes.Contains(l, text) })
			}
		}
	}
	maps.DeleteFunc(found, func(_ string, is bool) bool { return !is })
	return slices.Sorted(maps.Keys(found))
}
