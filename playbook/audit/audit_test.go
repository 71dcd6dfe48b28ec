package audit_test

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/statement"
	"github.com/trueup-dev/trueup/evidence/verify"
	"github.com/trueup-dev/trueup/internal/norace"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/audit"
)

var now = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

func logKey(t testing.TB) *evidence.Signer {
	t.Helper()
	s, err := evidence.NewSigner("example.com/licences", ed25519.NewKeyFromSeed([]byte("0123456789abcdef0123456789abcdef")))
	require.NoError(t, err)
	return s
}

// scene is a log in which a run was written.
type scene struct {
	log      *evidence.Log
	playbook *playbook.Playbook
	early    evidence.Checkpoint // of half the earlier entries
	opts     audit.Options
}

func open(t testing.TB, earlier, workstations int) *scene {
	t.Helper()
	p, err := playbook.Load("../testdata/playbook.yaml")
	require.NoError(t, err)
	return openWith(t, p, earlier, workstations)
}

func openWith(t testing.TB, p *playbook.Playbook, earlier, workstations int) *scene {
	t.Helper()
	s := openLog(t, p, earlier)
	s.run(t, workstations, now)
	return s
}

// openLog is a log with earlier entries, in which no run was written yet.
func openLog(t testing.TB, p *playbook.Playbook, earlier int) *scene {
	t.Helper()
	l, err := evidence.Open(t.Context(), t.TempDir(), evidence.Options{Signer: logKey(t)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	s := &scene{log: l, playbook: p}
	if earlier > 0 {
		var batch []evidence.Entry
		for i := range earlier {
			batch = append(batch, evidence.Entry{Kind: "earlier", Payload: fmt.Appendf(nil, "canary %d", i)})
		}
		for _, part := range [][]evidence.Entry{batch[:earlier/2+1], batch[earlier/2+1:]} {
			_, err = l.AppendBatch(t.Context(), part)
			require.NoError(t, err)
			if s.early.Size == 0 {
				s.early, err = l.Checkpoint(t.Context())
				require.NoError(t, err)
			}
		}
	}
	return s
}

// run judges an estate of workstations.
func (s *scene) run(t testing.TB, workstations int, at time.Time) {
	t.Helper()
	b := compliance.NewBuilder(at)
	for i := range workstations {
		require.NoError(t, b.AddInstall(compliance.Install{Device: compliance.DeviceID(fmt.Sprintf("ws-%d", i)), Source: "inv",
			Title: catalog.Title{Publisher: "Autodesk", Name: "Autodesk AutoCAD 2025 - English"}}))
	}
	require.NoError(t, b.AddSource(compliance.Source{ID: "inv", Collected: at.Add(-time.Hour), Devices: -1, Installs: -1}))
	s.judge(t, playbook.Facts{Estate: b.Build(), Collections: []playbook.Collection{{Source: "inv", Rows: map[string]int64{"install": 3}}}}, at)
}

// judge judges facts and makes the options of the run's package.
func (s *scene) judge(t testing.TB, facts playbook.Facts, at time.Time) {
	t.Helper()
	e, err := playbook.Open(t.Context(), playbook.Options{Playbook: s.playbook, Log: s.log})
	require.NoError(t, err)
	rep, err := e.Run(t.Context(), facts, at)
	require.NoError(t, err)
	signer, err := statement.NewSigner(logKey(t).Key())
	require.NoError(t, err)
	s.opts = audit.Options{Log: s.log, Playbook: s.playbook, Report: rep, Signer: signer, Engine: "trueup test",
		Audience: "auditor.example", Purpose: "audit of 2026", Produced: at, Expires: at.Add(24 * time.Hour)}
}

// write writes the package and reads it into memory, where it is cheap to damage.
func (s *scene) write(t testing.TB) fstest.MapFS {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "package")
	require.NoError(t, audit.Write(t.Context(), dir, s.opts))
	m := fstest.MapFS{}
	require.NoError(t, fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(filepath.Join(dir, name))
		m[name] = &fstest.MapFile{Data: b}
		return err
	}))
	return m
}

func options(t testing.TB) verify.PackageOptions {
	return verify.PackageOptions{Options: verify.Options{Key: logKey(t).VerifierKey()}, Audience: "auditor.example", Now: now.Add(time.Hour)}
}

func check(t testing.TB, fsys fs.FS, opts verify.PackageOptions) *audit.Report {
	t.Helper()
	r, err := audit.Verify(context.Background(), fsys, opts)
	require.NoError(t, err)
	return r
}

