package compliance

import (
	"slices"
	"strings"
)

// Chassis is the form of a physical machine, such as Laptop or Rack Mount Chassis;
// the words are those of SMBIOS (DSP0134, table of system enclosure types), as
// inventories report them.
type Chassis string

var portable = []string{"portable", "laptop", "notebook", "hand held", "sub notebook", "tablet", "convertible", "detachable"}

// Portable says whether the form is one that people carry with them: of the
// SMBIOS types 8, 9, 10, 11, 14, 30, 31 and 32.
func (c Chassis) Portable() bool {
	return slices.Contains(portable, strings.ToLower(strings.TrimSpace(string(c))))
}
