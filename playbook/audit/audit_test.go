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
	log   *evidence.Log
	early evidence.Checkpoint // of half the earlier entries
	opts  audit.Options
}

func open(t testing.TB, earlier, workstations int) *scene {
	t.Helper()
	l, err := evidence.Open(t.Context(), t.TempDir(), evidence.Options{Signer: logKey(t)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	s := &scene{log: l}
	for i := range earlier {
		_, err := l.Append(t.Context(), evidence.Entry{Kind: "earlier", Payload: fmt.Appendf(nil, "canary %d", i)})
		require.NoError(t, err)
		if i == earlier/2 {
			s.early, err = l.Checkpoint(t.Context())
			require.NoError(t, err)
		}
	}
	s.run(t, workstations, now)
	return s
}

// run judges an estate and makes the options of its package.
func (s *scene) run(t testing.TB, workstations int, at time.Time) {
	t.Helper()
	p, err := playbook.Load("../testdata/playbook.yaml")
	require.NoError(t, err)
	e, err := playbook.Open(t.Context(), playbook.Options{Playbook: p, Log: s.log})
	require.NoError(t, err)
	b := compliance.NewBuilder(at)
	for i := range workstations {
		require.NoError(t, b.AddInstall(compliance.Install{Device: compliance.DeviceID(fmt.Sprintf("ws-%d", i)), Source: "inv",
			Title: catalog.Title{Publisher: "Autodesk", Name: "Autodesk AutoCAD 2025 - English"}}))
	}
	require.NoError(t, b.AddSource(compliance.Source{ID: "inv", Collected: at.Add(-time.Hour), Devices: -1, Installs: -1}))
	rep, err := e.Run(t.Context(), playbook.Facts{Estate: b.Build(), Collections: []playbook.Collection{{Source: "inv", Rows: map[string]int64{"install": 3}}}}, at)
	require.NoError(t, err)
	signer, err := statement.NewSigner(logKey(t).Key())
	require.NoError(t, err)
	s.opts = audit.Options{Log: s.log, Playbook: p, Report: rep, Signer: signer, Engine: "trueup test",
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

// Every single bit of every file: a named failure each time.
func TestEveryBit(t *testing.T) {
	t.Parallel()
	m := open(t, 0, 1).write(t)
	opts := options(t)
	bits := 0
	for name, f := range m {
		for bit := range 8 * len(f.Data) {
			f.Data[bit/8] ^= 1 << (bit % 8)
			r, err := verify.Package(t.Context(), m, opts)
			require.NoError(t, err)
			require.Equal(t, verify.Fail, r.Integrity.Status, "%s, bit %d", name, bit)
			require.Equal(t, name, r.Integrity.Problems[0].Where, "bit %d: %s", bit, r)
			f.Data[bit/8] ^= 1 << (bit % 8)
			bits++
		}
	}
	require.Greater(t, bits, 20_000)
	require.NoError(t, check(t, m, opts).Err())
	t.Logf("%d bits", bits)
}

// FuzzPackage damages a large package at any place in any way.
func FuzzPackage(f *testing.F) {
	whole := open(f, 300, 300).write(f)
	names := slices.Sorted(maps.Keys(whole))
	opts := options(f)
	f.Add(uint(0), uint(3), []byte{1}, uint(0))
	f.Add(uint(2), uint(300), []byte("x"), uint(9))
	f.Fuzz(func(t *testing.T, file, at uint, splice []byte, drop uint) {
		m := clone(whole)
		name := names[file%uint(len(names))]
		b := m[name].Data
		at %= uint(len(b) + 1)
		drop %= uint(len(b)) - at + 1
		m[name].Data = slices.Concat(b[:at], splice, b[at+drop:])
		r := check(t, m, opts)
		if !slices.Equal(m[name].Data, whole[name].Data) && (r.OK() || len(r.Integrity.Problems) == 0) {
			t.Fatalf("%s was changed at %d and passes:\n%s", name, at, r)
		}
	})
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
