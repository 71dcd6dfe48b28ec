package catalog

import (
	"cmp"
	"strings"
)

// Version is a version taken apart for comparing.
type Version struct {
	// Numbers are the numeric parts, without leading zeros, as text because
	// builds may exceed any integer.
	Numbers []string
	// Suffix is what follows them, folded: "b2", "rc 1", "r2"; empty for most.
	Suffix string
}

// ParseVersion takes a version apart. It accepts anything; what holds no digit
// has no numbers and its text as the suffix. "8u412" is 8.412, as its publisher
// counts it.
func ParseVersion(s string) Version {
	s = strings.TrimSpace(fold(s))
	rest := strings.TrimLeft(s, "abcdefghijklmnopqrstuvwxyz. -_")
	if rest == "" {
		return Version{Suffix: s}
	}
	var v Version
	for {
		n := digits(rest)
		if n == 0 {
			break
		}
		v.Numbers = append(v.Numbers, trimZeros(rest[:n]))
		rest = rest[n:]
		if len(rest) < 2 || !strings.ContainsRune("._-+u", rune(rest[0])) || !isDigit(rest[1]) {
			break
		}
		rest = rest[1:]
	}
	v.Suffix = strings.Trim(rest, " .-_+()")
	return v
}

func trimZeros(s string) string {
	s = strings.TrimLeft(s, "0")
	if s == "" {
		return "0"
	}
	return s
}

// CompareVersions orders two versions as upgrades and downgrades count: by their
// numeric parts from the left, a missing part being 0, then by suffix. A
// pre-release (alpha, beta, preview, rc, dev and the single letters a and b)
// comes before the release, every other suffix ("r2", "sp1", "p3") after it.
// Remaining differences order by text. It is a total order in which
// "2008" < "2008 R2" < "2012", "1.9" < "1.10" and "3.13.0a2" < "3.13.0".
func CompareVersions(a, b string) int {
	va, vb := ParseVersion(a), ParseVersion(b)
	for i := range max(len(va.Numbers), len(vb.Numbers)) {
		if c := compareNumber(part(va, i), part(vb, i)); c != 0 {
			return c
		}
	}
	return cmp.Or(
		cmp.Compare(stage(va.Suffix), stage(vb.Suffix)),
		compareSuffix(va.Suffix, vb.Suffix),
	)
}

func part(v Version, i int) string {
	if i < len(v.Numbers) {
		return v.Numbers[i]
	}
	return "0"
}

func compareNumber(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

// stage ranks a suffix: pre-releases by maturity, then the release, then what
// is added to one.
func stage(suffix string) int {
	letters := strings.TrimRight(suffix, "0123456789. -")
	switch {
	case suffix == "":
		return 0
	case letters == "dev" || letters == "nightly" || letters == "snapshot":
		return -5
	case letters == "a" || letters == "alpha":
		return -4
	case letters == "b" || letters == "beta":
		return -3
	case letters == "preview" || letters == "ea" || letters == "eap" || letters == "insiders":
		return -2
	case letters == "rc":
		return -1
	}
	return 1
}

// compareSuffix compares suffixes of one stage: their trailing numbers as
// numbers where the letters are the same.
func compareSuffix(a, b string) int {
	la, lb := strings.TrimRight(a, "0123456789"), strings.TrimRight(b, "0123456789")
	if la != lb {
		return strings.Compare(la, lb)
	}
	return cmp.Or(compareNumber(trimZeros(a[len(la):]), trimZeros(b[len(lb):])), strings.Compare(a, b))
}
