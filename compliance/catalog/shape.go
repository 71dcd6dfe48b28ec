package catalog

import "strings"

// prefixes may stand before a version's digits.
var prefixes = [...]string{"v", "v.", "ver", "ver.", "version", "version.", "rev", "rev."}

func isPrefix(s string) bool {
	for _, p := range prefixes {
		if s == p {
			return true
		}
	}
	return false
}

// isNumber says whether s is a number that may be part of a name: up to five
// digits, a range of years, an Oracle release such as 19c, a MATLAB release such
// as r2022a.
func isNumber(s string) bool {
	n := digits(s)
	switch {
	case n == 0:
		return len(s) == 6 && s[0] == 'r' && digits(s[1:]) == 4 && (s[5] == 'a' || s[5] == 'b')
	case n == len(s):
		return n <= 5
	case n <= 2 && n+1 == len(s):
		return s[n] == 'c' || s[n] == 'g'
	case n == 4 && s[n] == '-':
		return isYear(s[:4]) && isYear(s[5:])
	}
	return false
}

func isYear(s string) bool {
	return len(s) == 4 && allDigits(s) && (s[:2] == "19" || s[:2] == "20")
}

// isVersion says whether all of s is a version, with its suffix if it has one:
// 3.8.5, v4.08, 8u412, 20+36, 08-03-2022, 20150124, 2.1.7-beta.
func isVersion(s string) bool {
	rest := strings.TrimLeft(s, "abcdefghijklmnopqrstuvwxyz.")
	if lead := s[:len(s)-len(rest)]; lead != "" {
		return isPrefix(lead) && (allDigits(rest) || startsVersion(rest))
	}
	return startsVersion(s)
}

// startsVersion says whether s begins with digits that only a version has.
func startsVersion(s string) bool {
	s = s[:min(len(s), longest)]
	n := digits(s)
	if n == 0 {
		return false
	}
	if n == len(s) {
		return n > 5
	}
	rest := s[n+1:]
	switch s[n] {
	case '.', '+':
		return digits(rest) > 0 || rest == "x"
	case 'u':
		return digits(rest) > 0
	case '-', '_':
		return strings.Trim(rest, "0123456789-_") == ""
	}
	return false
}

// isBulletin says whether s is the number of a Microsoft patch.
func isBulletin(s string) bool {
	return len(s) >= 7 && strings.HasPrefix(s, "kb") && digits(s[2:]) >= 5
}

// isHash says whether s is an abbreviated commit.
func isHash(s string) bool {
	return len(s) >= 7 && strings.Trim(s, "0123456789abcdef") == "" &&
		strings.ContainsAny(s, "0123456789") && strings.ContainsAny(s, "abcdef")
}

// isLevel says whether s is a patch level as it follows a version: p12, sp2,
// cu5, rc1.
func isLevel(s string) bool {
	rest := strings.TrimLeft(s, "abcdefghijklmnopqrstuvwxyz")
	if !allDigits(rest) {
		return false
	}
	switch s[:len(s)-len(rest)] {
	case "p", "sp", "cu", "u", "b", "rc", "r", "hf", "fp", "ga", "beta", "alpha":
		return true
	}
	return false
}

// isCode says whether a name begins with a GUID in braces, as the entries do that
// installers keep beside those with a name.
func isCode(name string) bool {
	name = strings.TrimSpace(name)
	if len(name) < 38 || name[0] != '{' || name[37] != '}' {
		return false
	}
	return strings.Trim(name[1:37], "0123456789abcdefABCDEF-") == ""
}
