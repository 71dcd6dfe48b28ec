package topology

import (
	"regexp"
	"strconv"
	"strings"
)

// identity is a processor's name taken apart: "Intel(R) Xeon(R) CPU E5-2690 v4
// @ 2.60GHz" is brand xeon of maker intel, series e5-, number 2690.
type identity struct {
	brand, maker string
	series       string // what stands before the number and sets it apart: "e5-", "gold ", "t"
	number       string // digits, or what a family has for them: "7+", "iv", "vii+"
	multicore    bool   // every processor of the name has two cores or more
}

func (id identity) String() string {
	return squeeze(id.brand + " " + id.series + id.number)
}

// brandWords recognise brands in a name, in this order.
var brandWords = []struct {
	word         *regexp.Regexp
	brand, maker string
}{
	{rx(`itanium|madison|mckinley|montecito|\bia-?64\b`), "itanium", "intel"},
	{rx(`xeon`), "xeon", "intel"},
	{rx(`pentium|celeron|\batom\b|\bcore ?(i[3579]|2|duo|solo|m\d|ultra)|intel core processor|\bi[3579]-\d`), "intel desktop", "intel"},
	{rx(`opteron`), "opteron", "amd"},
	{rx(`epyc`), "epyc", "amd"},
	{rx(`ryzen|threadripper|athlon|phenom|turion|sempron|\bfx-`), "amd desktop", "amd"},
	{rx(`ultrasparc`), "ultrasparc", "sun"},
	{rx(`sparc64`), "sparc64", "fujitsu"},
	{rx(`sparc`), "sparc", "oracle"},
	{rx(`pa-?risc|\bpa-?[78]\d{3}\b`), "pa-risc", "hp"},
	{rx(`power ?\d|power\b|powerpc_power`), "power", "ibm"},
	{rx(`ibm/s390|ibm z|\bz/arch|\bz(9|10|1[1-7]s?|196|114|ec12|bc12)?\b`), "z", "ibm"},
	{rx(`powerpc|^ppc|cell broadband|^(60[1-4]|7[0-9]{2,3})[a-z]+\b|^740/750`), "powerpc", "ibm"},
	{rx(`ampere|altra`), "ampere", "arm"},
	{rx(`cortex|neoverse|graviton|kunpeng|thunderx|a64fx|feroceon|xscale|\barm|apple m\d`), "arm", "arm"},
	{rx(`\balpha\b`), "alpha", "hp"},
	{rx(`loongson|godson`), "loongson", "loongson"},
	{rx(`sifive|riscv|t-?head`), "riscv", "riscv"},
	{rx(`\bmips|^r1?[0-9]{4,5}`), "mips", "mips"},
	{rx(`\bvia\b|centaur|zhaoxin|hygon`), "other x86", "other"},
	{rx(`\bintel\b|genuineintel`), "intel", "intel"},
	{rx(`\bamd\b|authenticamd`), "amd", "amd"},
}

var (
	marks         = regexp.MustCompile(`(?i)\((r|tm|c)\)|®|™`)
	clockTail     = regexp.MustCompile(`(?i)(@ *)?\b[0-9]+([.,][0-9]+)? ?[gm]hz\b.*`)
	xeonSeries    = regexp.MustCompile(`\b(e[357]-|[dwm]-|gold |silver |bronze |platinum |max )? ?([a-z]?)([0-9]{4})([a-z]{0,2})\b`)
	fourDigits    = regexp.MustCompile(`\b([a-z]?)([0-9]{3,4})(?:[a-z]{0,2})\b`)
	powerNumber   = regexp.MustCompile(`power ?([0-9]{1,2})(\+)?`)
	sparcNumber   = regexp.MustCompile(`sparc(?:64)?[- ]?(?:([tms])([0-9]{1,2})(\+)?|(x{0,2}(?:i[vx]|v?i{0,3}))(\+)?)(?:[^a-z0-9]|$)`)
	zNumber       = regexp.MustCompile(`\bz(9|10|1[1-7]s?|196|114|ec12|bc12)\b`)
	anyDigits     = regexp.MustCompile(`[0-9]{3,5}`)
	itaniumFamily = regexp.MustCompile(`madison|mckinley|montecito|family 3[13]\b|family 32 model [012]\b`)
	itanium       = regexp.MustCompile(`\b(9[0-9]{3})`)
)

