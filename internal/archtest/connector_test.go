package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every connector that the repository brings, in whichever module and language, is
// judged by all rules in a test: its own, or that of the command "connector check".
func TestEveryConnectorIsJudged(t *testing.T) {
	found := connectors(t, filepath.Join("..", ".."))
	byCommand := judgedByCommand(t)
	assert.Contains(t, found, filepath.Join("connectors", "cmd", "trueup-connector-rt"))
	assert.Contains(t, found, filepath.Join("connectors", "vsphere", "cmd", "trueup-connector-vsphere"))
	assert.Contains(t, found, filepath.Join("examples", "connector-template"))
	assert.Contains(t, found, filepath.Join("examples", "connector-node"))
	for dir, judged := range found {
		assert.True(t, judged || byCommand[filepath.Base(dir)], "%s: no test calls Conforms of connectors/internal/trial or connectortest.Run", dir)
	}
}

// Every connector has a page that names each of its settings.
func TestEveryConnectorHasAPage(t *testing.T) {
	pages := 0
	for dir := range connectors(t, filepath.Join("..", "..")) {
		name, ok := strings.CutPrefix(filepath.Base(dir), "trueup-connector-")
		if !ok {
			continue
		}
		page, err := os.ReadFile(filepath.Join("..", "..", "docs", "connectors", name+".md"))
		if !assert.NoError(t, err, "%s has no page", dir) {
			continue
		}
		pages++
		for _, setting := range settings(t, filepath.Join("..", "..", dir)) {
			assert.Contains(t, string(page), "`"+setting+"`", "%s: the page does not name the setting", dir)
		}
	}
	assert.Greater(t, pages, 10)
}

// settings are the names of the settings that a program describes as such.
func settings(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	var names []string
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		require.NoError(t, err)
		ast.Inspect(f, func(n ast.Node) bool {
			list, ok := n.(*ast.KeyValueExpr)
			if !ok {
				return true
			}
			if key, ok := list.Key.(*ast.Ident); !ok || key.Name != "Settings" {
				return true
			}
			ast.Inspect(list.Value, func(n ast.Node) bool {
				field, ok := n.(*ast.KeyValueExpr)
				if !ok {
					return true
				}
				key, ok := field.Key.(*ast.Ident)
				value, text := field.Value.(*ast.BasicLit)
				if ok && text && key.Name == "Name" {
					names = append(names, strings.Trim(value.Value, "`\""))
				}
				return true
			})
			return false
		})
	}
	return names
}

func TestAConnectorWithoutAJudgeIsSeen(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(text), 0o600))
	}
	write("a/trueup-connector-new/main.go", "package main\n")
	write("a/trueup-connector-new/main_test.go", "package main\nfunc TestConformance() { /* c.Conforms(t) */ }\n")
	write("b/other/main.go", "package main\nfunc main() { sdk.Serve(about, c{}) }\n")
	write("c/trueup-connector-good/main.go", "package main\n")
	write("c/trueup-connector-good/main_test.go", "package main\nfunc TestConformance() { shop.Connector(t).Conforms(t, nil, nil) }\n")
	write("c/trueup-connector-good/testdata/trueup-connector-x/main.go", "package main\n")
	assert.Equal(t, map[string]bool{
		filepath.Join("a", "trueup-connector-new"): false, filepath.Join("b", "other"): false, filepath.Join("c", "trueup-connector-good"): true,
	}, connectors(t, root))
}

// connectors are the folders of connectors below a folder, and whether a test
// there judges them. Benchmarks and test data aside, a folder is one that is named
// so, or whose program serves one.
func connectors(t *testing.T, root string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		switch d.Name() {
		case "testdata", "node_modules", "benchmarks", ".git":
			return filepath.SkipDir
		}
		dir, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		serves, judged := looksAt(t, path)
		if serves || strings.HasPrefix(d.Name(), "trueup-connector-") {
			found[dir] = judged
		}
		return nil
	}))
	return found
}

// looksAt reports whether the programs of a folder serve a connector, and whether
// its tests judge it.
func looksAt(t *testing.T, dir string) (serves, judged bool) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	for _, file := range files {
		switch {
		case strings.HasSuffix(file, "_test.go"):
			judged = judged || calls(t, file, "Conforms") || calls(t, file, "connectortest.Run")
		case strings.HasSuffix(file, ".go"):
			serves = serves || calls(t, file, "sdk.Serve")
		case strings.HasSuffix(file, ".proto"), filepath.Ext(file) == "":
		default: // another language: it must know the variable of the handshake
			text, err := os.ReadFile(file)
			serves = serves || err == nil && filepath.Ext(file) != ".md" && strings.Contains(string(text), "TRUEUP_CONNECTOR")
		}
	}
	return serves, judged
}

// calls reports whether a program of this name calls a function.
func calls(t *testing.T, file, name string) bool {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	require.NoError(t, err)
	if f.Name.Name != "main" && !strings.HasSuffix(file, "_test.go") {
		return false
	}
	found := false
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		selector, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		full := selector.Sel.Name
		if x, ok := selector.X.(*ast.Ident); ok && strings.Contains(name, ".") {
			full = x.Name + "." + full
		}
		found = found || full == name
		return true
	})
	return found
}

// judgedByCommand are the binaries that the test of the command judges.
func judgedByCommand(t *testing.T) map[string]bool {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", "..", "cmd", "trueup", "connector_test.go"), nil, 0)
	require.NoError(t, err)
	names := map[string]bool{}
	for _, decl := range f.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Name.Name != "TestConnectorCheck" {
			continue
		}
		ast.Inspect(fn, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				names[strings.Trim(lit.Value, "`\"")] = true
			}
			return true
		})
	}
	require.NotEmpty(t, names)
	return names
}
