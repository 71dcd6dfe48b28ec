package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/internal/shareddata"
)

// trueup runs the program and gives its exit status and what it printed.
func trueup(t *testing.T, args ...string) (status int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	status = run(context.Background(), streams{strings.NewReader(""), &o, &e}, args)
	return status, o.String(), e.String()
}

// built are the connectors that the repository brings, built once for all tests.
var built = sync.OnceValues(func() (string, error) {
	bin := filepath.Join(scratch, "connectors")
	out, err := exec.Command("go", "build", "-o", bin+"/", "github.com/trueup-dev/trueup/connectors/cmd/...").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w\n%s", err, out)
	}
	return bin, err
})

func connectorsBuilt(t *testing.T) string {
	t.Helper()
	bin, err := built()
	require.NoError(t, err)
	return bin
}

// asProgram is the variable that makes the test binary be the program, for tests that
// kill it.
const asProgram = "TRUEUP_TEST_AS_PROGRAM"

// scratch is a folder for what tests share.
var scratch string

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	var err error
	if scratch, err = os.MkdirTemp("", "trueup-test"); err != nil {
		panic(err)
	}
	status := m.Run()
	_ = os.RemoveAll(scratch)
	os.Exit(status)
}

const inventoryBook = `
name: inventories
version: "1"
sources:
  - {id: agents, connector: glpi, settings: {path: PATH}}
rules:
  - {id: source, over: source, when: 'source.doubt != ""', message: "{source.failure}"}
escalation:
  calendars: [{name: c, zone: UTC, week: {monday: ["08:00-17:00"]}}]
  chains:
    - name: c
      calendar: c
      clocks: [{severity: info or more, acknowledge: 1 day, contain: 1 day, remedy: 1 day}]
      stages: [{name: s, tell: [owner], wait: 1 day}]
      fallback: [cfo]
  routes: {name: root, owner: o, chain: c}
`

func writeBook(t *testing.T, dir, path string) string {
	t.Helper()
	file := filepath.Join(dir, "playbook.yaml")
	require.NoError(t, os.WriteFile(file, []byte(strings.ReplaceAll(inventoryBook, "PATH", path)), 0o600))
	return file
}

// exported is the part of trueup run -json that the tests look at.
type exported struct {
	Collections []struct {
		Rows     map[string]int64
		Problems []string
		Failure  string
	}
	Result   struct{ Installs int }
	Findings []struct{ Message string }
}

func runWith(t *testing.T, book, dir, bin string, flags ...string) exported {
	t.Helper()
	got, _ := runFlags(t, book, dir, bin, flags)
	return got
}

func runJSON(t *testing.T, book, dir, bin string) (exported, string) {
	t.Helper()
	return runFlags(t, book, dir, bin, []string{"-unpinned"})
}

func runFlags(t *testing.T, book, dir, bin string, flags []string) (exported, string) {
	t.Helper()
	args := append([]string{"run", "-json", "-now", "2026-11-16T09:00:00Z", "-log", filepath.Join(dir, "log"), "-connectors", bin}, flags...)
	status, out, errs := trueup(t, append(args, book)...)
	require.Equal(t, 0, status, errs)
	var got exported
	require.NoError(t, json.Unmarshal([]byte(out), &got))
	return got, out
}

// The folders of real agents' files give every machine and every software row,
// and a file that is broken, cut off or in a wrong encoding is named while the
// others still count.
func TestRunOnRealInventories(t *testing.T) {
	bin := connectorsBuilt(t)
	for _, form := range []string{"glpi_json", "ocs_xml"} {
		t.Run(form, func(t *testing.T) {
			folder := shareddata.Path(t, "inventories", form)
			dir := t.TempDir()
			whole, _ := runJSON(t, writeBook(t, dir, folder), dir, bin)
			require.Len(t, whole.Collections, 1)
			assert.Positive(t, whole.Collections[0].Rows["device"])
			assert.EqualValues(t, whole.Result.Installs, whole.Collections[0].Rows["install"])

			broken := t.TempDir()
			require.NoError(t, os.CopyFS(broken, os.DirFS(folder)))
			for name, text := range map[string]string{"a-broken.json": `{"deviceid": "x", "content": {,}}`, "b-cut.json": `{"deviceid": "y", "content": {"soft`,
				"c-encoding.xml": "<?xml version=\"1.0\" encoding=\"UTF-8\"?><REQUEST><DEVICEID>caf\xe9</DEVICEID></REQUEST>"} {
				require.NoError(t, os.WriteFile(filepath.Join(broken, name), []byte(text), 0o600))
			}
			dir = t.TempDir()
			rest, _ := runJSON(t, writeBook(t, dir, broken), dir, bin)
			assert.Equal(t, whole.Collections[0].Rows, rest.Collections[0].Rows, "the other files still count")
			problems := strings.Join(rest.Collections[0].Problems, "\n")
			for _, name := range []string{"a-broken.json", "b-cut.json", "c-encoding.xml"} {
				assert.Contains(t, problems, name)
			}
			assert.NotEmpty(t, rest.Findings)
		})
	}
}