var multicoreDesktop = regexp.MustCompile(`core i[3579]|\bi[3579]-|duo|quad|ryzen|threadripper|\bx[2346]\b`)

// itaniumFamilies are the series of Itanium by the family and model that CPUID
// gives, with "2" for those before the four-digit numbers.
var itaniumFamilies = map[string]string{
	"madison": "2", "mckinley": "2", "montecito": "9000", "family 31": "2",
	"family 32 model 0": "9000", "family 32 model 1": "9100", "family 32 model 2": "9300", "family 33": "9500",
}

// zNames are the names of IBM Z machines by the type that a dump prints.
var zNames = map[string]string{
	"2094": "z9", "2096": "z9", "2097": "z10", "2098": "z10", "2817": "z196", "2818": "z114", "2827": "zec12",
	"2828": "zbc12", "2964": "z13", "2965": "z13s", "3906": "z14", "3907": "z14", "8561": "z15", "8562": "z15",
	"3931": "z16", "3932": "z16", "9175": "z17",
}

// identifyQuery also looks at the machine, which on IBM Z is the processor.
func identifyQuery(q Query) identity {
	id := identify(q.Model, q.Vendor)
	if id.brand == "z" && id.number == "" {
		for w := range strings.FieldsSeq(q.System) {
			fill(&id.number, zNames[w])
		}
	}
	return id
}

// identify takes a name and a vendor string apart.
func identify(model, vendor string) identity {
	name := strings.ToLower(squeeze(clockTail.ReplaceAllString(marks.ReplaceAllString(model, ""), "")))
	name = strings.ReplaceAll(name, "e7- ", "e7-")
	var id identity
	for _, text := range []string{name, strings.ToLower(vendor)} {
		for _, b := range brandWords {
			if id.brand == "" && b.word.MatchString(text) {
				id.brand, id.maker = b.brand, b.maker
			}
		}
	}
	id.setNumber(name)
	return id
}

func (id *identity) setNumber(name string) {
	switch id.brand {
	case "xeon":
		if m := xeonSeries.FindStringSubmatch(name); m != nil {
			id.series, id.number = m[1], m[3]
			id.multicore = m[1] != "" || m[3][0] == '5' || m[3][0] == '7'
		}
	case "opteron":
		if m := fourDigits.FindStringSubmatch(name); m != nil {
			id.number, id.multicore = m[2], len(m[2]) == 4
		}
	case "itanium":
		if m := itanium.FindStringSubmatch(name); m != nil {
			id.number = m[1]
		} else if m := itaniumFamily.FindString(name); m != "" {
			id.number = itaniumFamilies[m]
		}
		id.multicore = id.number >= "9300" && id.number <= "9999"
	case "power":
		if m := powerNumber.FindStringSubmatch(name); m != nil {
			id.number = m[1] + m[2]
			n, _ := strconv.Atoi(m[1])
			id.multicore = n >= 4
		}
	case "ultrasparc", "sparc64", "sparc":
		if m := sparcNumber.FindStringSubmatch(name); m != nil {
			id.series, id.number = m[1], m[2]+m[3]+m[4]+m[5]
		}
		f, ok := familyOf(name)
		id.multicore = ok && f.cores > 1
	case "z":
		id.number, id.multicore = zNumber.FindString(name), true
	case "epyc", "ampere":
		id.multicore = true
	case "pa-risc":
		f, ok := familyOf(name)
		id.multicore = ok && f.cores == 2
	case "intel desktop", "amd desktop":
		id.series, id.number = id.brand+" ", anyDigits.FindString(name)
		id.multicore = multicoreDesktop.MatchString(name)
	}
}

// makerOf is who makes a brand.
func makerOf(brand string) string {
	for _, b := range brandWords {
		if b.brand == brand {
			return b.maker
		}
	}
	return ""
}
