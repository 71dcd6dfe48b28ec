package usage

import "strings"

// Format is a kind of log or status output.
type Format int

// The formats.
const (
	FormatUnknown  Format = iota
	FormatDebugLog        // debug log of FlexNet's lmgrd and vendor daemons
	FormatLmstat          // FlexNet: lmstat -a and lmstat -i
	FormatRLM             // Reprise: rlmstat -a
	FormatLMX             // X-Formation LM-X: lmxendutil -licstat
	FormatLSDyna          // LSTC: lstc_qrun -r
	FormatOLicense        // Optimum OLicense: olixtool
	FormatDSLS            // Dassault Systèmes: DSLicSrv getLicenseUsage
)

// Formats are the formats that can be read.
func Formats() []Format {
	return []Format{FormatDebugLog, FormatLmstat, FormatRLM, FormatLMX, FormatLSDyna, FormatOLicense, FormatDSLS}
}

// String is a short name that [ParseFormat] reads back.
func (f Format) String() string {
	switch f {
	case FormatDebugLog:
		return "flexnet-debug-log"
	case FormatLmstat:
		return "lmstat"
	case FormatRLM:
		return "rlm"
	case FormatLMX:
		return "lm-x"
	case FormatLSDyna:
		return "ls-dyna"
	case FormatOLicense:
		return "olicense"
	case FormatDSLS:
		return "dsls"
	}
	return "unknown"
}

// ParseFormat finds the format of that name; FormatUnknown if there is none.
func ParseFormat(name string) Format {
	for _, f := range Formats() {
		if f.String() == name {
			return f
		}
	}
	return FormatUnknown
}

// command is how a user gets an input of the format that names features.
func (f Format) command() string {
	switch f {
	case FormatDebugLog:
		return "a debug log with OUT and IN lines (options file without NOLOG)"
	case FormatLmstat:
		return "lmutil lmstat -a"
	case FormatRLM:
		return "rlmutil rlmstat -a"
	case FormatLMX:
		return "lmxendutil -licstat"
	case FormatLSDyna:
		return "lstc_qrun -r"
	case FormatOLicense:
		return "olixtool"
	case FormatDSLS:
		return "DSLicSrv -admin -run \"connect HOST PORT; getLicenseUsage -csv\""
	}
	return ""
}

func knownFormats() string {
	names := make([]string, 0, len(Formats()))
	for _, f := range Formats() {
		names = append(names, f.String())
	}
	return strings.Join(names, ", ")
}

func (f Format) parser() parser {
	switch f {
	case FormatDebugLog:
		return &debugLog{}
	case FormatLmstat:
		return &lmstat{}
	case FormatRLM:
		return &rlm{}
	case FormatLMX:
		return &lmx{}
	case FormatLSDyna:
		return &lsdyna{}
	case FormatOLicense:
		return &olicense{}
	case FormatDSLS:
		return &dsls{}
	}
	return nil
}

// marks are texts that only one tool writes at the beginning of a line, spaces
// aside.
func (f Format) marks() []string {
	switch f {
	case FormatLmstat:
		return []string{"lmstat - ", "lmstat v", "lmutil - ", "Flexible License Manager status on ", "NOTE: lmstat -i",
			"License server status: "}
	case FormatRLM:
		return []string{"rlmutil v", "rlmstat v", "rlm status on ", "Setting license file path to ", "rlm software version "}
	case FormatLMX:
		return []string{"LM-X "}
	case FormatLSDyna:
		return []string{"*** ERROR failed to open server"}
	case FormatOLicense:
		return []string{"olixtool ", "List of requested licenses:"}
	case FormatDSLS:
		return []string{"License Administration Tool Version", "Editor,EditorId,Feature", "admin >Editor,EditorId,Feature"}
	}
	return nil
}

// detect finds the format by the first line that only one tool writes.
func detect(head string) Format {
	for line := range strings.Lines(head) {
		line = strings.TrimPrefix(strings.TrimRight(line, "\r\n"), "\ufeff")
		if _, ok := splitLogLine(line); ok {
			return FormatDebugLog
		}
		trimmed := strings.TrimSpace(line)
		for _, f := range Formats() {
			for _, mark := range f.marks() {
				if strings.HasPrefix(trimmed, mark) {
					return f
				}
			}
		}
		if f := detectPart(trimmed); f != FormatUnknown {
			return f
		}
	}
	return FormatUnknown
}

// detectPart knows an output whose head was cut off by a line of its body.
func detectPart(line string) Format {
	switch {
	case isListHead(line), lmstatUsers.MatchString(line) && strings.Contains(line, ":  ("):
		return FormatLmstat
	case isProgramHead(line):
		return FormatLSDyna
	case rlmStatus.MatchString(line):
		return FormatRLM
	case lmxFeature.MatchString(line):
		return FormatLMX
	}
	return FormatUnknown
}