// resign makes the manifest anew over changed files, as someone with the key can.
func resign(t testing.TB, m fstest.MapFS, about statement.Package) {
	t.Helper()
	var subjects []statement.Subject
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if name != "manifest.json" {
			sum := sha256.Sum256(m[name].Data)
			subjects = append(subjects, statement.Subject{Name: name, Digest: map[string]string{"sha256": hex.EncodeToString(sum[:])}})
		}
	}
	s, err := statement.New(about, subjects...)
	require.NoError(t, err)
	signer, err := statement.NewSigner(logKey(t).Key())
	require.NoError(t, err)
	e, err := s.Sign(signer)
	require.NoError(t, err)
	b, err := e.Encode()
	require.NoError(t, err)
	m["manifest.json"] = &fstest.MapFile{Data: b}
}

func clone(m fstest.MapFS) fstest.MapFS {
	out := fstest.MapFS{}
	for name, f := range m {
		out[name] = &fstest.MapFile{Data: slices.Clone(f.Data)}
	}
	return out
}

func TestPackageVerifiesAndRecomputes(t *testing.T) {
	s := open(t, 300, 3)
	m := s.write(t)
	r := check(t, m, options(t))
	require.NoError(t, r.Err())
	require.Equal(t, 4, r.Recomputed) // run, collection, position, finding
	require.Equal(t, "integrity: pass\ncompleteness: pass\nprovenance: pass\nrecomputation: pass\n", r.String())
	require.Equal(t, string(s.opts.Report.Run), r.About.Run)
	for name, f := range m {
		require.NotContains(t, string(f.Data), "canary", name) // nothing of other entries
	}
	require.Equal(t, m, s.write(t), "the same bytes again")
}

// smallest is the least that a playbook can be; it finds nothing wrong with one install.
const smallest = `name: t
version: "1"
licensing: [{product: autodesk/autocad, metric: generic.device}]
rules: [{id: s, over: position, when: position.short_low > 9, message: m, evidence: [position.owned], remedy: r}]
escalation:
  calendars: [{name: c, zone: UTC, week: {monday: ["00:00-24:00"]}}]
  chains: [{name: c, calendar: c, clocks: [{severity: info or more, acknowledge: 9 days, contain: 9 days, remedy: 9 days}], stages: [{name: s, tell: [owner], wait: 9 days}], fallback: [f]}]
  routes: {name: r, owner: o, chain: c}
`

// Every single bit of every file of a small package: a named failure each time.
func TestEveryBit(t *testing.T) {
	t.Parallel()
	if norace.Again(t) {
		return
	}
	p, err := playbook.LoadFS(fstest.MapFS{"p.yaml": {Data: []byte(smallest)}}, "p.yaml")
	require.NoError(t, err)
	whole := openWith(t, p, 0, 1).write(t)
	opts := options(t)
	require.NoError(t, check(t, whole, opts).Err())
	var all []place
	for _, name := range slices.Sorted(maps.Keys(whole)) {
		for bit := range 8 * len(whole[name].Data) {
			all = append(all, place{name, bit})
		}
	}
	require.Greater(t, len(all), 20_000)
	t.Logf("%d bits", len(all))
	for part := range slices.Chunk(all, len(all)/8+1) {
		t.Run(part[0].name, func(t *testing.T) {
			t.Parallel()
			m := clone(whole)
			for _, p := range part {
				p.flip(m)
				p.requireNamed(t, m, opts)
				p.flip(m)
			}
			require.Equal(t, whole, m)
		})
	}
}

// place is a bit of a file.
type place struct {
	name string
	bit  int
}

func (p place) flip(m fstest.MapFS) { m[p.name].Data[p.bit/8] ^= 1 << (p.bit % 8) }

// requireNamed checks that the package does not pass, and that the first problem of its
// integrity names the file whose bit was flipped.
func (p place) requireNamed(t testing.TB, m fstest.MapFS, opts verify.PackageOptions) {
	t.Helper()
	r, err := verify.Package(t.Context(), m, opts)
	require.NoError(t, err)
	if r.OK() || r.Integrity.Status != verify.Fail || r.Integrity.Problems[0].Where != p.name {
		t.Fatalf("%s, bit %d: %s", p.name, p.bit, r)
	}
}

func TestWriteRefusals(t *testing.T) {
	s := open(t, 0, 1)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "x"), nil, 0o600))
	require.ErrorIs(t, audit.Write(t.Context(), dir, s.opts), audit.ErrOptions)
	require.ErrorIs(t, audit.Write(t.Context(), t.TempDir(), audit.Options{}), audit.ErrOptions)
	bad := s.opts
	bad.Audience = ""
	require.ErrorIs(t, audit.Write(t.Context(), t.TempDir(), bad), statement.ErrMalformed)
	bad = s.opts
	bad.Since = []int64{10_000}
	require.ErrorIs(t, audit.Write(t.Context(), t.TempDir(), bad), evidence.ErrNotFound)
}
