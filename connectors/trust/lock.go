package trust

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

const lockHeading = "trueup connector lock v1"

// Lock pins binaries: the SHA-256 in hexadecimal, by the name of the file.
type Lock map[string]string

// Sign writes a lock file. Equal locks give equal bytes.
func (l Lock) Sign(privateKey string) ([]byte, error) {
	var b strings.Builder
	b.WriteString(lockHeading + "\n")
	for _, name := range slices.Sorted(maps.Keys(l)) {
		if err := word(name); err != nil {
			return nil, err
		}
		if err := checksum(l[name]); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		fmt.Fprintf(&b, "%s %s\n", l[name], name)
	}
	return sign(b.String(), privateKey)
}

// OpenLock reads a lock file that was signed with the key.
func OpenLock(signed []byte, publicKey string) (Lock, error) {
	lines, err := open(signed, publicKey, lockHeading)
	if err != nil {
		return nil, err
	}
	l := Lock{}
	for i, line := range lines {
		sum, name, ok := strings.Cut(line, " ")
		if !ok || word(name) != nil || checksum(sum) != nil {
			return nil, fmt.Errorf("trust: line %d: %q is not a checksum and a name", i+2, line)
		}
		if _, twice := l[name]; twice {
			return nil, fmt.Errorf("trust: line %d: %s is pinned twice", i+2, name)
		}
		l[name] = strings.ToLower(sum)
	}
	return l, nil
}
