package trust

import (
	"fmt"
	"strconv"
	"strings"
)

// Level is how much of the protocol a connector was seen to keep. A higher level
// holds all that a lower one does.
type Level uint8

// The levels. The zero value demands nothing.
const (
	None Level = iota
	// Process: it starts, answers and ends as a host needs it to.
	Process
	// Reading: what it gives is whole, the same each time, and within bounds.
	Reading
	// Resuming: cut off anywhere, it goes on from its last checkpoint and misses
	// nothing.
	Resuming
)

var levels = [...]string{"none", "process", "reading", "resuming"}

// String is the level in lower case.
func (l Level) String() string {
	if int(l) < len(levels) {
		return levels[l]
	}
	return levels[None]
}

// ParseLevel reads what [Level.String] writes.
func ParseLevel(s string) (Level, bool) {
	for i, name := range levels {
		if name == s {
			return Level(i), true
		}
	}
	return None, false
}

// Certificate says what a binary was seen to keep.
type Certificate struct {
	Name, Version, SHA256 string
	Level                 Level
	// Acts is true when its actions or tickets were tried and found good.
	Acts bool
	// Checks is how many checks there were.
	Checks int
	// Skips are the checks that were skipped, each with the reason.
	Skips []string
}

const certificateHeading = "trueup connector certificate v1"

// Sign writes a certificate. Equal certificates give equal bytes.
func (c Certificate) Sign(privateKey string) ([]byte, error) {
	for _, s := range []string{c.Name, c.Version} {
		if err := word(s); err != nil {
			return nil, err
		}
	}
	if err := checksum(c.SHA256); err != nil {
		return nil, err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nconnector %s %s\nsha256 %s\nlevel %s\nacts %t\nchecks %d\n",
		certificateHeading, c.Name, c.Version, c.SHA256, c.Level, c.Acts, c.Checks)
	for _, s := range c.Skips {
		fmt.Fprintf(&b, "skip %s\n", strings.ToValidUTF8(strings.Map(printable, s), ""))
	}
	return sign(b.String(), privateKey)
}

// printable keeps a text on its line: notes hold no control characters.
func printable(r rune) rune {
	if r < ' ' || r == 0x7f {
		return ' '
	}
	return r
}

// OpenCertificate reads a certificate that was signed with the key.
func OpenCertificate(signed []byte, publicKey string) (Certificate, error) {
	lines, err := open(signed, publicKey, certificateHeading)
	if err != nil {
		return Certificate{}, err
	}
	var c Certificate
	seen := map[string]bool{}
	for i, line := range lines {
		name, _, _ := strings.Cut(line, " ")
		err := c.line(line)
		if err == nil && seen[name] && name != "skip" {
			err = fmt.Errorf("is there twice")
		}
		seen[name] = true
		if err != nil {
			return Certificate{}, fmt.Errorf("trust: line %d: %q: %w", i+2, line, err)
		}
	}
	if c.Name == "" || checksum(c.SHA256) != nil {
		return Certificate{}, fmt.Errorf("trust: the certificate names no connector and checksum")
	}
	return c, nil
}

func (c *Certificate) line(line string) (err error) {
	name, value, _ := strings.Cut(line, " ")
	ok := true
	switch name {
	case "connector":
		c.Name, c.Version, _ = strings.Cut(value, " ")
		ok = word(c.Name) == nil && word(c.Version) == nil
	case "sha256":
		c.SHA256 = strings.ToLower(value)
	case "level":
		c.Level, ok = ParseLevel(value)
	case "acts":
		c.Acts, err = strconv.ParseBool(value)
	case "checks":
		c.Checks, err = strconv.Atoi(value)
		ok = c.Checks >= 0
	case "skip":
		c.Skips = append(c.Skips, value)
	default:
		ok = false
	}
	if !ok {
		return fmt.Errorf("is not understood")
	}
	return err
}
