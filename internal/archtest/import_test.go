package archtest

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/trueup-dev/trueup"

type pkg struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

// packages lists the module's packages with all they depend on.
func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", "-json=ImportPath,Imports,Deps", module+"/...").Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		t.Fatalf("go list: %s", exit.Stderr)
	}
	require.NoError(t, err)
	var all []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else {
			require.NoError(t, err)
		}
		if under(p.ImportPath, module) {
			all = append(all, p)
		}
	}
	require.NotEmpty(t, all)
	return all
}

func under(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}

// part is the top-level folder of a package of this module, empty for the root
// and for other modules.
func part(path string) string {
	rest, ok := strings.CutPrefix(path, module+"/")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}

// mayImport says which parts a part may depend on, itself and internal aside.
// It is the drawing of DESIGN in ARCHITECTURE.md as data.
var mayImport = map[string][]string{
	"compliance":  {},
	"evidence":    {},
	"connectors":  {"compliance"},
	"escalation":  {"compliance"},
	"remediation": {"compliance"},
	"playbook":    {"compliance", "evidence", "connectors", "escalation", "remediation"},
	"cmd":         {"compliance", "evidence", "connectors", "escalation", "remediation", "playbook"},
	"examples":    {"compliance", "evidence", "connectors", "escalation", "remediation", "playbook"},
	"benchmarks":  {"compliance", "evidence", "connectors", "escalation", "remediation", "playbook"},
}

// shared is strict YAML with positions, of which the plumbing of expressions has need:
// it knows nothing of compliance but its folder.
const shared = module + "/compliance/document"

func TestImportDirections(t *testing.T) {
	for _, p := range packages(t) {
		from := part(p.ImportPath)
		if from == "" || from == "internal" {
			continue
		}
		allowed, known := mayImport[from]
		if !assert.True(t, known, "%s: %q is no part of the architecture", p.ImportPath, from) {
			continue
		}
		for _, dep := range p.Deps {
			if to := part(dep); to != "" && to != from && to != "internal" && dep != shared {
				assert.Contains(t, allowed, to, "%s must not depend on %s", p.ImportPath, dep)
			}
		}
	}
}

// notLinked are the packages, by their path or a folder of theirs, that a part
// must not bring into an embedder's binary.
var notLinked = map[string][]string{
	"compliance":          {"google.golang.org/grpc", "github.com/hashicorp/go-plugin", "database/sql", "net/http", "testing"},
	"evidence":            {"google.golang.org/grpc", "github.com/hashicorp/go-plugin", "database/sql", "cel.dev/cel-go", "testing"},
	"evidence/verify":     {"net", "net/http", "database/sql", "os/exec"},
	"escalation":          {"google.golang.org/grpc", "github.com/hashicorp/go-plugin", "database/sql", "net/http", "testing"},
	"remediation":         {"google.golang.org/grpc", "github.com/hashicorp/go-plugin", "database/sql", "net/http", "testing"},
	"connectors":          {"google.golang.org/grpc", "github.com/hashicorp/go-plugin", "testing"},
	"compliance/catalog":  {"cel.dev/cel-go"},
	"compliance/usage":    {"cel.dev/cel-go"},
	"compliance/topology": {"cel.dev/cel-go"},
}

func TestCoreStaysLight(t *testing.T) {
	for _, p := range packages(t) {
		for _, banned := range notLinked[strings.TrimPrefix(p.ImportPath, module+"/")] {
			for _, dep := range p.Deps {
				assert.False(t, dep == banned || strings.Contains(banned, ".") && under(dep, banned), "%s links %s", p.ImportPath, dep)
			}
		}
	}
}

// Only the host and the SDK know how a plugin is started and served.
func TestOnlyHostAndSDKImportGoPlugin(t *testing.T) {
	for _, p := range packages(t) {
		for _, imp := range p.Imports {
			if under(imp, "github.com/hashicorp/go-plugin") {
				ok := under(p.ImportPath, module+"/connectors/host") || under(p.ImportPath, module+"/connectors/sdk") ||
					under(p.ImportPath, module+"/connectors/internal") ||
					under(p.ImportPath, module+"/benchmarks/connectors") // measures go-plugin alone
				assert.True(t, ok, "%s imports %s", p.ImportPath, imp)
			}
		}
	}
}

// The old path of cel-go is another module with other types: mixing the two
// compiles and then fails at run time.
func TestOneCEL(t *testing.T) {
	for _, p := range packages(t) {
		for _, dep := range p.Deps {
			assert.False(t, under(dep, "github.com/google/cel-go"), "%s links %s", p.ImportPath, dep)
		}
	}
}
