package topology

import (
	"maps"
	"slices"
)

// sortedKeys lists a map's keys in order, so that which of two bad fields an
// error names does not change from run to run.
func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
