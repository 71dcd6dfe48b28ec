package archtest

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	require.NoError(t, err)
	return dir
}

// snippet matches a block of Go in Markdown under a comment that names the
// Example or the function it shows: <!-- example: examples/embed.main -->.
var snippet = regexp.MustCompile("(?s)<!-- example: (\\S+)\\.(\\w+) -->\n```go\n(.*?)```")

// Every Go block of the Markdown pages is the body of a function that the tests
// compile and run, word for word but for indentation.
func TestSnippetsAreExamples(t *testing.T) {
	top := root(t)
	pages, err := filepath.Glob(filepath.Join(top, "*.md"))
	require.NoError(t, err)
	more, err := filepath.Glob(filepath.Join(top, "docs", "*.md"))
	require.NoError(t, err)
	for _, page := range append(pages, more...) {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		found := snippet.FindAllStringSubmatch(string(text), -1)
		assert.Equal(t, strings.Count(string(text), "```go\n"), len(found), "%s: a Go block without an example comment", page)
		for _, m := range found {
			body, err := functionBody(filepath.Join(top, m[1]), m[2])
			require.NoError(t, err, page)
			assert.Equal(t, squeeze(body), squeeze(m[3]), "%s: snippet of %s.%s is stale", page, m[1], m[2])
		}
	}
}

// functionBody prints the statements of a function of the package in dir.
func functionBody(dir, name string) (string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return "", err
	}
	fset := token.NewFileSet()
	for _, file := range files {
		f, err := parser.ParseFile(fset, file, nil, parser.ParseComments)
		if err != nil {
			return "", err
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Name.Name != name || fn.Body == nil {
				continue
			}
			var b bytes.Buffer
			node := &printer.CommentedNode{Node: fn.Body, Comments: f.Comments}
			if err := printer.Fprint(&b, fset, node); err != nil {
				return "", err
			}
			body := strings.TrimSuffix(strings.TrimPrefix(b.String(), "{"), "}")
			return strings.Split(body, "// Output:")[0], nil
		}
	}
	return "", fmt.Errorf("%s has no function %s", dir, name)
}

func squeeze(s string) string {
	var lines []string
	for line := range strings.Lines(s) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// A file is one idea and can be read at a sitting.
func TestFilesStaySmall(t *testing.T) {
	top := root(t)
	err := filepath.WalkDir(top, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "testdata" || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, ".pb.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		assert.LessOrEqual(t, bytes.Count(text, []byte("\n")), 500, "%s is too long", path)
		return nil
	})
	require.NoError(t, err)
}

// Every package says what it is.
func TestPackagesAreDocumented(t *testing.T) {
	top := root(t)
	for _, p := range packages(t) {
		dir := filepath.Join(top, strings.TrimPrefix(p.ImportPath, module))
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		require.NoError(t, err)
		documented := false
		for _, file := range files {
			f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.PackageClauseOnly)
			require.NoError(t, err)
			documented = documented || f.Doc != nil
		}
		assert.True(t, documented, "%s has no package comment", p.ImportPath)
	}
}