func TestRunIsReproducibleAndVerifies(t *testing.T) {
	bin, dir := connectorsBuilt(t), t.TempDir()
	estate, err := filepath.Abs("../../examples/quickstart/estate")
	require.NoError(t, err)
	book := writeBook(t, dir, estate)
	_, first := runJSON(t, book, dir, bin)
	_, again := runJSON(t, book, dir, bin)
	assert.Equal(t, first, again)

	key := filepath.Join(dir, "log.key.pub")
	status, out, errs := trueup(t, "verify", "-key", key, filepath.Join(dir, "log"))
	assert.Equal(t, 0, status, errs)
	assert.Contains(t, out, "integrity: pass")

	files, err := filepath.Glob(filepath.Join(dir, "log", "entries", "*"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	data, err := os.ReadFile(files[0])
	require.NoError(t, err)
	data[200] ^= 1
	require.NoError(t, os.WriteFile(files[0], data, 0o600))
	status, out, _ = trueup(t, "verify", "-key", key, filepath.Join(dir, "log"))
	assert.Equal(t, 1, status)
	assert.Contains(t, out, "integrity: fail")
	assert.Contains(t, out, "entry ")
}

// A run is handed over as a package, which is checked and computed anew.
func TestRunAsPackage(t *testing.T) {
	bin, dir := connectorsBuilt(t), t.TempDir()
	estate, err := filepath.Abs("../../examples/quickstart/estate")
	require.NoError(t, err)
	pack := filepath.Join(dir, "package")
	args := []string{"run", "-unpinned", "-now", "2026-11-16T09:00:00Z", "-log", filepath.Join(dir, "log"), "-connectors", bin,
		"-package", pack, "-audience", "auditor.example", "-purpose", "audit of 2026", writeBook(t, dir, estate)}
	status, _, errs := trueup(t, args...)
	require.Equal(t, 0, status, errs)
	check := []string{"verify", "-key", filepath.Join(dir, "log.key.pub"), "-audience", "auditor.example",
		"-remembered", filepath.Join(dir, "log", "checkpoint"), "-now", "2026-12-01T00:00:00Z", pack}
	status, out, errs := trueup(t, check...)
	require.Equal(t, 0, status, errs)
	assert.Equal(t, "integrity: pass\ncompleteness: pass\nprovenance: pass\nrecomputation: pass\n", out)

	installs := filepath.Join(pack, "facts", "installs.jsonl")
	data, err := os.ReadFile(installs)
	require.NoError(t, err)
	data[len(data)/2] ^= 1
	require.NoError(t, os.WriteFile(installs, data, 0o600))
	status, out, _ = trueup(t, check...)
	assert.Equal(t, 1, status)
	assert.Contains(t, out, "facts/installs.jsonl: is not the file that the manifest names")

	status, _, errs = trueup(t, "run", "-package", pack, "p.yaml")
	assert.Equal(t, 2, status)
	assert.Contains(t, errs, "-package needs -audience")
}

func TestRunRefusesUnpinnedConnectors(t *testing.T) {
	bin, dir := connectorsBuilt(t), t.TempDir()
	status, out, errs := trueup(t, "run", "-log", filepath.Join(dir, "log"), "-connectors", bin, writeBook(t, dir, dir))
	require.Equal(t, 0, status, errs)
	assert.Contains(t, out, "unpinned connector")
}

func TestLint(t *testing.T) {
	status, out, errs := trueup(t, "lint", "../../examples/quickstart/playbook.yaml")
	assert.Equal(t, 0, status, errs)
	assert.Contains(t, out, "is sound (sha256 ")
	broken := filepath.Join(t.TempDir(), "broken.yaml")
	require.NoError(t, os.WriteFile(broken, []byte("name: x\nverson: 1\n"), 0o600))
	status, _, errs = trueup(t, "lint", broken)
	assert.Equal(t, 1, status)
	assert.Contains(t, errs, `broken.yaml:2:1: unknown field "verson"; did you mean "version"?`)
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{}, {"nosuch"}, {"run"}, {"lint"}, {"verify", "dir"}, {"run", "-now", "yesterday", "p.yaml"}} {
		status, _, errs := trueup(t, args...)
		assert.Equal(t, 2, status, args)
		assert.NotEmpty(t, errs)
	}
}
