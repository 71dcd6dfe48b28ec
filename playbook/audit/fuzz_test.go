package audit_test

import (
	"bytes"
	"context"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/connectors/host"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/collect"
)

// sample is the quickstart's estate, collected as a user does: by the connector, from
// the files of 40 machines.
var sample = sync.OnceValues(func() (playbook.Facts, error) {
	bin, err := os.MkdirTemp("", "connectors")
	if err != nil {
		return playbook.Facts{}, err
	}
	defer os.RemoveAll(bin)
	if err := exec.Command("go", "build", "-o", bin, "../../connectors/cmd/trueup-connector-glpi").Run(); err != nil {
		return playbook.Facts{}, err
	}
	p, err := samplePlaybook()
	if err != nil {
		return playbook.Facts{}, err
	}
	h, err := host.Open(context.Background(), host.Config{AllowUnpinned: true, Now: func() time.Time { return now }})
	if err != nil {
		return playbook.Facts{}, err
	}
	defer func() { _ = h.Close(context.Background()) }()
	return collect.Estate(context.Background(), h, p, now, collect.Options{Dir: bin, Base: "../../examples/quickstart"})
})

// samplePlaybook is the quickstart's without the source that is the machine at hand.
func samplePlaybook() (*playbook.Playbook, error) {
	files := fstest.MapFS{}
	for _, name := range []string{"playbook.yaml", "entitlements.csv", "contracts.csv"} {
		b, err := os.ReadFile(filepath.Join("../../examples/quickstart", name))
		if err != nil {
			return nil, err
		}
		files[name] = &fstest.MapFile{Data: bytes.Replace(b, []byte("  - {id: this-machine, connector: local}\n"), nil, 1)}
	}
	return playbook.LoadFS(files, "playbook.yaml")
}

// samplePackage is a package of the sample estate's run.
func samplePackage(t testing.TB) fstest.MapFS {
	t.Helper()
	facts, err := sample()
	require.NoError(t, err)
	p, err := samplePlaybook()
	require.NoError(t, err)
	s := openLog(t, p, 300)
	s.judge(t, facts, now)
	return s.write(t)
}

// Any bit of any file of a large package: a named failure. The corpus has some hundred,
// spread over every file.
func FuzzBit(f *testing.F) {
	whole := samplePackage(f)
	opts := options(f)
	require.NoError(f, check(f, whole, opts).Err())
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(whole)), func(name string) bool { return len(whole[name].Data) == 0 })
	require.Greater(f, len(names), 9)
	random := rand.New(rand.NewPCG(1, 2))
	for i, name := range names {
		bits := uint64(8 * len(whole[name].Data))
		f.Add(uint(i), uint64(0))
		f.Add(uint(i), bits-1)
		for range 20 {
			f.Add(uint(i), random.Uint64N(bits))
		}
	}
	f.Fuzz(func(t *testing.T, file uint, bit uint64) {
		name := names[file%uint(len(names))]
		p := place{name, int(bit % uint64(8*len(whole[name].Data)))}
		p.flip(whole)
		defer p.flip(whole)
		p.requireNamed(t, whole, opts)
	})
}

// FuzzPackage damages the package of the sample estate at any place in any way.
func FuzzPackage(f *testing.F) {
	whole := samplePackage(f)
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
