// Package documents finds the documents that a connector is pointed at.
package documents

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/trueup-dev/trueup/connectors"
)

// Files are the files below a path that have one of the extensions, such as ".json" in
// lower case, sorted; or the path itself where it is a file, whatever its extension. The
// error is of kind [connectors.BadConfig] and names the setting path.
func Files(path string, extensions ...string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(path, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		if name == path || slices.Contains(extensions, strings.ToLower(filepath.Ext(name))) {
			files = append(files, name)
		}
		return nil
	})
	if err != nil {
		return nil, &connectors.Error{Kind: connectors.BadConfig, Err: fmt.Errorf("setting path: %w", err)}
	}
	slices.Sort(files)
	return files, nil
}
