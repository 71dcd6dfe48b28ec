package playbook

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// digest notes one file that the playbook consists of.
func (l *loader) digest(name string, data []byte) {
	sum := sha256.Sum256(data)
	l.hashed = append(l.hashed, fmt.Sprintf("%s  %s\n", hex.EncodeToString(sum[:]), name))
}

// sum is the digest of all files, in the form of which sha256sum makes a list,
// sorted: anyone can compute it with the tools of their system.
func (l *loader) sum() string {
	slices.Sort(l.hashed)
	sum := sha256.Sum256([]byte(strings.Join(slices.Compact(l.hashed), "")))
	return hex.EncodeToString(sum[:])
}
